import json
from pathlib import Path
from typing import Any

import pytest

from kb.evaluate import Report, SetError, evaluate, judge, judge_turn, read_set, summary

PHONES = {"contact-a": ("83270001",), "contact-b": ("58150002",)}


def answer(outcome: str, *records: str, contacts: str = "", ask: str | None = None, text: str = "") -> dict[str, Any]:
    return {"outcome": outcome, "records": list(records), "contacts": contacts.split(), "ask": ask, "text": text}


@pytest.mark.parametrize(
    ("accept", "told", "score"),
    [
        (["faq-01"], answer("answer", "faq-01"), "direct_right"),
        (["faq-01", "faq-02"], answer("answer", "faq-02"), "direct_right"),
        (["faq-01"], answer("steps", "faq-01"), "direct_right"),
        (["faq-01"], answer("answer", "faq-02", "faq-01"), "wrong"),  # the first one counts
        (["faq-01"], answer("answer"), "wrong"),
        (["faq-01"], answer("contact", contacts="contact-a"), "wrong"),
        (["faq-01"], answer("choices", "faq-02", "faq-01"), "offered_right"),
        (["faq-01"], answer("choices", "faq-02", "faq-03"), "missed"),
        (["faq-01"], answer("choices", "faq-01", "faq-02", "faq-03", "faq-04", "faq-05"), "missed"),  # too long a list
        (["faq-01"], answer("unknown"), "missed"),
        (["faq-01"], answer("smalltalk"), "missed"),
        (["faq-28"], answer("contact", contacts="contact-a"), "direct_right"),  # all numbers
        (["faq-28"], answer("ask", ask="either"), "offered_right"),
        ([], answer("answer", "faq-01"), "false_answer"),
        ([], answer("contact", contacts="contact-a"), "false_answer"),
        ([], answer("choices", "faq-01", "faq-02"), "offered"),
        ([], answer("unknown"), "refused"),
        ([], answer("smalltalk"), "refused"),
    ],
)
def test_questions(accept: list[str], told: dict[str, Any], score: str) -> None:
    verdict = judge({"q": "问", "accept": accept, "kind": "terse"}, told, PHONES)
    assert (verdict.part, verdict.score) == ("questions" if accept else "out_of_scope", score)
    assert verdict.kind == "terse"


@pytest.mark.parametrize(
    ("contacts", "ask", "told", "score"),
    [
        (["contact-a"], None, answer("contact", contacts="contact-a"), "right"),
        (["contact-a", "contact-b"], None, answer("contact", contacts="contact-b contact-a"), "right"),
        (["contact-a"], None, answer("contact", contacts="contact-a contact-b"), "extra"),
        (["contact-a", "contact-b"], None, answer("contact", contacts="contact-a"), "missing"),
        (["contact-a"], None, answer("ask", ask="either"), "missing"),
        ([], None, answer("unknown"), "right"),  # outside Nanjing
        ([], None, answer("contact", contacts="contact-a"), "false_contact"),
        ([], None, answer("ask", ask="district"), "missing"),
        ([], "either", answer("ask", ask="project_type"), "right"),
        ([], "project_type", answer("ask", ask="project_type"), "right"),
        ([], "project_type", answer("ask", ask="either"), "right"),
        ([], "project_type", answer("ask", ask="district"), "missing"),
        ([], "project_type", answer("ask", ask="project_type", contacts="contact-a"), "missing"),
        ([], "project_type", answer("unknown"), "missing"),
    ],
)
def test_routing(contacts: list[str], ask: str | None, told: dict[str, Any], score: str) -> None:
    verdict = judge({"q": "问", "contacts": contacts, "ask": ask}, told, PHONES)
    assert (verdict.part, verdict.kind, verdict.score) == ("routing", "other", score)


@pytest.mark.parametrize(
    ("contacts", "text", "invented"),
    [
        ("contact-a", "房建 83270001", False),
        ("contact-a contact-b", "83270001，58150002", False),
        ("contact-a", "浦口 58150002", True),  # under another's name
        ("", "83270001", True),
        ("contact-a", "83270009", True),
        ("", "工单 12345，群 123456789", False),  # no telephone number
    ],
)
def test_invented_numbers(contacts: str, text: str, invented: bool) -> None:
    verdict = judge({"q": "问", "accept": ["faq-01"]}, answer("answer", "faq-01", contacts=contacts, text=text), PHONES)
    assert verdict.invented is invented


@pytest.mark.parametrize(
    ("expect", "right"),
    [
        ({}, True),
        ({"outcome": "answer"}, True),
        ({"outcome": ["choices", "answer"]}, True),
        ({"outcome": "steps"}, False),
        ({"records_any": ["faq-02", "faq-01"]}, True),
        ({"records_any": ["faq-02"]}, False),
        ({"contacts_all": ["contact-a"]}, True),
        ({"contacts_all": ["contact-a", "contact-b"]}, False),
        ({"text_contains": ["第 2/5 步", "提交"]}, True),  # spaces do not matter
        ({"text_contains": ["提交", "没有这个"]}, False),
        ({"text_excludes": ["没有这个"]}, True),
        ({"text_excludes": ["提  交"]}, False),
    ],
)
def test_turns(expect: dict[str, Any], right: bool) -> None:
    told = answer("answer", "faq-01", contacts="contact-a", text="（第2/5步）\n提交申请")
    assert judge_turn(expect, told) is right


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Three questions, one out of scope, one request for a number, and two conversations, with answers made by hand."""
    questions = [
        {"q": "地址", "accept": ["faq-01"], "kind": "terse"},
        {"q": "登录", "accept": ["faq-02"], "kind": "terse"},
        {"q": "dizhi", "accept": ["faq-01"], "kind": "pinyin"},
        {"q": "工资", "accept": [], "kind": "near"},
        {"q": "浦口电话", "contacts": ["contact-b"], "kind": "district"},
    ]
    (tmp_path / "questions.jsonl").write_text(
        "\n".join(json.dumps(item, ensure_ascii=False) for item in questions) + "\n\n", encoding="utf-8"
    )
    (tmp_path / "talks.yaml").write_text(
        """\
- id: talk-1
  turns:
    - {user: 地址, expect: {outcome: answer}}
    - {user: 那监理呢, expect: {records_any: [faq-01]}}
- id: talk-2
  turns:
    - {user: 登录, expect: {outcome: answer}}
""",
        encoding="utf-8",
    )
    answers = {
        "地址": answer("answer", "faq-01"),
        "登录": answer("choices", "faq-01", "faq-03"),
        "dizhi": answer("answer", "faq-03"),
        "工资": answer("unknown"),
        "浦口电话": answer("contact", contacts="contact-b", text="58150002 或 83270001"),
        "那监理呢": answer("answer", "faq-01"),
    }
    self_talk: list[tuple[str, str | None]] = []

    def ask(message: str, conversation: str | None) -> dict[str, Any]:
        self_talk.append((message, conversation))
        return answers[message]

    progress: list[tuple[int, int]] = []
    made = evaluate(
        [tmp_path / "questions.jsonl", tmp_path / "talks.yaml"],
        ask,
        PHONES,
        lambda done, of: progress.append((done, of)),
    )
    assert self_talk[-3:] == [("地址", "talk-1"), ("那监理呢", "talk-1"), ("登录", "talk-2")]
    assert {conversation for _, conversation in self_talk[:5]} == {None}
    assert progress == [(done, 7) for done in range(1, 8)]
    return made


def test_a_report_counts(report: Report) -> None:
    assert report.parts() == ("questions", "out_of_scope", "routing", "dialogues")
    assert report.counts("questions") == {"direct_right": 1, "missed": 1, "wrong": 1}
    assert report.counts("questions", "terse") == {"direct_right": 1, "missed": 1}
    assert report.counts("dialogues") == {"right": 1, "wrong": 1}
    assert (report.turns, report.turns_right) == (3, 2)
    assert report.kinds("questions") == ("terse", "pinyin")
    assert report.share("questions", "direct_right") == pytest.approx(1 / 3)
    assert report.share("questions", "direct_right", "wrong") == pytest.approx(2 / 3)
    assert report.share("out_of_scope", "refused") == 1
    assert report.invented == 1
    assert report.confusions() == [("faq-02", "faq-01", 1), ("faq-01", "faq-03", 1)]
    assert report.confusions(1) == [("faq-02", "faq-01", 1)]


def test_a_report_of_nothing() -> None:
    assert Report(()).parts() == ()
    assert Report(()).share("questions", "direct_right") == 0
    assert "invented 0" in summary(Report(()))


def test_summary(report: Report) -> None:
    lines = summary(report).splitlines()
    assert lines[0] == "questions (3)"
    assert lines[2].split() == ["all", "(3)", "0.333", "0.000", "0.333", "0.333"]
    assert lines[3].split() == ["terse", "(2)", "0.500", "0.000", "0.000", "0.500"]
    assert "turns_right 2/3" in lines
    assert "invented 1" in lines
    assert "  faq-02 → faq-01  1" in lines


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing.jsonl", None),
        ("bad.jsonl", "{"),
        ("bad.yaml", "a: b: c"),
        ("other.yaml", "a: 1"),
        ("empty.yaml", ""),
        ("scalar.yaml", "12"),
    ],
)
def test_a_set_that_cannot_be_read(name: str, text: str | None, tmp_path: Path) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SetError, match=name):
        list(read_set(path))


@pytest.mark.parametrize(
    ("name", "text"),
    [("golden.yaml", "golden: [{q: 一}]"), ("list.yaml", "[{q: 一}]"), ("lines.jsonl", '{"q": "一"}\n')],
)
def test_the_kinds_of_sets(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert list(read_set(tmp_path / name)) == [{"q": "一"}]
