"""Signature and encryption of callbacks, as both platforms document them."""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from bot.channels.callback.errors import ForgedError, MalformedError

_PADDING = PKCS7(32 * 8)
"""The platforms pad to 32 bytes, though a block of AES has 16."""
_SALT = 16
_HEAD = _SALT + 4


def sign(*parts: str) -> str:
    """The signature of a token and what it goes with."""
    joined = "".join(sorted(parts)).encode("utf-8", "replace")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()  # the platforms know no other digest


def check_signature(claimed: str, *parts: str) -> None:
    """Raises ForgedError where ``claimed`` is not the signature of the parts."""
    if not hmac.compare_digest(sign(*parts).encode(), claimed.encode("utf-8", "replace")):
        raise ForgedError("wrong signature")


class Seal:
    """Encrypts and decrypts. ``key``: the EncodingAESKey; ``receiver``: the corp id or app id. Raises ValueError."""

    def __init__(self, key: str, receiver: str) -> None:
        try:
            self._key = base64.b64decode(f"{key}=", validate=True)
        except ValueError as error:
            raise ValueError("no EncodingAESKey") from error
        if len(key) != 43 or len(self._key) != 32:
            raise ValueError("no EncodingAESKey")
        self._receiver = receiver.encode()

    def close(self, text: str) -> str:
        """Encrypt."""
        message = text.encode("utf-8", "replace")
        padder = _PADDING.padder()
        whole = secrets.token_bytes(_SALT) + struct.pack(">I", len(message)) + message + self._receiver
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(padder.update(whole) + padder.finalize()) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        """Decrypt. Raises MalformedError, and ForgedError where it was meant for somebody else."""
        whole = self._unpadded(sealed)
        if len(whole) < _HEAD:
            raise MalformedError("too short after decryption")
        (length,) = struct.unpack(">I", whole[_SALT:_HEAD])
        message, receiver = whole[_HEAD : _HEAD + length], whole[_HEAD + length :]
        if len(message) != length:
            raise MalformedError("cut off after decryption")
        if not hmac.compare_digest(receiver, self._receiver):
            raise ForgedError("meant for another receiver: is the corp id or app id right?")
        try:
            return message.decode()
        except UnicodeDecodeError as error:
            raise MalformedError("not UTF-8 after decryption") from error

    def _unpadded(self, sealed: str) -> bytes:
        try:
            raw = base64.b64decode(sealed, validate=True)
            decryptor, unpadder = self._cipher().decryptor(), _PADDING.unpadder()
            padded = decryptor.update(raw) + decryptor.finalize()
            return unpadder.update(padded) + unpadder.finalize()
        except (ValueError, binascii.Error) as error:
            raise MalformedError("cannot be decrypted: is the EncodingAESKey right?") from error

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES256(self._key), CBC(self._key[:16]))
