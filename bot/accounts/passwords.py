"""Passwords: hashed with Argon2 in a thread, so that nobody's chat waits for it."""

import asyncio
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200
_AT_ONCE = 2
"""Each takes 64 MB."""


@dataclass
class Passwords:
    """``hasher``: with the parameters in force; what was hashed with others is hashed anew at the next sign-in."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    def __post_init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        async with self._turn:
            return await asyncio.to_thread(self.hasher.hash, password)

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Whether the password fits; where there is none to compare with, that takes as long."""
        if kept is None and self._nobodys is None:
            self._nobodys = await self.hash("nobody's password")
        async with self._turn:
            return await asyncio.to_thread(self._verify, kept or self._nobodys or "", password) and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self.hasher.verify(kept, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def is_old(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than those in force."""
        return self.hasher.check_needs_rehash(kept)


def why_not(password: str, username: str) -> str | None:
    """What is wrong with a new password; None where it will do."""
    if len(password) < SHORTEST:
        return f"密码至少要 {SHORTEST} 个字符。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符。"
    if not password.isprintable():
        return "密码里有打不出来的字符，换一个。"
    if username and username.lower() in password.lower():
        return "密码里不要有用户名。"
    if len(set(password)) < 4:
        return "密码太简单了，换一个。"
    return None
