"""The card of a step carries the name of its picture; whoever reads plain text is told that there is one."""

import pytest
from rich.console import Console

from bot.ask import Line, Session, answer_line
from bot.present import present
from bot.terminal import render
from handlers.message import Reply
from handlers.plain import plain_text
from kb.base import KnowledgeBase
from tests.handlers.talk import Talk
from tests.pictures import pictured

NAME = "0123456789abcdef" * 2 + ".png"
TOLD = "（这一步有配图）"


@pytest.fixture(scope="module")
def shown(base: KnowledgeBase) -> KnowledgeBase:
    return pictured(base, "faq-13", {0: NAME, 1: NAME})


def walk(base: KnowledgeBase) -> list[Reply]:
    talk = Talk(base)
    return [talk.says(text).reply for text in ("带我一步步做 #faq-13", "下一步", "已经通过")]


def test_the_card_carries_its_name(shown: KnowledgeBase) -> None:
    assert [reply.images for reply in walk(shown)] == [(NAME,), (NAME,), ()]


def test_the_answer_shows_none(shown: KnowledgeBase) -> None:
    assert Talk(shown).says("考勤地址怎么改").reply.images == ()


def test_readers_of_text_are_told_before_they_choose(shown: KnowledgeBase, base: KnowledgeBase) -> None:
    fork = walk(shown)[1]
    words = shown.knowledge.wording
    lines = plain_text(fork, words).splitlines()
    assert lines.index(TOLD) < next(place for place, line in enumerate(lines) if line.startswith("1. "))
    assert f"{TOLD}https://x.example/pictures/{NAME}" in plain_text(fork, words, pictures="https://x.example/pictures")
    assert plain_text(fork.without_images(), words) == plain_text(walk(base)[1], words)


def test_programs_get_an_address(shown: KnowledgeBase, base: KnowledgeBase) -> None:
    assert present(walk(shown)[0])["parts"][0]["image"] == f"/pictures/{NAME}"
    assert present(walk(base)[0])["parts"][0]["image"] is None


def test_the_terminal_names_it(shown: KnowledgeBase) -> None:
    console = Console(width=80)
    with console.capture() as seen:
        console.print(render(walk(shown)[0], shown.knowledge.wording))
    assert f"配图：{NAME}" in seen.get()


def test_the_lines_of_ask_stay_readable(shown: KnowledgeBase) -> None:
    told = answer_line(Line(q="带我一步步做 #faq-13"), Session(shown))
    assert TOLD in told["text"]
    assert NAME not in told["text"]
