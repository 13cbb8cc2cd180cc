"""A stand-in for NapCat and its like: one QQ account whose bridge connects to the program by a real WebSocket.

Who tests with it plays the people: they say something, and what the account has sent is read off. It runs in a thread
of its own, so that a test can be written from top to bottom.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any, Literal, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

Json = dict[str, Any]
TOKEN = "秘密 token"
PATH = "/onebot/v11/ws"
_PATIENCE = 15.0
_RECONNECT = 0.05
_RESEND_WITHIN = 3.0
_NUMBERS = count(-5)
"""Of messages, all their lives; some implementations have negative ones."""


@dataclass(frozen=True)
class Sent:
    """A message that the account has sent. ``called``: who is mentioned; ``quoted``: the message that it answers."""

    at: float
    number: int
    text: str
    user: int | None
    group: int | None
    called: tuple[int, ...] = ()
    quoted: int | None = None
    nodes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    message: Any = None


@dataclass
class Fault:
    """What goes wrong with the next ``times`` calls of an action.

    ``how``: ``never`` is done and not answered; ``lost`` is neither; ``late`` is answered after ``seconds``; ``failed``
    with ``answer``; ``cut`` breaks the connection after it was done, ``cut before`` without.
    """

    how: Literal["never", "lost", "late", "failed", "cut", "cut before"]
    times: int = 1
    seconds: float = 0.0
    answer: Json = field(default_factory=dict)
    where: int | None = None


class Bridge:
    """One account. ``wants``: array or string; ``roles``: one connection for each."""

    def __init__(
        self,
        url: str,
        account: int = 10_001,
        nickname: str = "小宁助手",
        *,
        token: str | None = TOKEN,
        wants: Literal["array", "string"] = "array",
        roles: Sequence[str] = ("Universal",),
        heartbeat: float | None = None,
        headers: Json | None = None,
        resends: bool = False,
    ) -> None:
        self.url = url.replace("http", "ws", 1)
        self.account, self.nickname, self.token = account, nickname, token
        self.wants, self.roles, self.heartbeat, self.resends = wants, tuple(roles), heartbeat, resends
        self.headers = headers or {}
        self.groups: dict[int, Json] = {}
        self.friends: set[int] = set()
        self.muted: set[int] = set()
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, Json]] = []
        self.said: dict[int, Json] = {}
        self.faults: list[tuple[str, Fault]] = []
        self.refusals: list[int] = []
        self.connections = 0
        self.unsupported: set[str] = set()
        self.online = True
        self.hold = 0
        """Answers are kept back until there are so many, and then given in reverse order."""
        self.changed = threading.Condition()
        self._held: list[tuple[ClientConnection, Json]] = []
        self._recent: list[tuple[float, Json]] = []
        self._sockets: dict[str, ClientConnection] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        self.connected()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to connect, and again after every break."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready.clear()
        self._thread.start()
        self._ready.wait(_PATIENCE)

    def stop(self) -> None:
        """Go away for good."""
        if self._loop and self._stopping and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_PATIENCE)

    def connected(self) -> None:
        """Wait until all connections are up and the program knows who this is."""
        self.until(lambda: len(self._sockets) == len(self.roles), "a connection")

    def cut(self, *, rudely: bool = False) -> None:
        """All connections break; new ones are made at once."""
        before = self.connections
        self._do(self._cut(rudely))
        self.until(lambda: self.connections >= before + len(self.roles), "a new connection")

    def bursts(self, events: Sequence[Json]) -> None:
        """All this at once, and then the connection breaks; nothing is sent again."""
        self._do(self._burst(events))

    async def _burst(self, events: Sequence[Json]) -> None:
        socket = self._events
        for event in events:
            await socket.send(_json(event))
        socket.transport.abort()

    def pause(self) -> None:
        """Stop reading: what is sent to this account piles up."""
        for socket in self._sockets.values():
            self._at(socket.transport.pause_reading)

    # People

    def add_group(self, number: int, members: Iterable[int] = (), card: str = "", name: str = "") -> int:
        """A group that the account is in."""
        self.groups[number] = {"name": name or f"群{number}", "card": card, "members": set(members)}
        return number

    def says(
        self,
        user: int,
        text: str | list[Json],
        group: int | None = None,
        *,
        mention: bool = True,
        reply: int | None = None,
        role: str = "member",
        image: str | None = None,
        **more: Any,
    ) -> int:
        """Somebody writes, in a group with a mention of the account; the message's number."""
        number = next(_NUMBERS)
        segments: list[Json] = [{"type": "reply", "data": {"id": str(reply)}}] if reply else []
        if group is not None and mention:
            segments.append({"type": "at", "data": {"qq": str(self.account)}})
        segments += [{"type": "text", "data": {"text": f" {text}"}}] if isinstance(text, str) else text
        if image:
            segments.append({"type": "image", "data": {"file": "a.jpg", "url": image, "sub_type": 0}})
        event = self.event(user, segments, group, number, role) | more
        self.push(event)
        return number

    def event(self, user: int, segments: list[Json], group: int | None, number: int, role: str = "member") -> Json:
        """The event of a message."""
        message = segments if self.wants == "array" else "".join(map(_code, segments))
        kind = "group" if group is not None else "private"
        sender = {"user_id": user, "nickname": f"用户{user}", "card": "", "role": role, "sex": "unknown"}
        body: Json = {"time": int(time.time()), "self_id": self.account, "post_type": "message", "message_type": kind}
        body |= {"sub_type": "normal" if group is not None else "friend", "message_id": number, "user_id": user}
        body |= {"message": message, "raw_message": "".join(map(_code, segments)), "font": 14, "sender": sender}
        body |= {"message_format": self.wants, "group_id": group} if group is not None else {}
        return body

    def push(self, event: Json) -> None:
        """Any event, as it is."""
        with self.changed:
            if isinstance(event.get("message_id"), int):
                self.said[event["message_id"]] = event
            self._recent.append((time.monotonic(), event))
        self._do(self._emit(event))

    def redeliver(self, number: int) -> None:
        """An event that was sent before."""
        self._do(self._emit(self.said[number]))

    def arrived(self) -> None:
        """Wait until the program's side has read all that was sent."""
        self._do(self._ping())

    def raw(self, frame: str | bytes) -> None:
        """Any frame, as it is."""
        self._do(self._events.send(frame))

    def fail(self, action: str, fault: Fault) -> None:
        """The next calls of this action go wrong."""
        with self.changed:
            self.faults.append((action, fault))

    # What was sent

    def to(self, user: int | None = None, group: int | None = None) -> list[Sent]:
        """What was sent into a group (there, to whom it calls), or to somebody alone."""
        with self.changed:
            here = [sent for sent in self.sent if sent.group == group]
        if group is None:
            return [sent for sent in here if sent.user == user]
        return [sent for sent in here if user is None or user in sent.called]

    def shown(self, user: int, group: int | None = None) -> list[str]:
        """Every text in a chat, oldest first; of a merged message its parts."""
        return [text for sent in self.to(None if group else user, group) for text in (sent.nodes or (sent.text,))]

    def hears(self, user: int | None, text: str, group: int | None = None, patience: float = _PATIENCE) -> Sent:
        """The first message with this text, as soon as there is one."""
        found: list[Sent] = []

        def there() -> bool:
            found[:] = [one for one in self.to(user, group) if text in one.text or any(text in n for n in one.nodes)]
            return bool(found)

        self.until(there, f"{text!r} for {user} in {group}", patience)
        return found[0]

    def until(self, fits: Callable[[], object], what: str = "it", patience: float = _PATIENCE) -> None:
        """Wait until something is so."""
        give_up = time.monotonic() + patience
        with self.changed:
            while not fits():
                left = give_up - time.monotonic()
                if left <= 0:
                    sent = [(one.user, one.group, one.text[:40]) for one in self.sent[-10:]]
                    raise AssertionError(f"no {what} after {patience} s; sent: {sent}; calls: {self.calls[-5:]}")
                self.changed.wait(min(left, 0.2))

    # Behind the scenes

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        tasks = [asyncio.create_task(self._hold_on(role)) for role in self.roles]
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with self.changed:
            self._sockets.clear()

    async def _hold_on(self, role: str) -> None:
        headers = {"X-Self-ID": str(self.account), "X-Client-Role": role, "User-Agent": "OneBot/11"} | self.headers
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}".encode().decode("latin-1"))
        while True:
            try:
                async with connect(self.url, additional_headers=headers, proxy=None, ping_interval=None) as socket:
                    await self._talk(socket, role)
            except InvalidHandshake as error:
                response = getattr(error, "response", None)
                with self.changed:
                    self.refusals.append(response.status_code if response else 0)
                    self.changed.notify_all()
            except (ConnectionClosed, OSError):
                pass
            with self.changed:
                self._sockets.pop(role, None)
                self.changed.notify_all()
            await asyncio.sleep(_RECONNECT)

    async def _talk(self, socket: ClientConnection, role: str) -> None:
        with self.changed:
            self._sockets[role] = socket
            self.connections += 1
            self.changed.notify_all()
        beating = None
        if role != "API":
            await socket.send(_json(self._meta("lifecycle", sub_type="connect")))
            if self.heartbeat:
                beating = asyncio.create_task(self._beat(socket, self.heartbeat))
            if self.resends:
                since = time.monotonic() - _RESEND_WITHIN
                for at, event in list(self._recent):
                    if at > since:
                        await socket.send(_json(event))
        try:
            async for frame in socket:
                asyncio.create_task(self._called(socket, json.loads(frame)))  # noqa: RUF006 - ends with the loop
        finally:
            if beating:
                beating.cancel()

    async def _beat(self, socket: ClientConnection, seconds: float) -> None:
        while True:
            interval = int(seconds * 1000)
            status = {"online": self.online, "good": self.online}
            await socket.send(_json(self._meta("heartbeat", interval=interval, status=status)))
            await asyncio.sleep(seconds)

    def _meta(self, kind: str, **more: Any) -> Json:
        body = {"time": int(time.time()), "self_id": self.account, "post_type": "meta_event", "meta_event_type": kind}
        return body | more

    async def _called(self, socket: ClientConnection, call: Json) -> None:
        action, params, echo = call["action"], call.get("params", {}), call.get("echo")
        fault = self._fault(action, params)
        how = fault.how if fault else None
        if how == "cut before":
            socket.transport.abort()
            return
        if how == "lost":
            return
        with self.changed:
            self.calls.append((action, params))
            answer = fault.answer if fault and how == "failed" else self._do_call(action, params)
            self.changed.notify_all()
        if how == "cut":
            socket.transport.abort()
        if how in ("never", "cut"):
            return
        if fault and how == "late":
            await asyncio.sleep(fault.seconds)
        await self._answer(socket, {**answer, "echo": echo})

    async def _answer(self, socket: ClientConnection, answer: Json) -> None:
        ready = [(socket, answer)]
        if self.hold:
            self._held.append((socket, answer))
            if len(self._held) < self.hold:
                return
            ready, self._held, self.hold = self._held[::-1], [], 0
        for each, body in ready:
            # A bridge that has reconnected answers over the connection that it has.
            for line in (each, *self._sockets.values()):
                try:
                    await line.send(_json(body))
                    break
                except ConnectionClosed:
                    continue

    def _fault(self, action: str, params: Json) -> Fault | None:
        with self.changed:
            for name, fault in self.faults:
                place = params.get("group_id") or params.get("user_id")
                if name == action and fault.times > 0 and fault.where in (None, place):
                    fault.times -= 1
                    return fault
        return None

    def _do_call(self, action: str, params: Json) -> Json:
        if action in self.unsupported:
            return {"status": "failed", "retcode": 1404, "data": None, "message": "unsupported"}
        match action:
            case "get_login_info":
                return _good({"user_id": self.account, "nickname": self.nickname})
            case "get_group_list":
                return _good([{"group_id": number, "group_name": one["name"]} for number, one in self.groups.items()])
            case "get_group_member_info":
                group = self.groups.get(params["group_id"], {})
                return _good({"user_id": params["user_id"], "card": group.get("card", "")})
            case "get_friend_list":
                return _good([{"user_id": user, "nickname": "", "remark": ""} for user in sorted(self.friends)])
            case "get_status":
                return _good({"online": True, "good": True})
            case "set_friend_add_request" | "set_group_add_request":
                return _good(None)
            case "send_group_msg" | "send_group_forward_msg":
                return self._send(params, params.get("message", []), None, params["group_id"])
            case "send_private_msg":
                return self._send(params, params["message"], params["user_id"], None)
        return {"status": "failed", "retcode": 1404, "data": None, "message": f"unknown action {action}"}

    def _send(self, params: Json, message: list[Json], user: int | None, group: int | None) -> Json:
        why = self._forbidden(params, user, group)
        if why:
            return {"status": "failed", "retcode": 200, "data": None, "message": why, "wording": why}
        number = next(_NUMBERS)
        nodes = tuple(_text(node["data"]["content"]) for node in params.get("messages", ()))
        self.sent.append(
            Sent(
                time.monotonic(),
                number,
                _text(message),
                user,
                group,
                tuple(int(each["data"]["qq"]) for each in message if each["type"] == "at"),
                next((_number(each["data"]["id"]) for each in message if each["type"] == "reply"), None),
                nodes,
                tuple(each["data"]["file"] for each in message if each["type"] == "image"),
                message,
            )
        )
        return _good({"message_id": number})

    def _forbidden(self, params: Json, user: int | None, group: int | None) -> str | None:
        if group is not None and group not in self.groups:
            return "群不存在"
        if group in self.muted:
            return "你已被禁言，无法发送消息"
        met = params.get("group_id") in self.groups
        return None if user is None or user in self.friends or met else "发送失败，请先添加对方为好友"

    @property
    def _events(self) -> ClientConnection:
        return next(socket for role, socket in self._sockets.items() if role != "API")

    async def _emit(self, event: Json) -> None:
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            try:
                await self._events.send(_json(event))
            except (ConnectionClosed, StopIteration, RuntimeError):
                await asyncio.sleep(0.01)
            else:
                return
        raise AssertionError("the event could not be sent")

    async def _ping(self) -> None:
        await (await self._events.ping())

    async def _cut(self, rudely: bool) -> None:
        for socket in list(self._sockets.values()):
            if rudely:
                socket.transport.abort()
            else:
                await socket.close()

    def _do(self, work: Any) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    def _at(self, work: Callable[[], Any]) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(work)


def _good(data: object) -> Json:
    return {"status": "ok", "retcode": 0, "data": data, "message": "", "wording": ""}


def _number(name: str) -> int:
    """A message's number; 0 where its name is none."""
    return int(name) if name.lstrip("-").isdigit() else 0


def _json(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    # Half a character can only be sent by its number.
    return text if text == text.encode(errors="replace").decode() else json.dumps(value)


def _text(message: list[Json]) -> str:
    return "".join(each["data"]["text"] for each in message if each["type"] == "text").strip()


def _code(segment: Json) -> str:
    """A segment as a CQ code, by the rules of OneBot and not by the program's own hand."""
    if segment["type"] == "text":
        return _escape(str(segment["data"]["text"]))
    data = "".join(f",{key}={_escape(str(value)).replace(',', '&#44;')}" for key, value in segment["data"].items())
    return f"[CQ:{segment['type']}{data}]"


def _escape(text: str) -> str:
    return "".join({"&": "&amp;", "[": "&#91;", "]": "&#93;"}.get(letter, letter) for letter in text)
