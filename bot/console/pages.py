"""All pages, in the order of the menu. A new page: a module with ``PAGES``, named here."""

from bot.console import audit, figures, people, ticket, tickets
from bot.console.shell import Page

PAGES: tuple[Page, ...] = (*tickets.PAGES, *ticket.PAGES, *figures.PAGES, *people.PAGES, *audit.PAGES)
