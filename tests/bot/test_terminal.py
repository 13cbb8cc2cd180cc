from io import StringIO

import pytest
from rich.console import Console

from bot.settings import Settings
from bot.terminal import chat, render
from handlers.message import AnswerCard, Button, Notice, Reply, Text
from kb.base import KnowledgeBase
from tests.handlers.talk import Said, Talk


def shown(reply: Reply, base: KnowledgeBase) -> str:
    paper = StringIO()
    Console(file=paper, width=88, no_color=True).print(render(reply, base.knowledge.wording))
    return paper.getvalue()


def bare(text: str) -> str:
    """Without frames and line breaks, which depend on the width."""
    return "".join(text.replace("│", "").split())


def drawn(said: Said, base: KnowledgeBase) -> str:
    return "".join(shown(reply, base) for reply in said.replies)


@pytest.mark.parametrize(
    ("messages", "parts"),
    [
        (["考勤地址怎么改"], ["修改考勤地址", "提交地址修改申请", "怎么做：", "一、13", "没解决"]),
        (["考勤地址怎么改", "带我一步步做"], ["修改考勤地址", "第1/", "下一步", "退出"]),
        (["无实名制征管编号", "带我一步步做"], ["1.已经登记", "2.还没有登记"]),
        (["登录失败"], ["1.", "2.", "都不是"]),
        (["房建项目打哪个电话"], ["房建工程", "84632225、84632205", "QQ群：1128583585"]),
        (["转人工"], ["工单号1001", "跳过"]),
        (["你好"], ["宁勤绩", "转人工"]),
    ],
)
def test_a_reply_as_drawn(messages: list[str], parts: list[str], base: KnowledgeBase) -> None:
    text = bare(drawn(Talk(base).says_all(messages), base))
    assert [part for part in parts if bare(part) not in text] == []


def test_every_word_of_an_answer_is_drawn(base: KnowledgeBase) -> None:
    for record in base.knowledge.records:
        said = Talk(base).says(f"{record.title} #{record.id}")
        drawing = bare(drawn(said, base))
        card = next(part for part in said.parts if isinstance(part, AnswerCard))
        steps = [text for _, texts in card.outline for text in texts]
        missing = [
            text for text in (card.title, card.short, *card.notes, *card.causes, *steps) if bare(text) not in drawing
        ]
        assert missing == [], record.id


def test_brackets_are_not_markup(base: KnowledgeBase) -> None:
    reply = Reply("answer", (Text("[red]x[/red]"), Notice("[/]")), (Button("[bold]y[/bold]", "y"),))
    text = shown(reply, base)
    assert all(part in text for part in ("[red]x[/red]", "[/]", "[bold]y[/bold]"))


def test_chat_goes_on_to_the_end_of_input(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("考勤地址怎么改\n带我一步步做\n下一步\n\n转人工\n"))
    assert chat(base, Settings()) == 0
    text = bare(capsys.readouterr().out)
    assert bare(base.knowledge.wording.page_greeting) in text
    assert "第1/" in text
    assert "工单号1001" in text
    assert text.endswith(bare(base.knowledge.wording.chat_bye))
