from typing import Any

import pytest
from telegram import Message

from bot.channels.telegram.content import Me, is_addressed, words_of
from tests.bot.telegram.test_updates import ANNA, BOT, GROUP, SAID
from tests.telegram import Json
from tests.telegram.world import entities_of

ME = Me(123456, "helpdesk_bot")


def message(text: str | None = None, **more: Any) -> Message:
    body: Json = {"message_id": 1, "date": 1, "chat": GROUP, "from": ANNA, **more}
    body |= {"text": text, "entities": entities_of(text)} if text is not None else {}
    return Message.de_json(body, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("打不了卡", "打不了卡"),
        ("@helpdesk_bot 打不了卡", "打不了卡"),
        ("打不了卡@helpdesk_bot", "打不了卡"),
        ("打 @HELPDESK_BOT 卡", "打   卡"),
        ("@helpdesk_bot", ""),
        ("@helpdesk_bottle 打不了卡", "@helpdesk_bottle 打不了卡"),
        ("/start", "你好"),
        ("/start abc", "你好"),
        ("/Start@Helpdesk_Bot", "你好"),
        ("/help", "怎么用你"),
        ("/help 打不了卡", "打不了卡"),
        ("/human", "转人工"),
        ("/status", "工单号多少"),
        ("/contacts", "主管部门电话"),
        ("/unknown", "/unknown"),
        ("/unknown 打不了卡", "打不了卡"),
        ("/ 打不了卡", "/ 打不了卡"),
        ("看 /help", "看 /help"),
        ("", ""),
        (None, ""),
    ],
)
def test_words(text: str | None, words: str) -> None:
    assert words_of(message(text), ME) == words
    if text:
        assert words_of(message(caption=text), ME) == words


TOPIC: Json = {"forum_topic_created": {"name": "打卡", "icon_color": 1}}


@pytest.mark.parametrize(
    ("said", "addressed"),
    [
        (message("打不了卡"), False),
        (message("@helpdesk_bot 打不了卡"), True),
        (message("打不了卡 @Helpdesk_Bot"), True),
        (message("@other_bot 打不了卡"), False),
        (message("@helpdesk_bottle"), False),
        (message("/help"), True),
        (message("/help@helpdesk_bot"), True),
        (message("/help@other_bot"), False),
        (message("看 /help"), False),
        (
            message("小助手，打不了卡", entities=[{"type": "text_mention", "offset": 0, "length": 3, "user": BOT}]),
            False,
        ),
        (message("打不了卡", reply_to_message={**SAID, "chat": GROUP}), True),
        (message("打不了卡", reply_to_message={**SAID, "chat": GROUP, "from": ANNA}), False),
        (message("打不了卡", reply_to_message={**SAID, "chat": GROUP, **TOPIC}), False),
        (message(caption="@helpdesk_bot", caption_entities=entities_of("@helpdesk_bot")), True),
        (message(caption="看", caption_entities=[]), False),
        (message(), False),
    ],
)
def test_addressed(said: Message, addressed: bool) -> None:
    assert is_addressed(said, ME) is addressed


def test_a_name_without_a_username_is_a_mention_too() -> None:
    entity = {"type": "text_mention", "offset": 0, "length": 3}
    for user, addressed in ((BOT, True), (ANNA, False)):
        said = {"message_id": 1, "date": 1, "chat": GROUP, "from": ANNA, "text": "小助手 在吗"}
        found = Message.de_json({**said, "entities": [{**entity, "user": user}]}, None)
        assert is_addressed(found, ME) is addressed
