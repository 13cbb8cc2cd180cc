"""Puts the support desk together from the settings; the server and ``main.py desk`` do so alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.channels.telegram.form import TelegramForm
from bot.desk.cards import Cards
from bot.desk.deeds import Deeds
from bot.desk.mail import Mail
from bot.desk.rooms import Room, Rooms
from bot.desk.staff import Staff
from bot.errors import UsageError
from bot.settings import Settings
from kb.knowledge import Knowledge

DEFAULT_TEAM = "客服组"


@dataclass(frozen=True, slots=True)
class Desk:
    """What carries words between users and staff, and those who do what staff want done."""

    mail: Mail
    cards: Cards
    staff: Staff


def build_desk(settings: Settings, knowledge: Callable[[], Knowledge]) -> Desk:
    """The desk as the settings want it. ``knowledge``: what is in force now."""
    # Forms connect to nothing: words for a channel can be put into the outbox by whoever has them.
    mail = Mail({"telegram": TelegramForm()}, rooms_of(settings, knowledge()), knowledge)
    cards = Cards(mail)
    return Desk(mail, cards, Staff(mail, Deeds(cards)))


def rooms_of(settings: Settings, knowledge: Knowledge) -> Rooms:
    """The staff rooms that the settings name: the default one and the teams'. None without a channel that reaches them."""
    if settings.telegram_token is None:
        return Rooms()
    kinds = {kind.name: kind.id for kind in knowledge.project_types}
    _check(settings, kinds, knowledge)
    default = (
        (Room(DEFAULT_TEAM, "telegram", str(settings.telegram_staff_chat)),) if settings.telegram_staff_chat else ()
    )
    teams = tuple(
        Room(
            team.name,
            "telegram",
            str(team.telegram_chat),
            team.districts,
            frozenset(kinds.get(kind, kind) for kind in team.project_types),
        )
        for team in settings.teams
    )
    return Rooms((*default, *teams))


def _check(settings: Settings, kinds: Mapping[str, str], knowledge: Knowledge) -> None:
    """A misspelt district would send its tickets to nobody in particular. Raises UsageError."""
    districts = {district.name for district in knowledge.districts}
    for team in settings.teams:
        for name in sorted(team.districts - districts):
            raise UsageError(f"teams 里{team.name}的区“{name}”不认识，可以写：{'、'.join(sorted(districts))}")
        for name in sorted(team.project_types - kinds.keys() - set(kinds.values())):
            raise UsageError(f"teams 里{team.name}的工程类型“{name}”不认识，可以写：{'、'.join(kinds)}")
