"""Old callbacks, used signatures, and how often the log speaks of it."""

import logging

import pytest

from bot.channels.callback.errors import StaleError
from bot.channels.callback.guard import Guard
from bot.channels.complaints import Complaints

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("timestamp", "taken"),
    [
        *((moment, True) for moment in ("1800000000", "1799999401", "1800000599")),
        *((moment, False) for moment in ("1799999399", "1800000601", "", "soon", "9" * 5000, "1e9", "nan", "٣")),
    ],
)
def test_how_old_a_callback_may_be(timestamp: str, taken: bool) -> None:
    guard = Guard(lambda: NOW)
    if taken:
        guard.check_time(timestamp)
    else:
        with pytest.raises(StaleError):
            guard.check_time(timestamp)


def test_a_signature_belongs_to_one_event() -> None:
    guard = Guard(lambda: NOW)
    for _ in range(5):
        guard.check_use("s1", "m:1")
    with pytest.raises(StaleError):
        guard.check_use("s1", "m:1")
    guard.check_use("s2", "m:1")
    with pytest.raises(StaleError):
        guard.check_use("s2", "m:2")


def test_it_forgets_what_would_be_refused_by_its_age() -> None:
    now = [NOW]
    guard = Guard(lambda: now[0])
    guard.check_use("s1", "m:1")
    now[0] += 1201
    guard.check_use("s1", "m:2")


def test_a_flood_is_a_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    complaints = Complaints("mp", lambda: now[0])
    with caplog.at_level(logging.WARNING):
        for _ in range(1000):
            complaints.add("ForgedError", "wrong signature")
        now[0] = 61
        complaints.add("ForgedError", "wrong signature")
        complaints.add("MalformedError", "no XML")
    assert [record.getMessage() for record in caplog.records] == [
        "mp: 'ForgedError' (1 since the last line): 'wrong signature'",
        "mp: 'ForgedError' (1000 since the last line): 'wrong signature'",
        "mp: 'MalformedError' (1 since the last line): 'no XML'",
    ]
    assert complaints.counts["ForgedError"] == 1001
