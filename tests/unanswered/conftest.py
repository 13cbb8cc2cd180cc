"""Every test that asks for ``database`` runs on both kinds."""

from tests.bot.storage.conftest import database, kind, run, url

__all__ = ["database", "kind", "run", "url"]
