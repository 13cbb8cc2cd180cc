"""All accounts that have ever connected, and which of them speaks where."""

from bot.channels.onebot.account import Account
from bot.channels.onebot.lanes import ANY, Lane

_MOST = 50


class Accounts:
    """One that has gone keeps its name: what it hears of itself later is still no user's."""

    def __init__(self) -> None:
        self._all: dict[str, Account] = {}
        self._speakers: dict[str, Account] = {}

    def enter(self, number: str) -> Account | None:
        """The account; None where there are too many."""
        if number not in self._all and len(self._all) >= _MOST:
            return None
        return self._all.setdefault(number, Account(number))

    def find(self, number: str) -> Account | None:
        """An account that has been here."""
        return self._all.get(number)

    @property
    def ids(self) -> frozenset[str]:
        """The numbers of all of ours."""
        return frozenset(self._all)

    @property
    def all(self) -> tuple[Account, ...]:
        """All of ours, the first that came first."""
        return tuple(self._all.values())

    @property
    def able(self) -> tuple[Account, ...]:
        """Those that can send now."""
        return tuple(account for account in self._all.values() if account.can_send)

    def lanes(self) -> tuple[str, ...]:
        """What can be sent to now, as the beginnings of names."""
        able = self.able
        shared = (f"{ANY}.",) if any(account.is_introduced for account in able) else ()
        return (*(f"{account.id}." for account in able), *shared)

    def of(self, lane: Lane) -> Account | None:
        """The account that speaks in a chat, if it can."""
        if lane.account == ANY:
            return self.speaker(lane.group)
        account = self._all.get(lane.account)
        return account if account and account.can_send else None

    def speaker(self, group: str) -> Account | None:
        """One account for a group that several may be in: the same as long as it can send and is in there."""
        chosen = self._speakers.get(group)
        if chosen and chosen.can_send and chosen.reaches(group):
            return chosen
        # Before it has said which groups it is in, an account might be asked to speak where it is not.
        able = [account for account in self.able if account.is_introduced]
        members = [account for account in able if account.reaches(group)]
        silent = [account for account in able if account.groups is None]
        best = next(iter((*members, *silent)), None)
        if best:
            self._speakers[group] = best
        return best
