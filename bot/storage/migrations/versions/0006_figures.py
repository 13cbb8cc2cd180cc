"""What the figures and the unanswered questions are read from."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the change."""
    op.add_column("feedback", sa.Column("revision", sa.String(length=40), nullable=True))
    op.create_index(
        "ix_ticket_opened_at",
        "ticket",
        ["opened_at", "conversation_id", "solved_at", "first_reply_at", "status", "district"],
        unique=False,
    )
    op.create_index("ix_ticket_event_at", "ticket_event", ["at", "by", "agent_id", "kind", "ticket"], unique=False)
    _rollups()
    _missed()
    _remember()


def _day() -> sa.Column[Any]:
    return sa.Column("day", sa.Date(), nullable=False)


def _number() -> sa.Column[Any]:
    return sa.Column("number", sa.Integer(), nullable=False)


def _place() -> list[sa.Column[Any]]:
    return [
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("group_key", sa.String(length=160), nullable=False),
    ]


def _rollups() -> None:
    op.create_table(
        "figure_day",
        _day(),
        *_place(),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.String(length=40), nullable=False),
        _number(),
        sa.PrimaryKeyConstraint("day", "channel", "group_key", "outcome", "revision", name=op.f("pk_figure_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_hour",
        _day(),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        *_place(),
        _number(),
        sa.Column("stuck", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "hour", "channel", "group_key", name=op.f("pk_figure_hour")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_record",
        _day(),
        *_place(),
        sa.Column("record", sa.String(length=40), nullable=False),
        _number(),
        sa.PrimaryKeyConstraint("day", "channel", "group_key", "record", name=op.f("pk_figure_record")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_person",
        _day(),
        *_place(),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("day", "channel", "group_key", "person", name=op.f("pk_figure_person")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_mark",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_figure_mark")),
    )


def _missed() -> None:
    op.create_table(
        "missed_cluster",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("asked_then", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wake_at", sa.Integer(), nullable=True),
        sa.Column("record", sa.String(length=40), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_cluster")),
    )
    op.create_index("ix_missed_cluster_state_asked", "missed_cluster", ["state", "asked"], unique=False)
    op.create_table(
        "missed_text",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("cluster_id", _ID, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space", sa.String(length=20), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["missed_cluster.id"], name=op.f("fk_missed_text_cluster_id_missed_cluster")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_text")),
        sa.UniqueConstraint("key", name=op.f("uq_missed_text_key")),
    )
    op.create_index("ix_missed_text_cluster_id_asked", "missed_text", ["cluster_id", "asked"], unique=False)
    op.create_table(
        "missed",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("group_key", sa.String(length=160), nullable=True),
        sa.Column("conversation_id", _ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("record", sa.String(length=40), nullable=True),
        sa.Column("gathered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("text_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_missed_conversation_id_conversation")
        ),
        sa.ForeignKeyConstraint(["text_id"], ["missed_text.id"], name=op.f("fk_missed_text_id_missed_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed")),
    )
    op.create_index("ix_missed_at", "missed", ["at", "channel", "group_key", "text_id", "why"], unique=False)
    op.create_index("ix_missed_conversation_id", "missed", ["conversation_id", "id"], unique=False)
    op.create_index("ix_missed_text_id", "missed", ["text_id"], unique=False)
    op.create_index(
        "ix_missed_waiting",
        "missed",
        ["id"],
        unique=False,
        sqlite_where=sa.text("gathered = 0"),
        postgresql_where=sa.text("NOT gathered"),
    )


def _remember() -> None:
    """What was not answered before this was written down: the unknown, and what became a ticket."""
    op.execute(
        "INSERT INTO missed (at, channel, group_key, conversation_id, text, why) "
        "SELECT at, channel, group_key, conversation_id, text, 'unknown' FROM question_log "
        "WHERE outcome = 'unknown' AND text IS NOT NULL"
    )
    op.execute(
        "INSERT INTO missed (at, channel, group_key, conversation_id, text, why) "
        "SELECT t.opened_at, c.channel, c.group_key, c.id, t.question, 'ticket' "
        "FROM ticket t JOIN conversation c ON c.id = t.conversation_id WHERE t.question IS NOT NULL"
    )
