"""The tables of the staff's accounts and of what they keep in the console."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from bot.storage.tables import Instant, _id, _ref, metadata

account = Table(
    "account",
    metadata,
    _id(),
    Column("username", String(40), nullable=False, unique=True),
    Column("name", String(40), nullable=False),
    Column("role", String(10), nullable=False),
    Column("password", Text),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""Somebody who may sign in to the console. ``role``: agent, editor or admin; ``password``: its Argon2 hash."""

account_session = Table(
    "account_session",
    metadata,
    Column("digest", String(64), primary_key=True),
    _ref("account_id", "account.id"),
    Column("address", String(80)),
    Column("begun_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_account_session_account_id", "account_id"),
)
"""``digest``: SHA-256 of the token in the cookie, which itself is kept nowhere."""

account_throttle = Table(
    "account_throttle",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)
"""Failed sign-ins of one name or from one address. ``key``: a digest, since people type passwords into the wrong field."""

account_link = Table(
    "account_link",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
)
"""Links that make an administrator, until one is used."""

account_secret = Table(
    "account_secret",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(120), nullable=False),
)
"""Made at the first start, the same for all nodes."""

account_view = Table(
    "account_view",
    metadata,
    _id(),
    _ref("account_id", "account.id"),
    Column("name", String(40), nullable=False),
    Column("filter", JSON, nullable=False),
    UniqueConstraint("account_id", "name"),
)
"""A list of tickets somebody comes back to."""

account_presence = Table(
    "account_presence",
    metadata,
    Column("ticket", Integer, ForeignKey("ticket.number"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    _ref("account_id", "account.id"),
    Column("at", Instant, nullable=False),
    Column("typing_at", Instant),
)
"""Who has a ticket open, by session."""

notice = Table(
    "notice",
    metadata,
    _id(),
    Column("text", String(200), nullable=False),
    Column("until", Instant, nullable=False),
    Column("records", JSON, nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("down_by", String(40)),
    Column("down_at", Instant),
    Index("ix_notice_until", "until"),
)
"""What stands above answers until a moment, or until somebody takes it down. ``records``: whose answers; none: all."""

reply_template = Table(
    "reply_template",
    metadata,
    _id(),
    Column("title", String(80), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String(40), nullable=False),
)
