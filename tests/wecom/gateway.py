"""A stand-in for the platform's gateway: smart bots connect to it by a real WebSocket, people talk to them through it.

It runs in threads of its own, so that a test can be written from top to bottom. What it refuses it refuses with the
platform's numbers.
"""

import contextlib
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

Json = dict[str, Any]
BOT = "aibTESTBOT"
SECRET = "secret-of-the-test-bot"
ME = "小宁助手"
MOST_BYTES = 20480
OK, BAD_CREDENTIALS, BAD_PARAMETER, BAD_REQUEST_ID, UNSUBSCRIBED = 0, 853000, 40058, 846605, 846609
STRANGER = 846601
_PATIENCE = 15.0
_LONGEST_SILENCE = 2.0
_TASK = re.compile(r"[\w@-]{1,128}", re.ASCII)


@dataclass(frozen=True)
class Recorded:
    """A frame that a bot sent: when, over which connection."""

    at: float
    connection: int
    frame: Json

    @property
    def cmd(self) -> str:
        return str(self.frame.get("cmd"))

    @property
    def req_id(self) -> str:
        return str(self.frame["headers"]["req_id"])


@dataclass
class Said:
    """A message of the bot's as people see it. ``how``: reply, active or welcome; ``buttons``: text by label."""

    chat: str
    how: str
    text: str
    buttons: dict[str, str] = field(default_factory=dict)
    task: str = ""
    answers: str | None = None
    name: str = ""

    @property
    def plain(self) -> str:
        """Without bold and calls."""
        return re.sub(r"<@[^>]*>\n", "", self.text).replace("**", "")


@dataclass
class Fault:
    """What goes wrong with the next ``times`` requests: they are refused, or done and answered late or not at all."""

    cmd: str
    msgtype: str | None = None
    times: int = 1
    errcode: int | None = None
    errmsg: str = "ordered by the test"
    silent: bool = False
    seconds: float = 0.0
    cut: bool = False


class Gateway:
    """One bot's platform. What it knows outlives ``stop``, and ``start`` opens the same port again."""

    def __init__(self, bot: str = BOT, secret: str = SECRET) -> None:
        self.bot, self.secret = bot, secret
        self.changed = threading.Condition()
        self.frames: list[Recorded] = []
        self.said: list[Said] = []
        self.marked: list[Json] = []
        self.ends: list[int | None] = []
        """How each connection ended: the code that the bot closed it with, None where it broke."""
        self.faults: list[Fault] = []
        self._callbacks: dict[str, Json] = {}
        self._held: list[Json] = []
        self._kinds: dict[tuple[int, str], tuple[str, str, str]] = {}
        self._known: set[str] = set()
        self._tasks: set[str] = set()
        self._connections: dict[int, ServerConnection] = {}
        self._subscribed: int | None = None
        self._pushed_at = 0.0
        self._numbers = count(1)
        self._port = 0
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}"

    @property
    def is_subscribed(self) -> bool:
        """Whether a bot is there."""
        return self._subscribed is not None

    @property
    def is_waiting(self) -> bool:
        """Whether something waits for a bot to come, or was just given to one that has said nothing since.

        The protocol has no answer to a callback; whether it has been kept can only be guessed.
        """
        with self.changed:
            last = next((one.at for one in reversed(self.frames) if one.cmd != "ping"), 0.0)
            return bool(self._held) or (
                last < self._pushed_at and time.monotonic() - self._pushed_at < _LONGEST_SILENCE
            )

    @property
    def subscriptions(self) -> list[Recorded]:
        """Every try to subscribe."""
        return self.of("aibot_subscribe")

    def start(self) -> None:
        """Comes up, or comes back."""
        self._server = serve(self._meet, "127.0.0.1", self._port, max_size=None, ping_interval=None)
        self._port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Goes down: connections break and nobody can connect."""
        for connection in list(self._connections.values()):
            _break(connection)
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join(_PATIENCE)

    # People

    def says(self, user: str, text: str, group: str | None = None, **more: Any) -> str:
        """Somebody writes, in a group with the bot's name before it; the message's id."""
        content = f"@{ME} {text}".strip() if group else text
        return self.sends(user, {"msgtype": "text", "text": {"content": content}}, group, **more)

    def sends(self, user: str, content: Json, group: str | None = None, **more: Any) -> str:
        """Somebody sends anything."""
        return self._push("aibot_msg_callback", self.body(user, group) | content | more)

    def enters(self, user: str) -> str:
        """Somebody opens the chat with the bot, today for the first time."""
        return self.happens(user, {"eventtype": "enter_chat"})

    def happens(self, user: str, event: Json, group: str | None = None) -> str:
        """An event."""
        body = self.body(user, group) | {"msgtype": "event", "event": event}
        return self._push("aibot_event_callback", body)

    def presses(self, user: str, said: Said, label: str, group: str | None = None) -> str:
        """Somebody presses a button of the bot's."""
        press = {"card_type": "button_interaction", "event_key": said.buttons[label], "task_id": said.task}
        return self.happens(user, {"eventtype": "template_card_event", "template_card_event": press}, group)

    def adds_to(self, group: str) -> None:
        """The bot comes into a group and is talked to there, so that it may write by itself."""
        with self.changed:
            self._known.add(group)

    def redeliver(self, msgid: str) -> None:
        """The same message once more, with another ``req_id``."""
        self._send_on(self._callbacks[msgid] | {"headers": {"req_id": f"again-{next(self._numbers)}"}})

    def raw(self, text: str | bytes) -> None:
        """Any frame, as it is."""
        self._current().send(text)

    def frame(self, cmd: str, req_id: str, body: Json) -> str:
        """A frame of the platform's, to be sent as it is."""
        return json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body}, ensure_ascii=False)

    # Trouble

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Ends the connection in good order."""
        self._leaving().close(code, reason)

    def cut(self) -> None:
        """Breaks the connection without a word."""
        _break(self._leaving())

    def kick(self) -> None:
        """As if another program had subscribed with the same bot."""
        with self.changed:
            number = self._subscribed
        if number is not None:
            self._displace(number)

    def fail(self, cmd: str, **fault: Any) -> None:
        """The next requests of this kind go wrong."""
        with self.changed:
            self.faults.append(Fault(cmd, **fault))

    def heal(self) -> None:
        """All goes well again."""
        with self.changed:
            self.faults.clear()

    # What was sent

    def of(self, cmd: str) -> list[Recorded]:
        """All frames of a kind."""
        with self.changed:
            return [one for one in self.frames if one.cmd == cmd]

    def to(self, chat: str) -> list[Said]:
        """What the bot has said in a chat, oldest first."""
        with self.changed:
            return [one for one in self.said if one.chat == chat]

    def subscribed(self, patience: float = _PATIENCE) -> None:
        """Wait until a bot is there."""
        self.until(lambda: self.is_subscribed, "subscription", patience)

    def hears(self, chat: str, words: str, patience: float = _PATIENCE) -> Said:
        """The first message with these words, as soon as there is one."""
        found: list[Said] = []

        def there() -> bool:
            found[:] = [one for one in self.to(chat) if words in one.text]
            return bool(found)

        self.until(there, f"{words!r} in {chat}", patience)
        return found[0]

    def until(self, fits: Callable[[], object], what: str = "it", patience: float = _PATIENCE) -> None:
        """Wait until something is so."""
        give_up = time.monotonic() + patience
        with self.changed:
            while not fits():
                left = give_up - time.monotonic()
                if left <= 0:
                    said = [(one.chat, one.how, one.text[:40]) for one in self.said[-8:]]
                    raise AssertionError(f"no {what} after {patience} s; said: {said}")
                self.changed.wait(min(left, 0.2))

    def body(self, user: str, group: str | None = None) -> Json:
        """What every callback says."""
        where = {"chatid": group, "chattype": "group"} if group else {"chattype": "single"}
        now = {"create_time": int(time.time())}
        return {"msgid": f"msg-{next(self._numbers)}", "aibotid": self.bot, "from": {"userid": user}} | where | now

    # Behind the scenes

    def _push(self, cmd: str, body: Json) -> str:
        frame = {"cmd": cmd, "headers": {"req_id": f"callback-{next(self._numbers)}"}, "body": body}
        with self.changed:
            self._callbacks[body["msgid"]] = frame
            self._known |= {body["from"]["userid"], body.get("chatid", "")}
        self._send_on(frame)
        return str(body["msgid"])

    def _send_on(self, frame: Json) -> None:
        """To the bot that is there; held back while none is."""
        with self.changed:
            self._pushed_at = time.monotonic()
            number = self._subscribed
            if number is None:
                self._held.append(frame)
                return
            body = frame["body"]
            chat = body.get("chatid") or body["from"]["userid"]
            kind = body["event"].get("eventtype", "") if body.get("msgtype") == "event" else "message"
            self._kinds[number, frame["headers"]["req_id"]] = kind, chat, body["msgid"]
            connection = self._connections[number]
        with contextlib.suppress(ConnectionClosed, OSError):
            connection.send(json.dumps(frame, ensure_ascii=False))

    def _meet(self, connection: ServerConnection) -> None:
        with self.changed:
            number = next(self._numbers)
            self._connections[number] = connection
        try:
            while True:
                self._receive(number, connection, json.loads(connection.recv()))
        except (ConnectionClosed, OSError):
            pass
        finally:
            code = connection.protocol.close_rcvd.code if connection.protocol.close_rcvd else None
            with self.changed:
                self.ends.append(code)
                del self._connections[number]
                if self._subscribed == number:
                    self._subscribed = None
                self.changed.notify_all()

    def _receive(self, number: int, connection: ServerConnection, frame: Json) -> None:
        fault = self._fault(str(frame.get("cmd")), frame.get("body", {}).get("msgtype"))
        if fault and fault.cut:
            _break(connection)
            return
        with self.changed:
            self.frames.append(Recorded(time.monotonic(), number, frame))
            refused = fault and fault.errcode is not None
            code, message = (fault.errcode, fault.errmsg) if fault and refused else self._do(number, frame)
            self.changed.notify_all()
        if fault and fault.silent:
            return
        answer = json.dumps({"headers": frame["headers"], "errcode": code, "errmsg": message})
        if fault and fault.seconds:
            threading.Timer(fault.seconds, lambda: _try_send(connection, answer)).start()
            return
        _try_send(connection, answer)
        if frame.get("cmd") == "aibot_subscribe" and code == OK:
            self._welcome(number)

    def _fault(self, cmd: str, msgtype: str | None) -> Fault | None:
        with self.changed:
            for fault in self.faults:
                if fault.cmd in (cmd, "*") and fault.msgtype in (None, msgtype) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def _welcome(self, number: int) -> None:
        """A bot is there: an older connection of the same bot has to go, and what was held back goes out."""
        with self.changed:
            older, self._subscribed = self._subscribed, number
            held, self._held = self._held, []
            self.changed.notify_all()
        if older is not None and older != number:
            self._displace(older)
        for frame in held:
            self._send_on(frame)

    def _displace(self, number: int) -> None:
        connection = self._connections.get(number)
        if connection is None:
            return
        body = {"msgid": f"msg-{next(self._numbers)}", "create_time": int(time.time()), "aibotid": self.bot}
        body |= {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
        req_id = f"callback-{next(self._numbers)}"
        frame = {"cmd": "aibot_event_callback", "headers": {"req_id": req_id}, "body": body}
        _try_send(connection, json.dumps(frame))
        threading.Thread(target=lambda: connection.close(1000), daemon=True).start()

    def _do(self, number: int, frame: Json) -> tuple[int, str]:
        cmd, body, req_id = frame.get("cmd"), frame.get("body", {}), frame["headers"]["req_id"]
        if cmd == "aibot_subscribe":
            good = (body.get("bot_id"), body.get("secret")) == (self.bot, self.secret)
            return (OK, "ok") if good else (BAD_CREDENTIALS, "invalid bot_id or secret")
        if cmd == "ping":
            return OK, "ok"
        if number != self._subscribed:
            return UNSUBSCRIBED, "aibot websocket not subscribed"
        kind, chat, msgid = self._kinds.get((number, req_id), ("", "", ""))
        wanted = {
            "aibot_respond_msg": "message",
            "aibot_respond_welcome_msg": "enter_chat",
            "aibot_respond_update_msg": "template_card_event",
        }
        if cmd in wanted and kind != wanted[cmd]:
            return BAD_REQUEST_ID, "invalid req_id"
        match cmd:
            case "aibot_respond_msg":
                return self._say(chat, "reply", body, msgid)
            case "aibot_respond_welcome_msg":
                return self._say(chat, "welcome", body, None)
            case "aibot_respond_update_msg":
                self.marked.append(body)
                return self._check_card(body["template_card"], known=True)
            case "aibot_send_msg":
                if body.get("chatid") not in self._known:
                    return STRANGER, "the user has not talked to the bot"
                return self._say(body["chatid"], "active", body, None)
            case _:
                return BAD_PARAMETER, f"unknown cmd {cmd}"

    def _say(self, chat: str, how: str, body: Json, answers: str | None) -> tuple[int, str]:
        kind, card = body.get("msgtype"), body.get("template_card", {})
        allowed = {
            "reply": ("stream", "stream_with_template_card", "template_card"),
            "active": ("markdown", "template_card"),
            "welcome": ("text", "template_card"),
        }
        if kind not in allowed[how]:
            return 40008, "invalid message type"
        stream = body.get("stream", {})
        text = (stream or body.get("markdown") or body.get("text") or {}).get("content", "")
        if len(text.encode()) > MOST_BYTES or not (text or card):
            return BAD_PARAMETER, "invalid content"
        if card:
            code, message = self._check_card(card)
            if code:
                return code, message
        said = Said(chat, how, text, answers=answers, name=stream.get("id", ""))
        if card:
            said.buttons = {one["text"]: one["key"] for one in card["button_list"]}
            said.task = card["task_id"]
        if said.name:
            # A stream that is sent again is the same message.
            self.said = [one for one in self.said if one.name != said.name]
        self.said.append(said)
        return OK, "ok"

    def _check_card(self, card: Json, *, known: bool = False) -> tuple[int, str]:
        buttons, task = card.get("button_list", []), card.get("task_id", "")
        keys = [one.get("key", "") for one in buttons]
        fits = (
            1 <= len(buttons) <= 6 and len(set(keys)) == len(keys) and all(1 <= len(k.encode()) <= 1024 for k in keys)
        )
        if not fits or card.get("card_type") != "button_interaction" or not _TASK.fullmatch(task):
            return BAD_PARAMETER, "invalid card"
        if (task in self._tasks) is not known:
            return BAD_PARAMETER, "task_id"
        self._tasks.add(task)
        return OK, "ok"

    def _leaving(self) -> ServerConnection:
        """The connection that ends now: what people say from here on is held back for the next."""
        connection = self._current()
        with self.changed:
            self._subscribed = None
        return connection

    def _current(self) -> ServerConnection:
        self.subscribed()
        with self.changed:
            number = self._subscribed
            assert number is not None
            return self._connections[number]


def _try_send(connection: ServerConnection, text: str) -> None:
    with contextlib.suppress(ConnectionClosed, OSError):
        connection.send(text)


def _break(connection: ServerConnection) -> None:
    """Like a cable that is pulled: nothing more comes, and no frame says so."""
    with contextlib.suppress(OSError):
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.socket.shutdown(socket.SHUT_RDWR)
