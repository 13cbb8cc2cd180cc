"""A walk through steps with and without pictures, as one tidy message."""

from collections.abc import Iterator

import pytest

from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.bot.telegram.office import Office, settings_of
from tests.pictures import picture, pictured, put_into
from tests.telegram import BotApi, Person, SentMessage

ONE, OTHER = picture(1), picture(2)
LONG = "字" * 1100
START = "带我一步步做 #faq-03"


@pytest.fixture(scope="module")
def open_office(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data, content = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("content")
    for each in (ONE, OTHER):
        put_into(content, each)
    shown = pictured(base, "faq-03", {1: ONE.name, 2: OTHER.name, 4: "0" * 32 + ".png"})
    shown = pictured(shown, "faq-24", {0: ONE.name}, detail=LONG)
    shown = pictured(shown, "faq-24", {1: OTHER.name})
    with BotApi() as api:
        staff = api.group("客服", [api.person("小王")])
        with serving(shown, data, content=content, **settings_of(api, staff)):
            yield Office(api, data, staff)


@pytest.fixture
def office(open_office: Office) -> Office:
    open_office.forget()
    return open_office


@pytest.fixture
def anna(office: Office) -> Person:
    return office.api.person("Anna")


def seen(office: Office, message: SentMessage) -> bytes:
    """The picture of a message, as it was uploaded."""
    assert message.photo
    return office.api.world.files[message.photo].content


def test_a_walk_is_one_message_with_and_without_pictures(office: Office, anna: Person) -> None:
    anna.says(START)
    [first] = office.hears(anna, "第 1/5 步")
    assert first.photo is None
    anna.presses(first, "下一步")
    [second] = office.hears(anna, "第 2/5 步")
    assert seen(office, second) == ONE.data
    assert "下一步" in second.buttons
    anna.presses(second, "下一步")
    [third] = office.hears(anna, "第 3/5 步")
    assert (third.id, seen(office, third)) == (second.id, OTHER.data), "a picture takes a picture's place"
    anna.presses(third, "下一步")
    [fourth] = office.hears(anna, "第 4/5 步")
    assert fourth.photo is None
    anna.presses(fourth, "上一步")
    [again] = office.hears(anna, "第 3/5 步")
    assert seen(office, again) == OTHER.data
    left = [message.id for message in office.api.messages(anna)]
    assert left == [again.id], "of a walk only the step that one is at stays"


def test_a_picture_is_uploaded_once(office: Office, anna: Person) -> None:
    before = len(office.api.calls_of("sendPhoto"))
    for user in (anna, office.api.person("Ben")):
        user.says("#faq-03/get")
        [shown] = office.hears(user, "第 2/5 步")
        assert seen(office, shown) == ONE.data
    _, second = office.api.calls_of("sendPhoto")[before:]
    assert isinstance(second.params["photo"], str)
    del office.api.world.files[second.params["photo"]]
    carl = office.api.person("Carl")
    carl.says("#faq-03/get")
    [shown] = office.hears(carl, "第 2/5 步")
    assert seen(office, shown) == ONE.data, "what Telegram has forgotten is uploaded again"


def test_a_picture_that_is_nowhere_does_not_keep_the_words_away(office: Office, anna: Person) -> None:
    anna.says("#faq-03/invite")
    [shown] = office.hears(anna, "第 5/5 步")
    assert shown.photo is None


def test_a_picture_that_telegram_does_not_take(office: Office, anna: Person) -> None:
    office.api.faults.fail("sendPhoto", 400, description="Bad Request: IMAGE_PROCESS_FAILED", times=2)
    anna.says("#faq-03/get")
    [shown] = office.hears(anna, "第 2/5 步")
    office.api.faults.clear()
    assert shown.photo is None
    assert "下一步" in shown.buttons


def test_a_text_too_long_for_a_picture_stands_below_it(office: Office, anna: Person) -> None:
    anna.says("带我一步步做 #faq-24")
    alone, words = office.hears(anna, "", "第 1/4 步")
    assert seen(office, alone) == ONE.data
    assert LONG in words.text
    anna.presses(words, "下一步")
    [second] = office.hears(anna, "第 2/4 步")
    assert seen(office, second) == OTHER.data


def test_in_a_group_with_nobody_quoted_that_is_gone(office: Office, anna: Person) -> None:
    group = office.api.group("工地", [anna])
    anna.says(f"@helpdesk_bot {START}", group)
    [first] = office.hears(group, "第 1/5 步")
    anna.presses(first, "下一步")
    [second] = office.hears(group, "第 2/5 步")
    assert (second.reply_to, bool(second.photo)) == (None, True)
