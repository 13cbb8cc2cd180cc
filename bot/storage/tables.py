"""All tables, in one place. Times are UTC; texts of people are in ``message``, ``ticket*``, ``inbox`` and ``outbox`` only."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class Instant(TypeDecorator[datetime]):
    """A moment, kept in UTC; SQLite knows no zones, so the zone is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, and without its zone where the database keeps none."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """With its zone again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ONLY = "only"
"""In the ``info`` of what only one kind of database has: its name."""
_Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts by itself only where the type is called INTEGER."""


def _id() -> Column[Any]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, _Id, ForeignKey(target), nullable=nullable)


conversation = Table(
    "conversation",
    metadata,
    _id(),
    Column("channel", String(20), nullable=False),
    Column("key", String(160), nullable=False),
    Column("group_key", String(160)),
    Column("person", String(160)),
    Column("address", String(160), nullable=False),
    Column("state", JSON),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("channel", "key"),
    Index("ix_conversation_channel_person", "channel", "person"),
)
"""Whom the bot talks with. ``address``: where replies go, in the channel's own terms; ``state``: what advance() remembers.

``person``: who it is, the same in groups and alone.
"""

inbox = Table(
    "inbox",
    metadata,
    _id(),
    Column("channel", String(20), nullable=False),
    Column("event_id", String(160), nullable=False),
    Column("lane", String(200), nullable=False),
    Column("payload", JSON),
    Column("state", String(10), nullable=False, server_default="new"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("received_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("error", String(200)),
    UniqueConstraint("channel", "event_id"),
)
"""Every event a channel has accepted: ``new``, ``done`` or ``failed``; in a lane strictly one after the other."""
Index(
    "ix_inbox_waiting",
    inbox.c.lane,
    inbox.c.id,
    sqlite_where=text("state = 'new'"),
    postgresql_where=text("state = 'new'"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("channel", String(20), nullable=False),
    Column("lane", String(200), nullable=False),
    Column("address", String(160), nullable=False),
    Column("payload", JSON),
    Column("state", String(10), nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("sent_at", Instant),
    Column("sent_as", String(80)),
    Column("handle", String(80)),
    Column("replaces", String(80)),
    Column("within", String(80)),
    Column("purpose", String(20), nullable=False),
    _ref("conversation_id", "conversation.id", nullable=True),
    Column("ticket", Integer),
    Column("error", String(300)),
)
"""What is to be sent: ``waiting``, ``sent``, ``failed`` or ``dropped``.

``sent_as``: the platform's id of the sent message; ``handle``: a name that later rows use for it, to edit it (``replaces``)
or to go into the thread it opened (``within``).
"""
Index(
    "ix_outbox_waiting",
    outbox.c.channel,
    outbox.c.lane,
    outbox.c.id,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)
Index("ix_outbox_sent_as", outbox.c.channel, outbox.c.lane, outbox.c.sent_as)
Index("ix_outbox_handle", outbox.c.channel, outbox.c.handle)

message = Table(
    "message",
    metadata,
    _id(),
    _ref("conversation_id", "conversation.id"),
    Column("at", Instant, nullable=False),
    Column("author", String(10), nullable=False),
    Column("text", Text),
    Column("reply", JSON),
    Column("event_id", String(160)),
    Column("inbox_id", _Id),
    Column("pushed", Boolean, nullable=False, server_default=text("false")),
    Index("ix_message_conversation_id_id", "conversation_id", "id"),
    Index("ix_message_inbox_id", "inbox_id"),
)
"""What was said: by ``user``, ``bot`` or ``staff``. ``pushed``: not the direct answer to a message."""
Index(
    "ix_message_said",
    message.c.conversation_id,
    message.c.author,
    message.c.text,
    sqlite_where=text("author != 'bot'"),
    info={ONLY: "sqlite"},
).ddl_if(dialect="sqlite")
"""What people said, by itself: the console searches it without reading the replies beside it. PostgreSQL, which keeps no long
text in an index, has none."""

ticket = Table(
    "ticket",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _ref("conversation_id", "conversation.id"),
    Column("status", String(10), nullable=False),
    Column("priority", String(10), nullable=False, server_default="normal"),
    Column("question", Text),
    Column("tried", JSON, nullable=False),
    Column("project_types", JSON, nullable=False),
    Column("district", String(80)),
    Column("contacts", JSON, nullable=False),
    Column("project", Text),
    Column("person", Text),
    Column("phone", Text),
    Column("team", String(80)),
    _ref("agent_id", "agent.id", nullable=True),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("first_reply_at", Instant),
    Column("reminded_at", Instant),
    Column("reminders", Integer, nullable=False, server_default="0"),
    Column("solved_at", Instant),
    Column("closed_at", Instant),
    Column("helped", Boolean),
    Index("ix_ticket_status_changed_at", "status", "changed_at"),
    Index("ix_ticket_conversation_id", "conversation_id"),
    Index("ix_ticket_changed_at", "changed_at"),
    Index("ix_ticket_team", "team"),
    Index("ix_ticket_district", "district"),
)

ticket_event = Table(
    "ticket_event",
    metadata,
    _id(),
    Column("ticket", Integer, ForeignKey("ticket.number"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("by", String(10), nullable=False),
    _ref("agent_id", "agent.id", nullable=True),
    Column("text", Text),
    Index("ix_ticket_event_ticket_id", "ticket", "id"),
)
"""Every change of a ticket. ``by``: user, bot or agent."""

attachment = Table(
    "attachment",
    metadata,
    _id(),
    _ref("conversation_id", "conversation.id"),
    Column("ticket", Integer),
    Column("at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("name", String(200)),
    Column("size", BigInteger),
    Column("ref", JSON, nullable=False),
    Column("path", String(200)),
    Column("state", String(10), nullable=False, server_default="new"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Instant, nullable=False),
    Index("ix_attachment_state", "state"),
    Index("ix_attachment_conversation_id", "conversation_id"),
)
"""A picture or file that a user sent. ``ref``: how the platform names it; ``path``: where our copy is, below the data folder."""

question_log = Table(
    "question_log",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("group_key", String(160)),
    _ref("conversation_id", "conversation.id", nullable=True),
    Column("text", Text),
    Column("outcome", String(12), nullable=False),
    Column("records", JSON, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("revision", String(40), nullable=False),
    Index("ix_question_log_at", "at"),
    Index("ix_question_log_conversation_id", "conversation_id", "id"),
)

feedback = Table(
    "feedback",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    _ref("conversation_id", "conversation.id", nullable=True),
    Column("record", String(40)),
    Column("helped", Boolean, nullable=False),
    Column("revision", String(40)),
    Index("ix_feedback_at", "at"),
)
"""``revision``: the knowledge that was in force."""

agent = Table(
    "agent",
    metadata,
    _id(),
    Column("channel", String(20), nullable=False),
    Column("account", String(80), nullable=False),
    Column("name", String(80), nullable=False),
    Column("seen_at", Instant, nullable=False),
    UniqueConstraint("channel", "account"),
)
"""Support staff who have acted."""

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("account", String(80), nullable=False),
    Column("name", String(80)),
    Column("action", String(40), nullable=False),
    Column("ticket", Integer),
    Column("allowed", Boolean, nullable=False),
    Column("detail", Text),
    Index("ix_audit_at", "at"),
    Index("ix_audit_action", "action", "id"),
    Index("ix_audit_ticket", "ticket", "id"),
)
"""Who did, or tried to do, what only staff may do."""

told = Table(
    "told",
    metadata,
    _id(),
    Column("channel", String(20), nullable=False),
    Column("group_key", String(160), nullable=False),
    Column("record", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_told_channel_group_key_id", "channel", "group_key", "id"),
)
"""What a group has just been told."""

muted = Table(
    "muted",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("group_key", String(160), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", String(160), nullable=False),
)
"""Groups whose owner wants no answers for now."""

counter = Table(
    "counter",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

relocation = Table(
    "relocation",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("old", String(160), primary_key=True),
    Column("new", String(160), nullable=False),
)
"""Where a chat went (a group that became a supergroup has a new id)."""

api_key = Table(
    "api_key",
    metadata,
    _id(),
    Column("name", String(80), nullable=False),
    Column("prefix", String(40), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("used_at", Instant),
    Column("webhook_url", Text),
    Column("webhook_secret", String(80)),
)
"""Who may use the HTTP API. ``digest``: SHA-256 of the token, which itself is kept nowhere; ``prefix``: its readable start."""

api_request = Table(
    "api_request",
    metadata,
    Column("event_id", String(160), primary_key=True),
    _ref("key_id", "api_key.id"),
    Column("digest", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("late", Boolean, nullable=False, server_default=text("false")),
)
"""Messages posted to the HTTP API. ``digest``: of the body; ``late``: its answer did not come with the request."""
