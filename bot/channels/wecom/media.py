"""Pictures and files: what the platform keeps is encrypted, each with a key of its own."""

import base64
import binascii
import re
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MOST_BYTES = 50 * 1024 * 1024
_KEY_BYTES = 32
_BLOCK = 16
_LONGEST_PADDING = 32
_LONGEST_NAME = 200
_EXTENDED_NAME = re.compile(r"filename\*\s*=\s*utf-8''([^;\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """What lay at the address. ``name``: what the sender called it, where the answer says so."""

    content: bytes
    name: str | None = None


class MediaError(Exception):
    """It cannot be had; the text says why."""


async def fetch(client: httpx.AsyncClient, url: str, key: str) -> Found:
    """What lies at the address, readable. Raises MediaError for good, httpx.HTTPError where it may work later."""
    if not url.startswith(("https://", "http://")):
        raise MediaError("not an address of the web")
    body = bytearray()
    async with client.stream("GET", url) as response:
        if response.is_client_error:
            raise MediaError(f"HTTP {response.status_code}: the address is good for five minutes only")
        response.raise_for_status()
        name = name_in(response.headers.get("content-disposition", ""))
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise MediaError(f"more than {MOST_BYTES} bytes")
    return Found(decrypted(bytes(body), key) if key else bytes(body), name)


def name_in(disposition: str) -> str | None:
    """The name of a file in the header that goes with it: the messages themselves do not tell it."""
    header = Message()
    header["Content-Disposition"] = disposition
    extended = _EXTENDED_NAME.search(disposition)
    name = unquote(extended[1] if extended else header.get_filename(""))
    return name.replace("\0", "").strip()[:_LONGEST_NAME] or None


def decrypted(data: bytes, key: str) -> bytes:
    """AES-256-CBC; the vector is the key's beginning, and the padding may be longer than a block. Raises MediaError."""
    try:
        secret = base64.b64decode(key + "=" * (-len(key) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MediaError("the key is not base64") from error
    if len(secret) != _KEY_BYTES or not data or len(data) % _BLOCK:
        raise MediaError("key and data do not fit")
    # CBC is what the platform has chosen; nobody learns from us whether the padding was right.
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:_BLOCK])).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= min(_LONGEST_PADDING, len(plain)) or plain[-padding:] != bytes([padding]) * padding:
        raise MediaError("the key does not open it")
    return plain[:-padding]
