"""All kinds of things that have forms, in the order of a draft's page. A new one: a module with ``KIND``, named here."""

from bot.console.forms import contacts, golden, intents, lexicon, places, topics, wording, works
from bot.console.forms.kind import Kind
from bot.console.forms.page import page_of
from bot.console.shell import Page

KINDS: tuple[Kind, ...] = tuple(
    module.KIND for module in (contacts, works, places, topics, lexicon, golden, intents, wording)
)
PAGES: tuple[Page, ...] = tuple(page_of(kind) for kind in KINDS)
