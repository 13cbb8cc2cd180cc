"""The tables of the figures: the question log counted up by day and hour, and the questions that were not answered."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from bot.storage.tables import Instant, _id, _ref, metadata, ticket, ticket_event

figure_day = Table(
    "figure_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("group_key", String(160), primary_key=True),
    Column("outcome", String(12), primary_key=True),
    Column("revision", String(40), primary_key=True),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Questions. Days and hours are those of Asia/Shanghai; no group: an empty ``group_key``, here and below."""

figure_hour = Table(
    "figure_hour",
    metadata,
    Column("day", Date, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(20), primary_key=True),
    Column("group_key", String(160), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("stuck", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Questions, and those of them that found no answer (unknown or handed to a person)."""

figure_record = Table(
    "figure_record",
    metadata,
    Column("day", Date, primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("group_key", String(160), primary_key=True),
    Column("record", String(40), primary_key=True),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Answers and walks given by each record."""

figure_person = Table(
    "figure_person",
    metadata,
    Column("day", Date, primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("group_key", String(160), primary_key=True),
    Column("person", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Who asked anything on a day. ``person``: the number of the first conversation of the same person on the same channel."""

figure_mark = Table(
    "figure_mark",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("counted", Integer, nullable=False),
)
"""Up to which row of the question log all is counted up."""

missed_cluster = Table(
    "missed_cluster",
    metadata,
    _id(),
    Column("state", String(12), nullable=False, server_default="open"),
    Column("asked", Integer, nullable=False, server_default="0"),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", String(80)),
    Column("asked_then", Integer, nullable=False, server_default="0"),
    Column("wake_at", Integer),
    Column("record", String(40)),
    Column("revision", Integer),
    Column("topic", String(80)),
    Index("ix_missed_cluster_state_asked", "state", "asked"),
)
"""Questions of one meaning. ``state``: open, added, out_of_scope or dismissed.

``asked_then``: how often it had been asked when that was decided; ``wake_at``: how often it has to have been asked for a
dismissed one to open again.
"""

missed_text = Table(
    "missed_text",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, unique=True),
    Column("text", Text),
    _ref("cluster_id", "missed_cluster.id"),
    Column("asked", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("space", String(20)),
    Column("vector", LargeBinary),
    Index("ix_missed_text_cluster_id_asked", "cluster_id", "asked"),
)
"""A question in one wording. ``vector``: its meaning, in the ``space`` of a certain way of reckoning."""

missed = Table(
    "missed",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("group_key", String(160)),
    _ref("conversation_id", "conversation.id", nullable=True),
    Column("text", Text),
    Column("why", String(12), nullable=False),
    Column("record", String(40)),
    Column("gathered", Boolean, nullable=False, server_default=text("false")),
    _ref("text_id", "missed_text.id", nullable=True),
    Index("ix_missed_at", "at", "channel", "group_key", "text_id", "why"),
    Index("ix_missed_conversation_id", "conversation_id", "id"),
    Index("ix_missed_text_id", "text_id"),
)
"""A question that was not answered well. ``why``: unknown, rejected, unresolved or ticket; ``record``: what did not help.

``gathered``: looked at; without ``text_id`` then, if it was no question.
"""
Index(
    "ix_missed_waiting",
    missed.c.id,
    sqlite_where=text("gathered = 0"),
    postgresql_where=text("NOT gathered"),
)

_TICKET = ("opened_at", "conversation_id", "solved_at", "first_reply_at", "status", "district")
Index("ix_ticket_opened_at", *(ticket.c[name] for name in _TICKET))
_EVENT = ("at", "by", "agent_id", "kind", "ticket")
Index("ix_ticket_event_at", *(ticket_event.c[name] for name in _EVENT))
