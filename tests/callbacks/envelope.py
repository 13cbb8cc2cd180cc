"""Signing and sealing as the platforms document it, written without a look at the program's own code."""

import base64
import hashlib
import os
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


@dataclass(frozen=True)
class Account:
    """What both sides know. ``id``: corp id or app id; ``aes_key``: 43 letters, or none (明文模式)."""

    id: str
    token: str
    aes_key: str | None

    def signature(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, *parts])).encode()).hexdigest()

    def seal(self, text: str) -> str:
        content = text.encode()
        plain = os.urandom(16) + len(content).to_bytes(4, "big") + content + self.id.encode()
        missing = 32 - len(plain) % 32
        cipher = self._cipher().encryptor()
        return base64.b64encode(cipher.update(plain + bytes([missing]) * missing) + cipher.finalize()).decode()

    def unseal(self, sealed: str) -> str:
        cipher = self._cipher().decryptor()
        plain = cipher.update(base64.b64decode(sealed)) + cipher.finalize()
        assert len(plain) % 32 == 0
        assert plain[-plain[-1] :] == bytes([plain[-1]]) * plain[-1], "padding"
        plain = plain[: -plain[-1]]
        end = 20 + int.from_bytes(plain[16:20], "big")
        assert plain[end:] == self.id.encode(), "receiver"
        return plain[20:end].decode()

    def _cipher(self) -> "Cipher[modes.CBC]":
        assert self.aes_key
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def document(fields: dict[str, object]) -> str:
    """As the platforms write it."""
    lines = (
        f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in fields.items()
    )
    return "<xml>" + "\n".join(lines) + "</xml>"


def fields_of(text: str) -> dict[str, str]:
    root = ElementTree.fromstring(text)
    assert root.tag == "xml"
    return {each.tag: each.text or "" for each in root}
