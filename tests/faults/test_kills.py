"""The short version of ``make faults``; and proof that its judge would see what must not happen."""

from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults import Asker, Case, Desk, Talk, Verdict, judge, together
from tests.faults.run import PEOPLE, VISITORS, Crowd, Outcome, run
from tests.faults.server import RealServer, Visitor, material
from tests.telegram import BotApi

REPLIES = ("一", "二", "三", "四")


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (REPLIES, Verdict(4)),
        ((), Verdict(4, lost=REPLIES)),
        (("二", "三", "四"), Verdict(4, lost=("一",))),
        (("一", "三", "四"), Verdict(4, lost=("二",))),
        (("一", "二", "三"), Verdict(4, lost=("四",))),
        (("一", "一", "二", "三", "四"), Verdict(4, doubled=("一",))),
        (("一", "二", "二", "二", "三", "四", "四"), Verdict(4, doubled=("二", "二", "四"))),
        (("一", "三", "二", "四"), Verdict(4, misplaced=("二",))),
        (("四", "一", "二", "三"), Verdict(4, misplaced=("一", "二", "三"))),
        (("一", "二", "一", "三", "四"), Verdict(4, misplaced=("一",))),
        (("一", "二", "三", "四", "一"), Verdict(4, misplaced=("一",))),
        (("一", "五", "二", "三", "四"), Verdict(4, misplaced=("五",))),
        (("一", "五", "五", "二", "四"), Verdict(4, lost=("三",), misplaced=("五", "五"))),
    ],
)
def test_a_transcript_is_judged(seen: tuple[str, ...], verdict: Verdict) -> None:
    assert judge(REPLIES, seen) == verdict
    assert judge(REPLIES, seen).is_good == (not verdict.lost and not verdict.misplaced)


def test_replies_that_look_alike_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="the same"):
        judge(("一", "二", "一"), ("一", "二", "一"))


@given(st.integers(2, 36), st.data())
def test_any_loss_any_swap_and_any_repetition_is_noticed(count: int, data: st.DataObject) -> None:
    expected = [f"reply {number}" for number in range(count)]
    one, other = sorted(data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)))
    assert judge(expected, [*expected[:one], *expected[one + 1 :]]).lost == (expected[one],)
    swapped = list(expected)
    swapped[one], swapped[other] = expected[other], expected[one]
    assert not judge(expected, swapped).is_good
    assert judge(expected, [*expected[: one + 1], *expected[one:]]).doubled == (expected[one],)
    late = judge(expected, [*expected[: other + 1], expected[one], *expected[other + 1 :]])
    assert (late.misplaced, late.doubled, late.lost) == ((expected[one],), (), ())
    assert together([judge(expected, expected), late]) == Verdict(2 * count, misplaced=(expected[one],))


def outcome(people: Verdict, visitors: Verdict, *troubles: str) -> Outcome:
    return Outcome(1, 1.0, {}, {PEOPLE: people, VISITORS: visitors}, 1.0, troubles)


def test_a_run_is_good_only_where_nothing_is_lost_and_the_page_shows_nothing_twice() -> None:
    twice = Verdict(4, doubled=("一",))
    assert outcome(twice, Verdict(4)).is_good
    assert not outcome(Verdict(4), twice).is_good
    assert not outcome(Verdict(4, lost=("一",)), Verdict(4)).is_good
    assert not outcome(Verdict(4), Verdict(4, misplaced=("一",))).is_good
    assert not outcome(Verdict(4), Verdict(4), "somebody could not go on").is_good


@pytest.mark.parametrize(
    ("order", "good"), [((0, 1, 2), True), ((0, 0, 1, 2), True), ((0, 2), False), ((1, 0, 2), False), ((), False)]
)
def test_what_a_chat_shows_is_read(tmp_path: Path, order: tuple[int, ...], good: bool) -> None:
    about, talk = material(), Talk(lambda _: None)
    titles = [question.title for question in about.questions[:3]]
    with BotApi() as api:
        person, user, staff = api.person("Person"), api.person("User"), api.person("小王")
        room = api.group("客服", [staff])
        crowd = Crowd(api, RealServer(tmp_path, api), about, talk, asked=[(person, titles)])
        lines = [f"（s1-{number}）" for number in range(3)]
        desk = Desk(api, room, staff, about.words, talk, [Case(user, "1001", to_staff=lines)])
        api.call("sendMessage", chat_id=room.id, text="⚪️ 工单 1001 · 已关闭（小王）\n…")
        for place in order:
            api.call("sendMessage", chat_id=person.id, text=f"{titles[place]}\n短的回答")
            api.call("sendMessage", chat_id=room.id, text=f"#1001 用户：情况{lines[place]}")
        api.call("sendMessage", chat_id=room.id, text="#1001 用户确认解决了。")
        assert crowd.asked_verdict().is_good == good
        assert desk.room_verdict().is_good == good
        assert len(crowd.asked_verdict().doubled) == sum(one == next_one for one, next_one in pairwise(order))
        api.call("sendMessage", chat_id=room.id, text="🔴 工单 1002 · 待认领")
        assert "ticket 1002 of nobody" in desk.room_verdict().misplaced
        assert set(desk.users_verdict().lost) >= {"ticket_opened", "ticket_confirmed"}


def test_five_kills_lose_nothing() -> None:
    shown = run(5, Random().randrange(10_000))
    assert shown.is_good, shown
    assert sum(shown.kills.values()) == 5
    assert all(verdict.expected for verdict in shown.verdicts.values()), shown


def test_the_one_window_for_a_double_is_a_kill_before_the_message_is_written_down(tmp_path: Path) -> None:
    with BotApi() as api, RealServer(tmp_path, api) as server:
        asker = Asker(api, api.person("Person"))
        server.start()
        server.await_ready()
        with closing(Visitor(server)) as visitor:
            api.faults.hang("sendMessage", 60, after=True)
            asker.asks(3)
            api.wait(asker.person)
            text = material().questions[0].text
            visitor.ask(text)
            server.kill()
            server.start()
            assert asker.hears(timeout=30) == Verdict(3, doubled=(asker.titles[0],))
            visitor.again(visitor.ids[0], text)
            assert [line["from"] for line in visitor.history()] == ["user", "bot"]
