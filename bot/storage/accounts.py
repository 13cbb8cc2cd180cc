"""Accounts of the staff: who they are, their sessions, failed sign-ins, links for the first administrator."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.account_tables import account, account_link, account_secret, account_session, account_throttle


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    id: int
    username: str
    name: str
    role: str
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person, as he is at this moment."""

    digest: str
    account_id: int
    username: str
    name: str
    role: str
    used_at: datetime


async def add(tx: AsyncConnection, username: str, name: str, role: str, password: str, now: datetime) -> bool:
    """A new account; False where the name is taken."""
    values = {"username": username, "name": name, "role": role, "password": password}
    query = (
        _insert(tx, account)
        .values(**values, created_at=now, changed_at=now)
        .on_conflict_do_nothing()
        .returning(account.c.id)
    )
    return (await tx.execute(query)).first() is not None


async def listed(tx: AsyncConnection) -> list[Account]:
    """All, by name."""
    return [_account(row) for row in await tx.execute(select(account).order_by(account.c.username))]


async def find(tx: AsyncConnection, username: str, *, lock: bool = False) -> tuple[Account, str | None] | None:
    """The account of this name, with the hash of its password."""
    query = select(account).where(account.c.username == username)
    row = (await tx.execute(query.with_for_update() if lock else query)).first()
    return (_account(row), row.password) if row else None


async def change(tx: AsyncConnection, id: int, now: datetime, **values: Any) -> None:
    """Change fields of an account."""
    await tx.execute(update(account).where(account.c.id == id).values(changed_at=now, **values))


async def admins(tx: AsyncConnection) -> int:
    """How many administrators can sign in."""
    query = select(func.count()).select_from(account).where(account.c.role == "admin", account.c.disabled.is_(False))
    return int(await tx.scalar(query) or 0)


async def begin(
    tx: AsyncConnection, digest: str, account_id: int, address: str, now: datetime, expires_at: datetime
) -> None:
    """A new session; those that have run out go."""
    await tx.execute(delete(account_session).where(account_session.c.expires_at <= now))
    await tx.execute(
        insert(account_session).values(
            digest=digest, account_id=account_id, address=address[:80], begun_at=now, used_at=now, expires_at=expires_at
        )
    )


async def session(tx: AsyncConnection, digest: str, now: datetime, idle: timedelta) -> Session | None:
    """Whose session this is, if it is still good."""
    query = (
        select(account_session.c.used_at, account)
        .join(account, account.c.id == account_session.c.account_id)
        .where(
            account_session.c.digest == digest,
            account_session.c.expires_at > now,
            account_session.c.used_at > now - idle,
            account.c.disabled.is_(False),
        )
    )
    row = (await tx.execute(query)).first()
    return Session(digest, row.id, row.username, row.name, row.role, row.used_at) if row else None


async def used(tx: AsyncConnection, digest: str, now: datetime) -> None:
    """The session is in use."""
    await tx.execute(update(account_session).where(account_session.c.digest == digest).values(used_at=now))


async def end(tx: AsyncConnection, digest: str) -> None:
    """End one session."""
    await tx.execute(delete(account_session).where(account_session.c.digest == digest))


async def end_all(tx: AsyncConnection, account_id: int) -> None:
    """End all sessions of somebody."""
    await tx.execute(delete(account_session).where(account_session.c.account_id == account_id))


async def failures(tx: AsyncConnection, key: str, now: datetime) -> tuple[int, datetime]:
    """How often this has failed, and until when it has to wait. Locks the row."""
    query = _insert(tx, account_throttle).values(key=key, failures=0, at=now, until=now).on_conflict_do_nothing()
    await tx.execute(query)
    row = (await tx.execute(select(account_throttle).where(account_throttle.c.key == key).with_for_update())).one()
    return row.failures, row.until


async def set_failures(tx: AsyncConnection, key: str, number: int, now: datetime, until: datetime) -> None:
    """Write down how often it has failed."""
    query = update(account_throttle).where(account_throttle.c.key == key)
    await tx.execute(query.values(failures=number, at=now, until=until))


async def forget_failures(tx: AsyncConnection, before: datetime) -> None:
    """Failures older than that count no more."""
    await tx.execute(delete(account_throttle).where(account_throttle.c.at < before))


async def add_link(tx: AsyncConnection, digest: str, expires_at: datetime) -> None:
    """The one link that makes an administrator; those made before are void."""
    await end_links(tx)
    await tx.execute(insert(account_link).values(digest=digest, expires_at=expires_at))


async def end_links(tx: AsyncConnection) -> None:
    """No link makes an administrator any more."""
    await tx.execute(delete(account_link))


async def link_is_good(tx: AsyncConnection, digest: str, now: datetime) -> bool:
    """Whether the link can be used."""
    query = select(account_link.c.digest).where(account_link.c.digest == digest, account_link.c.expires_at > now)
    return await tx.scalar(query) is not None


async def use_link(tx: AsyncConnection, digest: str, now: datetime) -> bool:
    """Use up the link; False where it is used, too old or unknown."""
    query = delete(account_link).where(account_link.c.digest == digest, account_link.c.expires_at > now)
    return (await tx.execute(query.returning(account_link.c.digest))).first() is not None


async def secret(tx: AsyncConnection, name: str, fresh: str) -> str:
    """The secret of this name, the same for all nodes; ``fresh`` where there was none."""
    await tx.execute(_insert(tx, account_secret).values(name=name, value=fresh).on_conflict_do_nothing())
    return str(await tx.scalar(select(account_secret.c.value).where(account_secret.c.name == name)))


def _insert(tx: AsyncConnection, table: Any) -> Any:
    return (postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert)(table)


def _account(row: Any) -> Account:
    return Account(row.id, row.username, row.name, row.role, row.disabled, row.created_at)
