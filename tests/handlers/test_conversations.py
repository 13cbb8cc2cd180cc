from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.ask import describe
from kb.base import KnowledgeBase
from kb.evaluate import judge_turn
from tests.handlers.talk import Talk

FILE = Path(__file__).parent.parent / "dialogues" / "conversations.yaml"
CONVERSATIONS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
EXPECTATIONS = {"outcome", "records_any", "contacts_all", "text_contains", "text_excludes"}


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda conversation: conversation["id"])
def test_conversation(conversation: dict[str, Any], base: KnowledgeBase) -> None:
    talk = Talk(base)
    for number, turn in enumerate(conversation["turns"], start=1):
        answer = describe(talk.says(turn["user"]), base)
        assert judge_turn(turn["expect"], answer), (
            f"turn {number}, {turn['user']}: wanted {turn['expect']}, got {answer}"
        )


def test_all_were_seen() -> None:
    assert len(CONVERSATIONS) >= 30
    assert len({conversation["id"] for conversation in CONVERSATIONS}) == len(CONVERSATIONS)
    turns = [turn for conversation in CONVERSATIONS for turn in conversation["turns"]]
    assert len(turns) >= 100
    assert all(turn["expect"] and set(turn["expect"]) <= EXPECTATIONS for turn in turns), "a turn that expects nothing"
