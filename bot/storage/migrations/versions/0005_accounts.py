"""Accounts of the staff, their sessions."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the change."""
