"""People with the app in their hands, and the platform between them and the program: it calls, and calls again."""

import itertools
import threading
import time
from dataclasses import dataclass, field

import httpx

from tests.callbacks.api import ApiServer, Shown
from tests.callbacks.envelope import Account, document, fields_of

_PATIENCE = 20.0
_GLANCE = 0.01
_CALLS = 3
_NUMBERS = itertools.count(7_000_000_000_000_000_001)


@dataclass
class Call:
    """One callback as the platform keeps it until it is answered."""

    user: str
    fields: dict[str, object]


@dataclass
class Phone:
    """``url``: the program; ``hangs_up``: seconds after which the platform calls again; ``haste``: the same for the first
    calls; ``mode``: 安全, 兼容 or 明文.
    """

    url: str
    api: ApiServer
    account: Account
    path: str = ""
    hangs_up: float = 5.0
    haste: list[float] = field(default_factory=list)
    limit: int = 2048
    statuses: list[int] = field(default_factory=list)
    posts: int = 0
    calls: int = _CALLS
    _calls: dict[str, Call] = field(default_factory=dict)
    _heard: dict[str, int] = field(default_factory=dict)

    def account_of(self, user: str) -> str:
        return user

    def says(self, user: str, text: str) -> str:
        """The user sends a text; the number of the message. Back when the platform has its answer, or has given up."""
        return self.sends(user, MsgType="text", Content=text)

    def taps(self, user: str, event: str, key: str = "", at: int | None = None) -> str:
        """The user does something that is no message."""
        moment = at or int(time.time())
        return self.sends(user, MsgType="event", Event=event, EventKey=key, MsgId=None, CreateTime=moment)

    def message(self, user: str, text: str) -> dict[str, object]:
        """A text as the platform describes it."""
        return self._described(user, {"MsgType": "text", "Content": text})[1]

    def sends(self, user: str, **fields: object) -> str:
        number, whole = self._described(user, fields)
        self._calls[number] = Call(user, whole)
        self.api.heard(self.account_of(user))
        self.deliver(number)
        return number

    def _described(self, user: str, fields: dict[str, object]) -> tuple[str, dict[str, object]]:
        number = str(next(_NUMBERS))
        base: dict[str, object] = {
            "ToUserName": self.account.id,
            "FromUserName": self.account_of(user),
            "CreateTime": int(time.time()),
            "MsgId": int(number),
        }
        return number, {name: value for name, value in {**base, **fields}.items() if value is not None}

    def deliver(self, number: str) -> None:
        """Call the program until it answers, a few times."""
        call = self._calls[number]
        for _ in range(self.calls):
            try:
                answer = self.post(call.fields)
            except httpx.TimeoutException:
                continue
            self.statuses.append(answer.status_code)
            if answer.status_code == 200:
                text = self.text_of(answer)
                if text is not None:
                    self.api.show(self.account_of(call.user), text, "passive")
                return

    def post(self, fields: dict[str, object]) -> httpx.Response:
        """Call the program once."""
        self.posts += 1
        query, body = self.wrapped(document(fields))
        timeout = self.haste.pop(0) if self.haste else self.hangs_up
        # Reading the world's certificates for each call would cost more than the call.
        return httpx.post(f"{self.url}{self.path}", params=query, content=body.encode(), timeout=timeout, verify=False)

    def wrapped(self, plain: str, timestamp: int | None = None, nonce: str | None = None) -> tuple[dict[str, str], str]:
        """Query and body of a callback."""
        raise NotImplementedError

    def text_of(self, answer: httpx.Response) -> str | None:
        """What an answer says to the user; None where it says nothing."""
        if answer.text in ("", "success"):
            return None
        assert answer.headers["content-type"].startswith("application/xml")
        fields = fields_of(self.opened(answer.text))
        assert fields["FromUserName"] == self.account.id
        assert fields["MsgType"] == "text"
        assert len(fields["Content"].encode()) <= self.limit
        return fields["Content"]

    def opened(self, text: str) -> str:
        """The message in an answer; its signature is checked."""
        fields = fields_of(text)
        claimed = self.account.signature(fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
        assert fields["MsgSignature"] == claimed
        return self.account.unseal(fields["Encrypt"])

    def messages(self, user: str) -> list[Shown]:
        """Everything that a user has seen."""
        return list(self.api.shown.get(self.account_of(user), ()))

    def hears(self, user: str, *words: str) -> list[Shown]:
        """Exactly these messages are new, each with the words in it; waits for them."""
        give_up = time.monotonic() + _PATIENCE
        seen = self._heard.get(user, 0)
        while len(self.messages(user)) < seen + len(words) and time.monotonic() < give_up:
            time.sleep(_GLANCE)
        new = self.messages(user)[seen:]
        self._heard[user] = seen + len(new)
        texts = [one.text for one in new]
        assert len(texts) == len(words), texts
        for text, expected in zip(texts, words, strict=True):
            assert expected in text, text
        return new

    def aside(self, user: str, text: str) -> threading.Thread:
        """The user says something while the test goes on."""
        thread = threading.Thread(target=self.says, args=(user, text))
        thread.start()
        return thread


@dataclass
class WecomPhone(Phone):
    """企业微信: everything is encrypted."""

    path: str = "/wecom"

    def wrapped(self, plain: str, timestamp: int | None = None, nonce: str | None = None) -> tuple[dict[str, str], str]:
        sealed, at = self.account.seal(plain), str(timestamp or int(time.time()))
        salt = nonce or str(time.monotonic_ns())
        query = {"msg_signature": self.account.signature(at, salt, sealed), "timestamp": at, "nonce": salt}
        return query, document({"ToUserName": self.account.id, "AgentID": "1000002", "Encrypt": sealed})


@dataclass
class MpPhone(Phone):
    """公众号 in one of its three modes; its people have long ids."""

    path: str = "/mp"
    mode: str = "安全"

    def account_of(self, user: str) -> str:
        return f"o{user:_>27}"

    def wrapped(self, plain: str, timestamp: int | None = None, nonce: str | None = None) -> tuple[dict[str, str], str]:
        at, salt = str(timestamp or int(time.time())), nonce or str(time.monotonic_ns())
        query = {"signature": self.account.signature(at, salt), "timestamp": at, "nonce": salt}
        query["openid"] = fields_of(plain).get("FromUserName", "")
        if self.mode == "明文":
            return query, plain
        sealed = self.account.seal(plain)
        query |= {"encrypt_type": "aes", "msg_signature": self.account.signature(at, salt, sealed)}
        if self.mode == "兼容":
            return query, plain.replace("</xml>", f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>")
        return query, document({"ToUserName": self.account.id, "Encrypt": sealed})

    def opened(self, text: str) -> str:
        return text if self.mode == "明文" else super().opened(text)
