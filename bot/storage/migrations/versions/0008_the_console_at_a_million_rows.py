"""Indexes for the console's pages, so that they are as quick after years as on the first day."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the change."""
    op.create_index("ix_ticket_changed_at", "ticket", ["changed_at"], unique=False)
    op.create_index("ix_ticket_team", "ticket", ["team"], unique=False)
    op.create_index("ix_ticket_district", "ticket", ["district"], unique=False)
    op.create_index("ix_question_log_conversation_id", "question_log", ["conversation_id", "id"], unique=False)
    op.create_index("ix_audit_action", "audit", ["action", "id"], unique=False)
    op.create_index("ix_audit_ticket", "audit", ["ticket", "id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(
            "ix_message_said",
            "message",
            ["conversation_id", "author", "text"],
            unique=False,
            sqlite_where=sa.text("author != 'bot'"),
        )
