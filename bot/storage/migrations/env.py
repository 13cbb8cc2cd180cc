"""How Alembic runs here: on the connection that bot.storage.schema hands it, within its transaction."""

from alembic import context

from bot.storage import account_tables, figure_tables, knowledge_tables  # noqa: F401 - they put their tables into the metadata
from bot.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
