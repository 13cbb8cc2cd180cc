"""Keys of the HTTP API, what was posted with them, and what their bridges have still to be told."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import api_key, api_request, attachment, conversation, inbox, message, outbox

CHANNEL = "api"
SCOPES = ("messages:write", "messages:read")
_MARK = "hdk"
_SHOWN = 6
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept. ``prefix``: how its token begins, to tell it from others."""

    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    per_minute: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    webhook_url: str | None
    webhook_secret: str | None

    def is_good(self, now: datetime) -> bool:
        """Whether it may be used."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Made:
    """A new key; ``token`` and ``secret`` are shown this once."""

    id: int
    token: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something said to a bridge's user. ``event_id``: of the message it answers, None where nobody had asked."""

    id: int
    at: datetime
    address: str
    author: str
    text: str
    reply: dict[str, Any]
    event_id: str | None


async def add(
    tx: AsyncConnection,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    *,
    per_minute: int,
    expires_at: datetime | None = None,
    webhook_url: str | None = None,
) -> Made:
    """Make a key of 256 random bits."""
    secret = f"whs_{secrets.token_urlsafe(32)}" if webhook_url else None
    values = {
        "name": name,
        "prefix": "",
        "digest": "",
        "scopes": list(scopes),
        "per_minute": per_minute,
        "created_at": now,
        "expires_at": expires_at,
        "webhook_url": webhook_url,
        "webhook_secret": secret,
    }
    number = int((await tx.execute(insert(api_key).values(**values).returning(api_key.c.id))).scalar_one())
    token = f"{_MARK}_{number}_{secrets.token_urlsafe(32)}"
    prefix = token[: len(f"{_MARK}_{number}_") + _SHOWN]
    await tx.execute(update(api_key).where(api_key.c.id == number).values(prefix=prefix, digest=_digest(token)))
    return Made(number, token, secret)


async def listed(tx: AsyncConnection) -> list[Key]:
    """All keys, oldest first."""
    return [_key(row) for row in await tx.execute(select(api_key).order_by(api_key.c.id))]


async def by_id(tx: AsyncConnection, number: int) -> Key | None:
    """The key with this number."""
    row = (await tx.execute(select(api_key).where(api_key.c.id == number))).first()
    return _key(row) if row else None


async def by_token(tx: AsyncConnection, token: str) -> Key | None:
    """The key of a token, good or not any more."""
    mark, _, rest = token.partition("_")
    digits = rest.partition("_")[0]
    # Tokens are ASCII; a digit of another script is none of ours.
    if mark != _MARK or not token.isascii() or not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        return None
    row = (await tx.execute(select(api_key).where(api_key.c.id == int(digits)))).first()
    return _key(row) if row and compare_digest(row.digest, _digest(token)) else None


async def revoke(tx: AsyncConnection, number: int, now: datetime) -> bool:
    """Let nobody use a key any more; False where there is none such in use."""
    query = update(api_key).where(api_key.c.id == number, api_key.c.revoked_at.is_(None)).values(revoked_at=now)
    return (await tx.execute(query)).rowcount == 1


async def used(tx: AsyncConnection, number: int, now: datetime) -> None:
    """Note that a key was used."""
    await tx.execute(update(api_key).where(api_key.c.id == number).values(used_at=now))


async def request(tx: AsyncConnection, event_id: str, key: int, digest: str, now: datetime) -> str:
    """Note what is posted; the digest of what was posted first under this id."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    values = {"event_id": event_id, "key_id": key, "digest": digest, "at": now}
    await tx.execute(build(api_request).values(**values).on_conflict_do_nothing())
    return str(await tx.scalar(select(api_request.c.digest).where(api_request.c.event_id == event_id)))


async def mark_late(tx: AsyncConnection, event_id: str, *, late: bool) -> None:
    """Whether the answer goes out by other ways than with the request."""
    await tx.execute(update(api_request).where(api_request.c.event_id == event_id).values(late=late))


async def is_late(tx: AsyncConnection, event_id: str) -> bool:
    """Whether the request did not wait for its answer."""
    return bool(await tx.scalar(select(api_request.c.late).where(api_request.c.event_id == event_id)))


async def announced(tx: AsyncConnection, lane: str, event_id: str) -> list[dict[str, Any]]:
    """What was said in answer to an event without a conversation (``/静音``): it stands in the outbox only."""
    mine = (outbox.c.channel == CHANNEL, outbox.c.lane == lane, outbox.c.conversation_id.is_(None))
    query = select(outbox.c.payload).where(*mine, outbox.c.payload["to"].as_string() == event_id)
    return [payload for payload in (await tx.execute(query.order_by(outbox.c.id))).scalars() if payload]


async def answers(tx: AsyncConnection, event_id: str) -> list[Spoken]:
    """What was said in answer to an event."""
    query = _spoken().where(inbox.c.channel == CHANNEL, inbox.c.event_id == event_id)
    return [_said(row) for row in await tx.execute(query)]


async def spoken(
    tx: AsyncConnection,
    prefix: str,
    after: int,
    most: int,
    *,
    before: datetime | None = None,
    chat: str | None = None,
    everything: bool = False,
) -> list[Spoken]:
    """What was said after message ``after`` in conversations whose key begins with ``prefix``, oldest first.

    ``chat``: in this one only; ``before``: not what is newer; ``everything``: also what came with its request.
    """
    query = _spoken().where(conversation.c.key.startswith(prefix, autoescape=True), message.c.id > after)
    if chat is not None:
        query = query.where(_in(chat))
    if before is not None:
        query = query.where(message.c.at <= before)
    if not everything:
        query = query.where(or_(message.c.pushed, api_request.c.late))
    return [_said(row) for row in await tx.execute(query.limit(most))]


async def interrupted(tx: AsyncConnection) -> None:
    """The program has just started: nobody waits any more for what is still to be done."""
    waiting = select(inbox.c.event_id).where(inbox.c.channel == CHANNEL, inbox.c.state == "new")
    await tx.execute(update(api_request).where(api_request.c.event_id.in_(waiting)).values(late=True))


async def unfiled(tx: AsyncConnection, most: int) -> list[Any]:
    """Pictures of bridges whose rows do not say yet where they are kept."""
    query = (
        select(attachment.c.id, attachment.c.ref)
        .join(conversation, conversation.c.id == attachment.c.conversation_id)
        .where(
            conversation.c.channel == CHANNEL, attachment.c.path.is_(None), attachment.c.state.in_(("new", "skipped"))
        )
        .where(attachment.c.attempts == 0)
    )
    return list((await tx.execute(query.order_by(attachment.c.id).limit(most))).all())


def _spoken() -> Any:
    return (
        select(message, conversation.c.address, inbox.c.event_id.label("asked"))
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .outerjoin(inbox, inbox.c.id == message.c.inbox_id)
        .outerjoin(api_request, api_request.c.event_id == inbox.c.event_id)
        .where(conversation.c.channel == CHANNEL, message.c.author != "user", message.c.text.is_not(None))
        .order_by(message.c.id)
    )


def _in(chat: str) -> ColumnElement[bool]:
    """In a chat, or with anybody in a group."""
    return or_(conversation.c.key == chat, conversation.c.key.startswith(f"{chat}/", autoescape=True))


def _said(row: Any) -> Spoken:
    return Spoken(row.id, row.at, row.address, row.author, row.text, row.reply or {}, row.asked)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _key(row: Any) -> Key:
    return Key(
        row.id,
        row.name,
        row.prefix,
        tuple(row.scopes),
        row.per_minute,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.used_at,
        row.webhook_url,
        row.webhook_secret,
    )
