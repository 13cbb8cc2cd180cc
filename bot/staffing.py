"""Puts the support desk together from the settings; the server and ``main.py desk`` do so alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta

from bot.channels.http.form import HttpForm
from bot.channels.mp.form import mp_form
from bot.channels.onebot.form import OneBotForm
from bot.channels.telegram.form import TelegramForm
from bot.channels.wecom.form import build_form as wecom_form
from bot.channels.wecom_app.form import wecom_app_form
from bot.desk.cards import Cards
from bot.desk.deeds import Deeds
from bot.desk.form import Form
from bot.desk.mail import Mail
from bot.desk.rooms import Room, Rooms
from bot.desk.staff import Staff
from bot.errors import UsageError
from bot.present import PICTURES
from bot.settings import Settings
from handlers.manners import Manners
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
    mail = Mail(_forms(settings), rooms_of(settings, knowledge()), knowledge)
    cards = Cards(mail)
    return Desk(mail, cards, Staff(mail, Deeds(cards)))


def _forms(settings: Settings) -> dict[str, Form]:
    pictures = f"{settings.public_url.rstrip('/')}{PICTURES}" if settings.public_url else ""
    with_links = (wecom_form(pictures), wecom_app_form(pictures), mp_form(pictures))
    forms: tuple[Form, ...] = (TelegramForm(), OneBotForm(), *with_links, HttpForm())
    return {form.name: form for form in forms}


def rooms_of(settings: Settings, knowledge: Knowledge) -> Rooms:
    """The staff rooms that the settings name, the default ones first. None on channels that are not set up."""
    kinds = {kind.name: kind.id for kind in knowledge.project_types}
    _check(settings, kinds, knowledge)
    default = _rooms(DEFAULT_TEAM, settings.telegram_staff_chat, settings.onebot_staff_group, settings.wecom_staff_chat)
    teams = tuple(
        replace(room, districts=team.districts, types=frozenset(kinds.get(kind, kind) for kind in team.project_types))
        for team in settings.teams
        for room in _rooms(team.name, team.telegram_chat, team.onebot_group, team.wecom_chat)
    )
    running = channels_of(settings)
    return Rooms(tuple(room for room in (*default, *teams) if room.channel in running))


def channels_of(settings: Settings) -> frozenset[str]:
    """The channels that are set up."""
    needed = {
        "telegram": (settings.telegram_token,),
        "onebot": (settings.onebot_token,),
        "wecom": (settings.wecom_bot_id, settings.wecom_bot_secret),
        "wecom_app": (settings.wecom_corp_id, settings.wecom_token, settings.wecom_aes_key),
        "mp": (settings.mp_app_id, settings.mp_token),
    }
    return frozenset(name for name, values in needed.items() if all(values))


def agents_of(settings: Settings, channel: str) -> dict[str, str]:
    """Name by account of those who may act for the desk on a channel."""
    found = {agent.account(channel): agent.name for agent in settings.agents}
    return {account: name for account, name in found.items() if account}


def manners_of(settings: Settings, channel: str, group: str) -> Manners:
    """What is set for a group; its own setting stands before the one for all groups."""
    best = max(settings.groups, key=lambda each: each.covers(channel, group), default=None)
    if best is None or not best.covers(channel, group):
        return Manners()
    quiet = [time.fromisoformat(clock) if clock else None for clock in (best.quiet_from, best.quiet_to)]
    return Manners(best.answer_unaddressed, quiet[0], quiet[1], timedelta(minutes=best.cool_down_minutes))


def _rooms(team: str, telegram: int | None, onebot: int | None, wecom: str | None) -> tuple[Room, ...]:
    places = (("telegram", telegram), ("onebot", onebot and f"*.g{onebot}"), ("wecom", wecom))
    return tuple(Room(team, channel, str(place)) for channel, place in places if place)


def _check(settings: Settings, kinds: Mapping[str, str], knowledge: Knowledge) -> None:
    """A misspelt district would send its tickets to nobody in particular. Raises UsageError."""
    districts = {district.name for district in knowledge.districts}
    for team in settings.teams:
        for name in sorted(team.districts - districts):
            raise UsageError(f"teams 里{team.name}的区“{name}”不认识，可以写：{'、'.join(sorted(districts))}")
        for name in sorted(team.project_types - kinds.keys() - set(kinds.values())):
            raise UsageError(f"teams 里{team.name}的工程类型“{name}”不认识，可以写：{'、'.join(kinds)}")
