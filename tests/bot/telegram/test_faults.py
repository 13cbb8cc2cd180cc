"""What is our own fault, and what is the Bot API's; and what is not asked twice."""

import asyncio
from typing import Any, cast

import pytest
from telegram.error import TelegramError

from bot.channels.telegram.client import Client, build_client
from bot.channels.telegram.delivery import send
from bot.channels.telegram.photos import Photos
from bot.clock import now
from bot.storage.outbox import Delivery
from tests.bot.telegram.conftest import Desk
from tests.telegram import WRONG_SHAPE, BotApi, Person


class Odd:
    """A Bot API whose answers the library cannot read."""

    async def send_message(self, *_: object, **__: object) -> None:
        raise KeyError("message_id")

    create_forum_topic = send_message


async def nowhere(_: str) -> None:
    """A house without pictures."""


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"kind": "post", "html": "x"}, TelegramError),
        ({"kind": "post"}, KeyError),
        ({"kind": "post", "html": "x", "thread": "drei"}, ValueError),
        ({"kind": "post", "html": "x", "keyboard": [[{}]]}, KeyError),
        ({"kind": "topic"}, KeyError),
    ],
)
def test_what_cannot_be_said_is_no_outage(payload: dict[str, Any], expected: type[Exception]) -> None:
    message = Delivery(1, "telegram", "7", "7", payload, "reply", 0, now(), None)
    with pytest.raises(expected):
        asyncio.run(send(cast("Client", Odd()), Photos(nowhere), message, "7"))


def test_a_group_without_topics_is_asked_once(desk: Desk, anna: Person, ben: Person) -> None:
    for user in (anna, ben):
        desk.opens(user)
    asked = [call for call in desk.api.calls_of("createForumTopic") if call.params["chat_id"] == desk.staff.id]
    assert len(asked) <= 1


def test_a_group_that_becomes_a_forum_gets_topics_without_a_new_start(desk: Desk, anna: Person) -> None:
    """Nobody asks at the start whether there are topics: a Bot API that is silent just then would decide it for good."""
    assert not desk.api.calls_of("getChat") or desk.jiangning.chat.forum
    anna.says("我在江宁区，转人工")
    desk.settle()
    assert any(call.params["chat_id"] == desk.jiangning.id for call in desk.api.calls_of("createForumTopic"))


def test_questions_about_a_chat_do_not_queue_behind_messages() -> None:
    async def story(api: BotApi, group: int, person: int) -> None:
        client = build_client(api.token, api.url, None, 1000)
        async with client, asyncio.timeout(10):
            sending = [asyncio.create_task(client.send_message(group, "x")) for _ in range(2)]
            await asyncio.sleep(0.3)
            await client.get_chat_member(group, person)
            assert not all(task.done() for task in sending), "the messages do queue"
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    with pytest.MonkeyPatch.context() as patch, BotApi() as api:
        patch.setattr("bot.channels.telegram.client._GROUP_MESSAGES", 1)
        wang = api.person("小王")
        asyncio.run(story(api, api.group("客服", [wang]).id, wang.id))


def test_an_attachment_without_a_path_is_given_up_after_some_tries(desk: Desk, anna: Person) -> None:
    desk.api.faults.garbage("getFile", body='{"ok": true, "result": {"file_id": "a", "file_unique_id": "b"}}')
    desk.api.faults.garbage("getFile", body=WRONG_SHAPE)
    desk.opens(anna)
    anna.sends_photo()
    desk.api.until(lambda: bool(desk.rows("SELECT 1 FROM attachment WHERE attempts = 2")), timeout=60)
    desk.api.until(lambda: not desk.rows("SELECT 1 FROM attachment WHERE state = 'new' AND attempts > 0"), timeout=60)
