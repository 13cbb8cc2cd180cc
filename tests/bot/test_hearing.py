"""What a line means on a channel of plain text: a table of who says what where."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.heard import Heard
from bot.channels.hearing import Hearing
from bot.desk.actions import Action, Actor
from bot.desk.rooms import Room, Rooms
from bot.pipeline.happening import Announced, Attachment, Happening, Hushed, Ignored, Refused, Said, StaffActed
from bot.storage import groups, outbox
from bot.storage.database import Database, open_database
from bot.storage.inbox import Stored
from bot.storage.outbox import Delivery, Outgoing, Result
from bot.storage.schema import ready
from handlers.manners import Manners
from kb.base import KnowledgeBase

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EVENT = Stored(1, "onebot", "e1", "lane", {}, 0, NOW)
PICTURE = Attachment("图片", {"url": "http://x/1.jpg"})
ALONE = Heard("onebot", "1.p77", "77", "老李", "考勤地址怎么改", message_id="m1")
GROUP = Heard("onebot", "1.g5", "77", "老李", "考勤地址怎么改", group=True, message_id="m1")
STAFF = Heard("onebot", "1.g9", "80", "小王", "认领 1001", group=True, addressed=False, message_id="m1", room="*.g9")


class Ears:
    """A desk with one staff room (group 9) that was told of ticket 1001 by the message “card”."""

    def __init__(self, base: KnowledgeBase, database: Database, runner: asyncio.Runner) -> None:
        self.words = base.knowledge.wording
        self.manners: dict[str, Manners] = {}
        rooms = Rooms((Room("客服组", "onebot", "*.g9"),))
        self._hearing = Hearing(
            "onebot", rooms, {"81": "小张"}, lambda: self.words, lambda group: self.manners.get(group, Manners())
        )
        self._database, self._runner = database, runner

    def mute(self, group: str) -> None:
        async def of() -> None:
            async with self._database.write() as tx:
                await groups.mute(tx, "onebot", group, "80", NOW)

        self._runner.run(of())

    def hear(self, heard: Heard, **changes: Any) -> Happening:
        async def of() -> Happening:
            async with self._database.read() as tx:
                return await self._hearing.of(replace(heard, **changes), EVENT, tx)

        return self._runner.run(of())


@pytest.fixture
def ears(base: KnowledgeBase, tmp_path: Path) -> Iterator[Ears]:
    async def told() -> Database:
        database = open_database(None, tmp_path)
        await ready(database)
        async with database.write() as tx:
            card = Outgoing("onebot", "*.g9", "*.g9", {"kind": "text"}, "desk", ticket=1001)
            await outbox.post(tx, [card], NOW)
            [one] = await outbox.due(tx, ["onebot"], NOW, (), 1)
            assert isinstance(one, Delivery)
            await outbox.record(tx, [Result(one, "sent", "card")], NOW)
        return database

    with asyncio.Runner() as runner:
        database = runner.run(told())
        yield Ears(base, database, runner)
        runner.run(database.close())


def test_a_user_alone_and_in_a_group(ears: Ears) -> None:
    alone, group = ears.hear(ALONE), ears.hear(GROUP)
    assert isinstance(alone, Said)
    assert isinstance(group, Said)
    assert (alone.key, alone.address, alone.group, alone.quote, alone.person) == ("1.p77", "1.p77", None, None, "77")
    assert (group.key, group.address, group.group, group.quote) == ("1.g5/77", "1.g5/77", "1.g5", "m1")
    assert (group.incoming.text, group.incoming.group, group.incoming.addressed) == ("考勤地址怎么改", True, True)


def test_who_only_calls_the_bot_is_greeted(ears: Ears) -> None:
    called = ears.hear(GROUP, text="")
    assert isinstance(called, Said)
    assert called.incoming.text == "你好"
    assert isinstance(ears.hear(ALONE, text=""), Ignored)


def test_talk_in_a_group(ears: Ears) -> None:
    assert isinstance(ears.hear(GROUP, addressed=False), Ignored)
    ears.manners["1.g5"] = Manners("confident")
    overheard = ears.hear(GROUP, addressed=False)
    assert isinstance(overheard, Said)
    assert not overheard.incoming.addressed
    assert isinstance(ears.hear(GROUP, addressed=False, text=""), Ignored)


def test_pictures(ears: Ears) -> None:
    said = ears.hear(ALONE, text="", attachments=(PICTURE,))
    assert isinstance(said, Said)
    assert (said.incoming.image, said.attachments) == ("图片", (PICTURE,))
    file = ears.hear(ALONE, text="", attachments=(replace(PICTURE, kind="文件", name="合同.pdf"),))
    assert isinstance(file, Said)
    assert (file.incoming.image, file.incoming.file) == (None, "合同.pdf")


@pytest.mark.parametrize(
    ("text", "answers", "verb", "ticket", "words"),
    [
        ("认领 1001", None, "claim", 1001, ""),
        ("认领1001", None, "claim", 1001, ""),
        ("回复 1001 请重启手机", None, "reply", 1001, "请重启手机"),
        ("解决 1001", None, "solve", 1001, ""),
        ("请重启手机", "card", "reply", 1001, "请重启手机"),
        ("认领", "card", "claim", 1001, ""),
        ("备注 已打电话", "card", "note", 1001, "已打电话"),
        ("转给 1001 江宁组", None, "hand_over", 1001, "江宁组"),
        ("/tickets", None, "list", None, ""),
    ],
)
def test_staff_in_their_room(
    ears: Ears, text: str, answers: str | None, verb: str, ticket: int | None, words: str
) -> None:
    acted = ears.hear(STAFF, text=text, answers=answers)
    assert isinstance(acted, StaffActed)
    assert acted.action == Action(verb, Actor("onebot", "80", "小王"), "*.g9", ticket, words)  # type: ignore[arg-type]


def test_staff_send_a_picture(ears: Ears) -> None:
    acted = ears.hear(STAFF, text="", answers="card", attachments=(PICTURE,))
    assert isinstance(acted, StaffActed)
    assert acted.action.media == PICTURE.ref


@pytest.mark.parametrize("text", ["中午吃什么", "解决 1001 的问题了吗", "认领一下吧", "好"])
def test_talk_among_colleagues(ears: Ears, text: str) -> None:
    assert isinstance(ears.hear(STAFF, text=text), Ignored)


def test_staff_who_ask_the_bot_are_answered(ears: Ears) -> None:
    asked = ears.hear(STAFF, text="考勤地址怎么改", addressed=True, attachments=(PICTURE,))
    assert isinstance(asked, Said)
    assert asked.attachments == ()


def test_a_command_without_its_number_is_explained(ears: Ears) -> None:
    told = ears.hear(STAFF, text="认领")
    assert isinstance(told, Announced)
    assert "认领 1001" in told.text
    assert told.address == "*.g9"


def test_agents_and_others_alone(ears: Ears) -> None:
    acted = ears.hear(ALONE, user="81", text="回复 1001 好了")
    assert isinstance(acted, StaffActed)
    assert (acted.action.actor.name, acted.action.room) == ("小张", "1.p77")
    assert isinstance(ears.hear(ALONE, text="/claim 1001"), Refused)
    assert isinstance(ears.hear(ALONE, text="工单 1001"), Said), "that is what users say"
    assert isinstance(ears.hear(GROUP, user="81", text="认领 1001"), Said), "not before everybody"


@pytest.mark.parametrize(
    ("text", "may", "addressed", "kind"),
    [
        ("/静音", True, False, Hushed),
        ("静音", True, True, Hushed),
        ("/恢复", True, False, Hushed),
        ("／静音", True, False, Hushed),
        ("静音", True, False, Ignored),
        ("/静音", False, False, Announced),
        ("会议请静音", True, True, Said),
    ],
)
def test_who_may_silence_the_bot(ears: Ears, text: str, may: bool, addressed: bool, kind: type) -> None:
    happening = ears.hear(GROUP, text=text, may_command=may, addressed=addressed)
    assert isinstance(happening, kind)
    if isinstance(happening, Hushed):
        assert (happening.group, happening.address, happening.muted) == ("1.g5", "1.g5/77", "静音" in text)


def test_in_a_silent_group_nobody_is_even_refused(ears: Ears) -> None:
    ears.mute("1.g5")
    assert isinstance(ears.hear(GROUP, text="/恢复"), Ignored)
    assert isinstance(ears.hear(GROUP, text="/恢复", may_command=True), Hushed)


def test_all_accounts_in_a_group_share_its_name(ears: Ears) -> None:
    ears.manners["5"] = Manners("confident")
    said = ears.hear(GROUP, circle="5", addressed=False, alone="1.p77")
    assert isinstance(said, Said)
    assert (said.key, said.group, said.alone) == ("1.g5/77", "5", "1.p77")
    hushed = ears.hear(GROUP, circle="5", text="/静音", may_command=True)
    assert isinstance(hushed, Hushed)
    assert (hushed.group, hushed.address) == ("5", "1.g5/77")


def test_a_command_with_too_many_words_is_pointed_out(ears: Ears) -> None:
    told = ears.hear(STAFF, text="解决 1001 已经好了", answers="card")
    assert isinstance(told, Announced)
    assert "只发“解决 1001”" in told.text


def test_a_chat_tells_its_number(ears: Ears) -> None:
    told = ears.hear(GROUP, text="/id")
    assert isinstance(told, Announced)
    assert "1.g5" in told.text
