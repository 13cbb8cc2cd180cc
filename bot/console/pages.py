"""All pages, in the order of the menu. A new page: a module with ``PAGES``, named here."""

from bot.console import audit, cluster, figures, people, ticket, tickets, unanswered
from bot.console.shell import Page

PAGES: tuple[Page, ...] = (
    *tickets.PAGES,
    *ticket.PAGES,
    *unanswered.PAGES,
    *cluster.PAGES,
    *figures.PAGES,
    *people.PAGES,
    *audit.PAGES,
)
