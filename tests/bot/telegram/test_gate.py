import asyncio
from typing import cast

import pytest
from telegram import ChatMember, ChatMemberMember, User
from telegram.error import BadRequest, Forbidden, RetryAfter, TimedOut

from bot.channels.telegram import gate
from bot.channels.telegram.client import Client
from bot.channels.telegram.gate import Gate
from bot.channels.telegram.places import Place


@pytest.mark.parametrize(
    ("place", "address", "is_group"),
    [
        (Place("7"), "7", False),
        (Place("-100", "", "7"), "-100//7", True),
        (Place("-100", "3", "7"), "-100/3/7", True),
        (Place("-100", "3"), "-100/3/", True),
    ],
)
def test_places(place: Place, address: str, is_group: bool) -> None:
    assert (str(place), Place.read(address), place.is_group) == (address, place, is_group)


class Members:
    """A Bot API that knows one thing about everybody."""

    def __init__(self, answer: ChatMember | Exception) -> None:
        self.answer, self.asked = answer, 0

    async def get_chat_member(self, chat: str, user: int) -> ChatMember:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def gate_of(members: Members) -> Gate:
    return Gate(cast(Client, members), {"6": "老李"})


WANG = User(5, "小王", is_bot=False, last_name="王")


@pytest.mark.parametrize(
    ("answer", "private", "public"),
    [
        (ChatMember(WANG, ChatMember.OWNER), True, True),
        (ChatMember(WANG, ChatMember.ADMINISTRATOR), True, True),
        (ChatMemberMember(WANG), True, True),
        (ChatMember(WANG, ChatMember.LEFT), False, False),
        (ChatMember(WANG, ChatMember.BANNED), False, False),
        (BadRequest("user not found"), False, False),
        (Forbidden("bot was kicked"), False, False),
        (TimedOut(), True, False),
        (RetryAfter(3), True, False),
        (KeyError("status"), True, False),
    ],
)
def test_who_belongs(answer: ChatMember | Exception, private: bool, public: bool) -> None:
    for is_public, expected in ((False, private), (True, public)):
        client = Members(answer)
        asked_of = gate_of(client)
        asked = [asyncio.run(asked_of.may_act(WANG, "-100", is_public=is_public)) for _ in range(3)]
        assert asked == [expected] * 3
        refused = isinstance(answer, BadRequest | Forbidden)
        assert client.asked == (3 if refused else 1), "an answer, or that there is none, is remembered for a minute"


def test_nobody_waits_long_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Members):
        async def get_chat_member(self, chat: str, user: int) -> ChatMember:
            await asyncio.sleep(3600)
            return await super().get_chat_member(chat, user)

    monkeypatch.setattr(gate, "_ASK_SECONDS", 0.02)
    asked = gate_of(Silent(ChatMember(WANG, ChatMember.OWNER)))
    assert asyncio.run(asked.may_act(WANG, "-100", is_public=False))
    assert not asyncio.run(asked.may_act(WANG, "-200", is_public=True))
    assert not asyncio.run(asked.leads(WANG, "-300"))


def test_who_is_on_the_list() -> None:
    asked = gate_of(Members(ChatMember(WANG, ChatMember.LEFT)))
    li = User(6, "Li", is_bot=False)
    assert asyncio.run(asked.may_act(li, "-100", is_public=True))
    assert [(asked.is_listed(user), asked.name_of(user)) for user in (li, WANG)] == [(True, "老李"), (False, "小王 王")]
