"""Callbacks of a 公众号: in plain (明文), in both (兼容) or encrypted (安全模式)."""

from collections.abc import Mapping

from bot.channels.callback import xml
from bot.channels.callback.errors import ForgedError
from bot.channels.callback.guard import Guard
from bot.channels.callback.letter import Letter, sealed_answer, text_answer
from bot.channels.callback.seal import Seal, check_signature


class MpLock:
    """``seal``: None where no EncodingAESKey is set. With one, nothing is taken in plain.

    A plain callback's signature does not cover its body; whoever sets the key wants more than that.
    """

    def __init__(self, token: str, seal: Seal | None, guard: Guard) -> None:
        self._token = token
        self._seal = seal
        self._guard = guard

    def verify(self, query: Mapping[str, str]) -> str:
        """The question comes in plain, whatever the mode. Raises CallbackError."""
        self._check(query)
        return query.get("echostr", "")

    def open(self, query: Mapping[str, str], body: bytes) -> Letter:
        """Raises CallbackError."""
        self._check(query)
        letter = self._sealed(self._seal, query, body) if self._seal else self._plain(query, body)
        self._guard.check_use(letter.proof, letter.event_id)
        return letter

    def _plain(self, query: Mapping[str, str], body: bytes) -> Letter:
        fields = xml.read(body)
        if "FromUserName" not in fields and "Encrypt" in fields:
            raise ForgedError("it is encrypted (安全模式), and HELPDESK_MP_AES_KEY is not set")
        return Letter(fields, query.get("signature", ""), lambda text: text_answer(fields, text))

    def _sealed(self, seal: Seal, query: Mapping[str, str], body: bytes) -> Letter:
        envelope = xml.read(body)
        if "Encrypt" not in envelope:
            raise ForgedError(
                "it is in plain (明文模式), and HELPDESK_MP_AES_KEY is set: choose 安全模式, or unset the key"
            )
        sealed, proof = envelope["Encrypt"], query.get("msg_signature", "")
        check_signature(proof, self._token, query.get("timestamp", ""), query.get("nonce", ""), sealed)
        fields = xml.read(seal.open(sealed))
        return Letter(fields, proof, lambda text: sealed_answer(seal, self._token, text_answer(fields, text)))

    def _check(self, query: Mapping[str, str]) -> None:
        timestamp = query.get("timestamp", "")
        check_signature(query.get("signature", ""), self._token, timestamp, query.get("nonce", ""))
        self._guard.check_time(timestamp)
