"""The platform hangs up and calls again: what is to be said is said once, by whichever way is open."""

import asyncio
import threading
import time
from typing import Any

import pytest

from bot.channels.callback import door
from bot.pipeline.turns import Turns
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, Phone, WecomPhone
from tests.callbacks.conftest import MP, WECOM, Town, settings_of
from tests.callbacks.patience import LONG, turns_wait_for_call

QUESTION = "岗位选错了怎么办"


def slow(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Every turn takes some time."""
    take = Turns.take

    async def slowly(self: Turns, *args: Any) -> None:
        await asyncio.sleep(seconds)
        await take(self, *args)

    monkeypatch.setattr(Turns, "take", slowly)


@pytest.mark.parametrize("kind", [WecomPhone, MpPhone])
def test_the_call_that_is_still_open_gets_the_answer(
    kind: type[Phone], town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns_wait_for_call(monkeypatch, 2)
    phone = kind(town.url, town.api, WECOM if kind is WecomPhone else MP, hangs_up=LONG, haste=[0.5])
    phone.says("impatient", QUESTION)
    [answer] = phone.hears("impatient", "【岗位选错了】")
    assert (answer.how, phone.posts) == ("passive", 2)
    time.sleep(0.5)
    phone.hears("impatient")


@pytest.mark.parametrize("kind", [WecomPhone, MpPhone])
def test_nobody_waits_any_more(kind: type[Phone], town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch, 1.0)
    phone = kind(town.url, town.api, WECOM if kind is WecomPhone else MP, hangs_up=0.2)
    phone.says("gone-already", QUESTION)
    [answer] = phone.hears("gone-already", "【岗位选错了】")
    assert answer.how == "active"


@pytest.mark.parametrize("kind", [WecomPhone, MpPhone])
def test_an_answer_that_takes_too_long(kind: type[Phone], town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ANSWER_SECONDS", 0.3)
    slow(monkeypatch, 0.8)
    phone = kind(town.url, town.api, WECOM if kind is WecomPhone else MP)
    phone.says("waiting", QUESTION)
    assert (phone.posts, phone.statuses) == (1, [200])
    [answer] = phone.hears("waiting", "【岗位选错了】")
    assert answer.how == "active"


def test_two_messages_at_once_get_both_their_answers(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch, 0.3)
    phone = WecomPhone(town.url, town.api, WECOM)
    threads = [phone.aside("quick", QUESTION)]
    time.sleep(0.1)
    threads.append(phone.aside("quick", "所有主管部门电话"))
    for thread in threads:
        thread.join()
    time.sleep(0.3)
    text = "\n".join(one.text for one in phone.messages("quick"))
    assert text.count("【岗位选错了】") == 1
    assert text.count("025") + text.count("52") > 0


def test_a_restart_between_question_and_answer(
    base: KnowledgeBase, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the platform was told we have is answered after the restart, by active message."""
    with ApiServer() as api:
        with monkeypatch.context() as patch, serving(base, tmp_path, **settings_of(api)) as url:
            patch.setattr(door, "ANSWER_SECONDS", 0.2)
            slow(patch, 60.0)
            phone = WecomPhone(url, api, WECOM)
            phone.says("early", QUESTION)
            assert phone.statuses == [200]
            phone.hears("early")
        with serving(base, tmp_path, **settings_of(api)) as url:
            phone.url = url
            [answer] = phone.hears("early", "【岗位选错了】")
            assert answer.how == "active"


def test_fifty_people_and_a_platform_that_hangs_up_at_any_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gets another's answer; each has his own, once."""
    monkeypatch.setattr(door, "_CALLS_AGAIN_AFTER", 0)
    people = [f"x{number:02}" for number in range(50)]

    def talk(user: str, number: int) -> None:
        phone = WecomPhone(town.url, town.api, WECOM, hangs_up=0.02 + (number % 10) * 0.05, calls=1)
        message = phone.says(user, f"我是{user}，{QUESTION}")
        for patience in (0.1, 0.5, 60.0):
            if not phone.statuses:
                phone.hangs_up = patience
                phone.deliver(message)
        assert phone.statuses == [200]

    threads = [threading.Thread(target=talk, args=pair) for pair in zip(people, range(50), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for user in people:
        town.wecom.hears(user, "【岗位选错了】")
    time.sleep(1)
    for user in people:
        town.wecom.hears(user)
