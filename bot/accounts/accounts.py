"""Signing in and out, and what administrators do to accounts."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.passwords import Passwords, why_not
from bot.accounts.roles import ROLES
from bot.storage import accounts as storage
from bot.storage import records
from bot.storage.accounts import Account, Session
from bot.storage.database import Database

CHANNEL = "console"
LONGEST_SESSION, LONGEST_IDLE = timedelta(hours=12), timedelta(hours=2)
LINK_LASTS = timedelta(hours=24)
_FREE_TRIES = {"name": 5, "address": 20}
_FIRST_WAIT, _LONGEST_WAIT = 5, 900
_FORGOTTEN_AFTER = timedelta(hours=24)
_USED_EVERY = timedelta(minutes=1)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,40}")


class AccountError(Exception):
    """Something that cannot be done to an account; the text says why."""


class WrongError(AccountError):
    """The name or the password is wrong: which of them, nobody is told."""


class ThrottledError(AccountError):
    """Too many failed tries."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"试错的次数太多了，请过 {seconds} 秒再试。")


@dataclass(frozen=True)
class Accounts:
    """The people who may use the console."""

    database: Database
    now: Callable[[], datetime]
    passwords: Passwords = field(default_factory=Passwords)

    async def sign_in(self, username: str, password: str, address: str) -> str:
        """The token of a new session. Raises WrongError, ThrottledError."""
        username = username.strip().lower()
        if not _USERNAME.fullmatch(username):
            username = "?"
        keys = {"name": _digest(f"name:{username}"), "address": _digest(f"address:{address}")}
        await self._count_try(keys, username)
        async with self.database.read() as tx:
            found = await storage.find(tx, username)
        kept = found[1] if found and not found[0].disabled else None
        right = await self.passwords.is_right(kept, password[:1000])
        again = await self.passwords.hash(password) if right and kept and self.passwords.is_old(kept) else None
        token, now = secrets.token_urlsafe(32), self.now()
        async with self.database.write() as tx:
            current = await storage.find(tx, username, lock=True) if right else None
            # Whatever happened to the account meanwhile counts.
            if not current or current[0].disabled or current[1] != kept:
                await self._audit(tx, username[:40], "sign_in", allowed=False, detail=address)
            else:
                person = current[0]
                await storage.set_failures(tx, keys["name"], 0, now, now)
                number, _ = await storage.failures(tx, keys["address"], now)
                await storage.set_failures(tx, keys["address"], max(number - 1, 0), now, now)
                if again:
                    await storage.change(tx, person.id, now, password=again)
                await storage.begin(tx, _digest(token), person.id, address, now, now + LONGEST_SESSION)
                await records.seen(tx, CHANNEL, person.username, person.name, now)
                await self._audit(tx, person.username, "sign_in", name=person.name, detail=address)
                return token
        raise WrongError("用户名或密码不对。")

    async def _count_try(self, keys: dict[str, str], username: str) -> None:
        """Every try counts as failed until it has not: a thousand at once get no further than one after the other."""
        now, wait = self.now(), 0
        async with self.database.write() as tx:
            await storage.forget_failures(tx, now - _FORGOTTEN_AFTER)
            state = {kind: await storage.failures(tx, key, now) for kind, key in keys.items()}
            wait = max(int((until - now).total_seconds() + 0.999) for _, until in state.values())
            if wait > 0:
                await self._audit(tx, username[:40], "sign_in_throttled", allowed=False)
            else:
                for kind, (number, _) in state.items():
                    over = number + 1 - _FREE_TRIES[kind]
                    pause = min(_FIRST_WAIT * 2 ** min(over, 10), _LONGEST_WAIT) if over >= 0 else 0
                    await storage.set_failures(tx, keys[kind], number + 1, now, now + timedelta(seconds=pause))
        if wait > 0:
            raise ThrottledError(wait)

    async def who(self, token: str | None) -> Session | None:
        """Whose token this is; using it keeps it alive."""
        return await self.still(_digest(token), in_use=True) if token else None

    async def still(self, digest: str, *, in_use: bool = False) -> Session | None:
        """The session as it is at this moment; None where it has ended. ``in_use``: somebody has done something."""
        now = self.now()
        async with self.database.read() as tx:
            session = await storage.session(tx, digest, now, LONGEST_IDLE)
        if session and in_use and now - session.used_at >= _USED_EVERY:
            async with self.database.write() as tx:
                await storage.used(tx, digest, now)
        return session

    async def sign_out(self, session: Session, *, everywhere: bool = False) -> None:
        """End this session, or all of this person's."""
        async with self.database.write() as tx:
            await (storage.end_all(tx, session.account_id) if everywhere else storage.end(tx, session.digest))
            await self._audit(tx, session.username, "sign_out_all" if everywhere else "sign_out", name=session.name)

    async def needs_first(self) -> bool:
        """Whether there is no administrator yet, who could let others in."""
        async with self.database.read() as tx:
            return not await storage.admins(tx)

    async def link(self) -> str:
        """The token of a new link that makes an administrator; older links are void."""
        token = secrets.token_urlsafe(32)
        async with self.database.write() as tx:
            await storage.add_link(tx, _digest(token), self.now() + LINK_LASTS)
        return token

    async def link_is_good(self, token: str) -> bool:
        """Whether the link can be used."""
        async with self.database.read() as tx:
            return await storage.link_is_good(tx, _digest(token), self.now())

    async def first(self, token: str, username: str, name: str, password: str) -> None:
        """Make an administrator by link. Raises AccountError."""
        values = await self._checked(username, name, "admin", password)
        async with self.database.write() as tx:
            if not await storage.use_link(tx, _digest(token), self.now()):
                raise AccountError("这个链接用过了或者过期了。重新生成：main.py console users link")
            await self._add(tx, values, by=username)

    async def add(self, username: str, name: str, role: str, password: str, *, by: str) -> None:
        """Make an account. Raises AccountError."""
        values = await self._checked(username, name, role, password)
        async with self.database.write() as tx:
            await self._add(tx, values, by=by)

    async def _checked(self, username: str, name: str, role: str, password: str) -> tuple[str, str, str, str]:
        username, name = username.strip().lower(), name.strip()
        if not _USERNAME.fullmatch(username):
            raise AccountError("用户名要 2 到 40 个字符：小写字母、数字、点、横线、下划线，以字母或数字开头。")
        if not _NAME.fullmatch(name):
            raise AccountError("姓名要写 1 到 40 个字。")
        if role not in ROLES:
            raise AccountError(f"没有“{role}”这个角色，可以写：{'、'.join(ROLES)}")
        wrong = why_not(password, username)
        if wrong:
            raise AccountError(wrong)
        return username, name, role, await self.passwords.hash(password)

    async def _add(self, tx: AsyncConnection, values: tuple[str, str, str, str], *, by: str) -> None:
        username, name, role, password = values
        now = self.now()
        if not await storage.add(tx, username, name, role, password, now):
            raise AccountError(f"用户名 {username} 已经有了。")
        if role == "admin":
            # There is one now: a link that lies in some log since the first start is good for nothing any more.
            await storage.end_links(tx)
        await records.seen(tx, CHANNEL, username, name, now)
        await self._audit(tx, by, "account_add", detail=f"{username} {role}")

    async def set_password(self, username: str, password: str, *, by: str) -> None:
        """A new password; all sessions end. Raises AccountError."""
        wrong = why_not(password, username)
        if wrong:
            raise AccountError(wrong)
        await self._change(username, by, "account_password", password=await self.passwords.hash(password))

    async def change_password(self, session: Session, current: str, password: str) -> None:
        """Somebody's own new password; all his sessions end. Raises AccountError, ThrottledError."""
        wrong = why_not(password, session.username)
        if wrong:
            raise AccountError(wrong)
        key = _digest(f"name:{session.username}")
        await self._count_try({"name": key}, session.username)
        async with self.database.read() as tx:
            found = await storage.find(tx, session.username)
        if not await self.passwords.is_right(found[1] if found else None, current[:1000]):
            async with self.database.write() as tx:
                await self._audit(tx, session.username, "account_password", name=session.name, allowed=False)
            raise WrongError("现在的密码不对。")
        now = self.now()
        async with self.database.write() as tx:
            await storage.set_failures(tx, key, 0, now, now)
        await self.set_password(session.username, password, by=session.username)

    async def set_role(self, username: str, role: str, *, by: str) -> None:
        """Another role; all sessions end. Raises AccountError."""
        if role not in ROLES:
            raise AccountError(f"没有“{role}”这个角色，可以写：{'、'.join(ROLES)}")
        await self._change(username, by, "account_role", role=role)

    async def disable(self, username: str, *, by: str, disabled: bool = True) -> None:
        """Let somebody in no more, or again; all sessions end. Raises AccountError."""
        await self._change(username, by, "account_disable" if disabled else "account_enable", disabled=disabled)

    async def _change(self, username: str, by: str, action: str, **values: str | bool) -> None:
        async with self.database.write() as tx:
            found = await storage.find(tx, username.strip().lower(), lock=True)
            if found is None:
                raise AccountError(f"没有 {username} 这个账号。")
            await storage.change(tx, found[0].id, self.now(), **values)
            await storage.end_all(tx, found[0].id)
            if not await storage.admins(tx):
                raise AccountError("这是最后一个管理员，不能停用也不能改角色。")
            detail = f"{found[0].username} {values['role']}" if "role" in values else found[0].username
            await self._audit(tx, by, action, detail=detail)

    async def listed(self) -> list[Account]:
        """All accounts."""
        async with self.database.read() as tx:
            return await storage.listed(tx)

    async def secret(self, name: str) -> str:
        """A secret of the program's own, the same for all nodes."""
        async with self.database.write() as tx:
            return await storage.secret(tx, name, secrets.token_urlsafe(48))

    async def _audit(
        self,
        tx: AsyncConnection,
        account: str,
        action: str,
        *,
        name: str | None = None,
        allowed: bool = True,
        detail: str | None = None,
    ) -> None:
        values = {"at": self.now(), "channel": CHANNEL, "account": account, "name": name}
        await records.write_audit(
            tx, {**values, "action": action, "ticket": None, "allowed": allowed, "detail": detail}
        )


def form_token(secret: str) -> str:
    """What a form must bring to show that it is ours: bound to the cookie, and telling nothing of it."""
    return _digest(f"form:{secret}")


def is_form_token(secret: str | None, brought: str) -> bool:
    """Whether the form is ours."""
    return bool(secret) and compare_digest(form_token(secret or "").encode(), brought.encode())


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()
