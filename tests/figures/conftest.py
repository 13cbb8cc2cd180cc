"""A helpdesk's week on both kinds of database."""

from tests.bot.storage.conftest import database, kind, run, url

__all__ = ["database", "kind", "run", "url"]
