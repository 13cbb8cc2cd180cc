"""Nobody speaks faster than he may, in any minute one looks at."""

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.onebot.pace import WINDOW, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def most_in_a_window(times: list[float], window: float = WINDOW) -> int:
    return max((bisect_left(times, at + window) - number for number, at in enumerate(times)), default=0)


def send_all(pace: Pace, clock: Clock, messages: list[tuple[str, str]]) -> list[tuple[float, str, str]]:
    """Everybody asks again when he was told to; of several at one time the oldest first. When each was sent."""
    due = dict.fromkeys(range(len(messages)), clock.now)
    sent = []
    while due:
        at, number = min((at, number) for number, at in due.items())
        clock.now = max(clock.now, at)
        account, lane = messages[number]
        wait = pace.take(account, lane, number)
        if wait:
            due[number] = clock.now + wait
        else:
            sent.append((clock.now, account, lane))
            del due[number]
    return sent


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("123")), max_size=60),
    st.integers(1, 8),
    st.integers(1, 12),
)
def test_the_limits_hold_whoever_asks(messages: list[tuple[str, str]], per_lane: int, per_account: int) -> None:
    clock = Clock()

    sent = send_all(Pace(per_lane, per_account, clock), clock, [(a, f"{a}.g{lane}") for a, lane in messages])

    assert len(sent) == len(messages)
    for account in "AB":
        assert most_in_a_window([at for at, who, _ in sent if who == account]) <= per_account
        for lane in "123":
            assert most_in_a_window([at for at, _, where in sent if where == f"{account}.g{lane}"]) <= per_lane


def test_a_busy_group_does_not_hold_up_another() -> None:
    clock = Clock()
    pace = Pace(2, 40, clock)
    for number in range(2):
        while wait := pace.take("A", "A.g1", number):
            clock.now += wait

    assert pace.take("A", "A.g1", 2) > 50
    clock.now += 1
    assert pace.take("A", "A.g2", 3) == 0


def test_between_two_messages_is_a_gap() -> None:
    clock = Clock()
    pace = Pace(12, 40, clock)
    assert pace.take("A", "A.g1", 1) == 0

    assert 0.3 <= pace.take("A", "A.g2", 2) <= 0.9


def test_older_messages_go_first() -> None:
    clock = Clock()
    pace = Pace(100, 3, clock)
    for number in range(3):
        while wait := pace.take("A", "A.g1", number):
            clock.now += wait
    first = pace.take("A", "A.g2", 3)
    clock.now += first - 0.01

    assert pace.take("A", "A.g3", 4) > 0.02  # a newcomer does not slip in
    clock.now += 0.02
    assert pace.take("A", "A.g2", 3) == 0


def test_who_waits_is_known() -> None:
    clock = Clock()
    pace = Pace(1, 40, clock)
    assert pace.take("A", "A.g1", 1) == 0
    pace.take("A", "A.g1", 2)
    clock.now += 35
    pace.take("A", "A.g1", 2)

    assert pace.waiting() == {"A.g1"}
    clock.now += 100
    assert not pace.waiting()  # it did not come back
