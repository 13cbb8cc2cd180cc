from collections.abc import Iterator

import pytest

from handlers.message import StepCard
from kb.base import KnowledgeBase
from kb.load import CONTENT, load
from kb.model import Record
from tests.handlers.talk import Said, Talk

WITH_STEPS = tuple(record.id for record in load(CONTENT).records if record.steps)


def shows(said: Said) -> tuple[str, str]:
    """The record and the text of the step that is shown."""
    assert said.outcome == "steps", said.text
    return said.step.record, said.step.text


def walks(record: Record, base: KnowledgeBase) -> Iterator[tuple[str, ...]]:
    """Every way through a procedure that takes no fork's way twice, as what is typed: 下一步 or a label."""

    def onward(
        here: str, name: str, typed: tuple[str, ...], taken: frozenset[tuple[str, str]]
    ) -> Iterator[tuple[str, ...]]:
        owner = base.knowledge.record[here]
        place = next(number for number, step in enumerate(owner.steps) if step.id == name)
        step = owner.steps[place]
        if step.end:
            yield typed
        elif step.options:
            for option in step.options:
                if (name, option.label) not in taken:
                    yield from goes(here, option.goto, (*typed, option.label), taken | {(name, option.label)})
        else:
            yield from goes(here, step.next or owner.steps[place + 1].id, (*typed, "下一步"), taken)

    def goes(
        here: str, to: str, typed: tuple[str, ...], taken: frozenset[tuple[str, str]]
    ) -> Iterator[tuple[str, ...]]:
        if to in base.knowledge.record:
            yield from onward(to, base.knowledge.record[to].steps[0].id, typed, taken)
        else:
            yield from onward(here, to, typed, taken)

    yield from onward(record.id, record.steps[0].id, (), frozenset())


def shortest(ways: Iterator[tuple[str, ...]], most: int) -> list[tuple[str, ...]]:
    """A few ways that between them have every label."""
    chosen: list[tuple[str, ...]] = []
    for way in sorted(ways, key=len):
        if not chosen or set(way) - {label for other in chosen for label in other}:
            chosen.append(way)
    return chosen[:most]


@pytest.mark.parametrize("name", WITH_STEPS)
@pytest.mark.parametrize("by", ["label", "number"])
def test_every_end_can_be_reached_by_typing(name: str, by: str, base: KnowledgeBase) -> None:
    record = base.knowledge.record[name]
    ways = shortest(walks(record, base), 6)
    assert ways
    for way in ways:
        talk = Talk(base)
        said = talk.says(f"带我一步步做 #{name}")
        assert shows(said) == (name, record.steps[0].text)
        for typed in way:
            card = said.step
            labels = [option.label for option in card.options]
            said = talk.says(str(labels.index(typed) + 1) if by == "number" and typed in labels else typed)
            assert said.outcome == "steps", (way, typed, said.text)
            assert (said.step.record, said.step.text) != (card.record, card.text)
        owner = base.knowledge.record[said.step.record]
        ends = [step.end for step in owner.steps if step.text == said.step.text]
        assert ends[0] is not None
        assert {"solved": "解决了", "ticket": "转人工", "contact": "没解决"}[ends[0]] in said.labels
        assert (ends[0] == "contact") <= (said.asked == "either"), "an end at the authority asks for the site"


@pytest.mark.parametrize("name", ["faq-14", "faq-16", "faq-18"])
def test_a_title_pressed_does_not_choose_at_the_fork(name: str, talk: Talk, base: KnowledgeBase) -> None:
    record = base.knowledge.record[name]
    talk.says(f"{record.title} #{name}")
    assert shows(talk.says("带我一步步做")) == (name, record.steps[0].text)


@pytest.mark.parametrize("name", WITH_STEPS)
def test_back_returns_the_way_one_came(name: str, base: KnowledgeBase) -> None:
    record = base.knowledge.record[name]
    way = max(shortest(walks(record, base), 6), key=len)
    talk = Talk(base)
    trail = [shows(talk.says(typed)) for typed in (f"带我一步步做 #{name}", *way)]
    if len(set(trail)) == len(trail):
        for step in reversed(trail[:-1]):
            assert shows(talk.says("上一步")) == step
    else:
        talk.says("重新开始")
    assert shows(talk.says("上一步")) == trail[0], "at the first step, the first again"


@pytest.mark.parametrize("word", ["重新开始", "从头开始", "重来", "从第一步重来"])
def test_restart(word: str, talk: Talk) -> None:
    first = shows(talk.says("带我一步步做 #faq-13"))
    second = shows(talk.says("下一步"))
    assert second != first
    assert shows(talk.says(word)) == first


def test_restart_goes_to_where_the_walk_began(talk: Talk, base: KnowledgeBase) -> None:
    linked = [
        (record, step.id, option)
        for record in base.knowledge.records
        for step in record.steps
        for option in step.options
        if option.goto in base.knowledge.record
    ]
    assert linked, "a fork that leads on into another record"
    record, step, option = linked[0]
    talk.says(f"带我一步步做 #{record.id}")
    talk.says(f"x #{record.id}/{step}")
    assert talk.says(option.label).step.record == option.goto
    assert shows(talk.says("重新开始")) == (record.id, record.steps[0].text)


def test_numbers_count_within_the_branch(base: KnowledgeBase) -> None:
    for name in WITH_STEPS:
        talk = Talk(base)
        for way in shortest(walks(base.knowledge.record[name], base), 6):
            cards = [talk.says(f"带我一步步做 #{name}").step, *(talk.says(typed).step for typed in way)]
            for card in cards:
                assert 0 <= card.number <= card.of, card
                assert ("步）" in talk.last.text) is (talk.last.step.of > 0)


@pytest.mark.parametrize(("number", "shown"), [("2", 2), ("第3个", 3), ("③", 3), ("99", 99), ("1", 1)])
def test_jump_by_number(number: str, shown: int, base: KnowledgeBase) -> None:
    straight = next(
        record
        for record in base.knowledge.records
        if len(record.steps) >= 3 and not any(step.options or step.next or step.closing for step in record.steps)
    )
    talk = Talk(base)
    talk.says(f"带我一步步做 #{straight.id}")
    said = talk.says(number)
    assert shows(said) == (straight.id, straight.steps[min(shown, len(straight.steps)) - 1].text)


def test_jump_by_number_behind_a_fork(talk: Talk) -> None:
    talk.says_all(["无实名制征管编号", "带我一步步做", "1"])
    said = talk.says("3")
    assert (said.outcome, said.records) == ("steps", ("prompt-05",))
    assert said.step.number == 3


def test_yesterdays_button_shows_exactly_its_step(base: KnowledgeBase) -> None:
    for name in WITH_STEPS:
        for step in base.knowledge.record[name].steps:
            for talk in (Talk(base), Talk(base)):
                said = talk.says(f"下一步 #{name}/{step.id}")
                assert shows(said) == (name, step.text)


def test_yesterdays_button_in_the_middle_of_something_else(talk: Talk) -> None:
    talk.says_all(["登录失败", "岗位选错了怎么改", "带我一步步做", "下一步"])
    said = talk.says("下一步 #prompt-05/choose")
    assert "请选择" in said.step.text
    assert talk.says("下一步").step.record == "prompt-05"


@pytest.mark.parametrize(
    "button",
    ["下一步 #prompt-99/open", "下一步 #faq-77/a", "没解决 #faq-77", "带我一步步做 #prompt-00", "有用 #faq-99"],
)
def test_a_button_of_a_record_that_is_gone_is_harmless(button: str, talk: Talk) -> None:
    first = talk.says("考勤地址怎么改")
    said = talk.says(button)
    assert said.text
    assert said.outcome in ("unknown", "smalltalk", "answer", "steps", "choices")
    assert set(said.records) <= {"faq-13"} or said.outcome == "choices"
    assert said.ticket is None
    assert talk.says("考勤地址怎么改").text == first.text


def test_a_button_of_a_step_that_is_gone_shows_its_record(talk: Talk) -> None:
    said = talk.says("下一步 #prompt-05/no-such-step")
    assert said.records == ("prompt-05",)
    assert said.outcome in ("answer", "steps")


@pytest.mark.parametrize("word", ["下一步", "上一步", "重新开始", "继续"])
def test_step_words_without_a_walk(word: str, talk: Talk) -> None:
    said = talk.says(word)
    assert said.outcome == "smalltalk"
    assert said.records == ()


def test_a_question_in_between_and_then_on(talk: Talk) -> None:
    talk.says_all(["岗位选错了怎么改", "带我一步步做"])
    second = shows(talk.says("下一步"))
    assert talk.says("等一下，管理员是指谁？").records == ("faq-08",)
    assert shows(talk.says("继续刚才的")) == second


def test_small_talk_does_not_lose_the_place(talk: Talk) -> None:
    talk.says("带我一步步做 #faq-02")
    assert talk.says("谢谢").outcome == "smalltalk"
    assert talk.says("下一步").step.number == 2


def test_quit_leaves(talk: Talk) -> None:
    talk.says("带我一步步做 #faq-02")
    assert talk.says("退出").outcome == "smalltalk"
    assert talk.says("下一步").outcome == "smalltalk"


def test_the_end_is_the_end(talk: Talk, base: KnowledgeBase) -> None:
    record = base.knowledge.record["faq-13"]
    last = next(step for step in record.steps if step.end == "solved")
    talk.says(f"x #faq-13/{last.id}")
    said = talk.says("下一步")
    assert said.outcome == "smalltalk"
    assert said.text.startswith(base.knowledge.wording.steps_over)
    assert not any(isinstance(part, StepCard) for part in said.parts)
    assert talk.says("解决了").outcome == "smalltalk"


def test_a_walk_ends_where_a_newer_revision_has_no_steps_for_it(talk: Talk, base: KnowledgeBase) -> None:
    talk.says("带我一步步做 #faq-13")
    walking = talk.conversation
    assert walking.walk is not None
    newer = {name: record.model_copy(update={"steps": ()}) for name, record in base.knowledge.record.items()}
    assert walking.within(base.knowledge.record) == walking
    assert walking.within(newer).walk is None
    assert walking.within({}).walk is None
