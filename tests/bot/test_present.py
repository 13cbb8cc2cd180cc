import json
from typing import Any, get_args

import pytest

from bot.present import present
from handlers.message import (
    AnswerCard,
    Button,
    ChoiceList,
    ContactCards,
    ContactLine,
    Notice,
    Part,
    Reply,
    StepCard,
    Text,
    TicketCard,
)

PARTS: list[tuple[Part, dict[str, Any]]] = [
    (Text("好的。"), {"kind": "text", "text": "好的。"}),
    (Notice("系统维护至 10:00"), {"kind": "notice", "text": "系统维护至 10:00"}),
    (TicketCard(1001, "工单号 1001"), {"kind": "ticket", "number": 1001, "text": "工单号 1001"}),
    (
        ChoiceList("哪一种？", (Button("登录", "登录 #faq-01"),)),
        {"kind": "choices", "text": "哪一种？", "items": [{"label": "登录", "send": "登录 #faq-01"}]},
    ),
    (
        AnswerCard("faq-01", "登录", "一、1", "先看提示。", ("网络",), ((None, ("甲", "乙")), ("不行", ("丙",))), ("注",), ("警",)),
        {
            "kind": "answer", "record": "faq-01", "title": "登录", "source": "一、1", "short": "先看提示。",
            "causes": ["网络"], "notes": ["注"], "warnings": ["警"],
            "outline": [{"label": None, "steps": ["甲", "乙"]}, {"label": "不行", "steps": ["丙"]}],
        },
    ),
    (
        StepCard("faq-01", "登录", 2, 5, "点登录。", "右上角", "别点两次", (Button("行", "行 #faq-01/a"),)),
        {
            "kind": "step", "record": "faq-01", "title": "登录", "number": 2, "of": 5, "text": "点登录。",
            "detail": "右上角", "warning": "别点两次", "options": [{"label": "行", "send": "行 #faq-01/a"}],
            "image": None,
        },
    ),
    (
        ContactCards("打这里：", (ContactLine("contact-x", "监督站", "房建工程", ("84632225", "84632205"), ("112",)),)),
        {
            "kind": "contacts", "text": "打这里：",
            "contacts": [
                {
                    "id": "contact-x", "name": "监督站", "label": "房建工程", "qq_groups": ["112"],
                    "phones": [
                        {"text": "84632225", "tel": "tel:02584632225"},
                        {"text": "84632205", "tel": "tel:02584632205"},
                    ],
                }
            ],
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("part", "expected"), PARTS, ids=lambda value: type(value).__name__)
def test_part(part: Part, expected: dict[str, Any]) -> None:
    reply = present(Reply("answer", (part,), (Button("有用", "有用 #faq-01"),)))
    assert reply == {"outcome": "answer", "parts": [expected], "buttons": [{"label": "有用", "send": "有用 #faq-01"}]}
    assert json.loads(json.dumps(reply)) == reply


def test_every_kind_of_part_is_in_the_table() -> None:
    assert {type(part) for part, _ in PARTS} == set(get_args(Part))
