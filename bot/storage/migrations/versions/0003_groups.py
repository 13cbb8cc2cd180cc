"""Who a conversation is with, and which groups want no answers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the change."""
    op.add_column("conversation", sa.Column("person", sa.String(length=160), nullable=True))
    op.create_index("ix_conversation_channel_person", "conversation", ["channel", "person"], unique=False)
    op.create_table(
        "muted",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("group_key", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=160), nullable=False),
        sa.PrimaryKeyConstraint("channel", "group_key", name=op.f("pk_muted")),
    )
