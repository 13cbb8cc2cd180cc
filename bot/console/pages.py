"""All pages, in the order of the menu. A new page: a module with ``PAGES``, named here."""

from bot.console import (
    account,
    audit,
    cluster,
    draft,
    figures,
    knowledge,
    notices,
    people,
    record,
    revisions,
    source,
    templates,
    ticket,
    tickets,
    unanswered,
)
from bot.console.forms import kinds
from bot.console.shell import Page

_MODULES = (
    tickets,
    ticket,
    unanswered,
    cluster,
    knowledge,
    draft,
    record,
    kinds,
    source,
    revisions,
    figures,
    templates,
    notices,
    people,
    audit,
    account,
)
PAGES: tuple[Page, ...] = tuple(page for module in _MODULES for page in module.PAGES)
