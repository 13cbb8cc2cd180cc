"""Callbacks of a 企业微信 application: always signed over the whole, always encrypted."""

from collections.abc import Mapping

from bot.channels.callback import xml
from bot.channels.callback.guard import Guard
from bot.channels.callback.letter import Letter, sealed_answer, text_answer
from bot.channels.callback.seal import Seal, check_signature


class WecomLock:
    """``token`` and ``seal``: as set in the application's 接收消息 page."""

    def __init__(self, token: str, seal: Seal, guard: Guard) -> None:
        self._token = token
        self._seal = seal
        self._guard = guard

    def verify(self, query: Mapping[str, str]) -> str:
        """The question is encrypted; the answer is what it says. Raises CallbackError."""
        question = query.get("echostr", "")
        self._check(query, question)
        return self._seal.open(question)

    def open(self, query: Mapping[str, str], body: bytes) -> Letter:
        """Raises CallbackError."""
        sealed = xml.read(body).get("Encrypt", "")
        self._check(query, sealed)
        fields = xml.read(self._seal.open(sealed))
        letter = Letter(
            fields,
            query.get("msg_signature", ""),
            lambda text: sealed_answer(self._seal, self._token, text_answer(fields, text)),
        )
        self._guard.check_use(letter.proof, letter.event_id)
        return letter

    def _check(self, query: Mapping[str, str], sealed: str) -> None:
        timestamp = query.get("timestamp", "")
        check_signature(query.get("msg_signature", ""), self._token, timestamp, query.get("nonce", ""), sealed)
        self._guard.check_time(timestamp)
