"""Fifty people in one group and fifty alone, all at once, and the connection breaks ten times."""

import re
import time
from bisect import bisect_left
from collections import Counter
from pathlib import Path
from threading import Thread

import pytest

from bot.channels.onebot import delivery, pace
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.onebot.client import PATH, TOKEN, Bridge
from tests.onebot.office import Office

_EACH = 50
_GROUP = 7
_WINDOW = 2.0
_PER_GROUP = 40
_PER_ACCOUNT = 100
_CUTS = 10
_ROUNDS = (
    ("岗位选错了怎么办", "岗位选错了"),
    ("带我一步步做", "第 1/3 步"),
    ("下一步", "第 2/3 步"),
)
"""What everybody says, one after the other, and what he hears."""


def most_in_a_window(times: list[float]) -> int:
    return max(bisect_left(times, at + _WINDOW) - number for number, at in enumerate(times))


def test_fifty_in_a_group_and_fifty_alone(base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "WINDOW", _WINDOW * 1.1)  # a message is on its way for a moment
    monkeypatch.setattr(delivery, "_AFTER_DOUBT", 0.2)
    settings = {"onebot_token": TOKEN, "onebot_rate": _PER_GROUP, "onebot_account_rate": _PER_ACCOUNT}
    alone, together = range(1000, 1000 + _EACH), range(2000, 2000 + _EACH)
    with serving(base, tmp_path, **settings) as url, Bridge(url + PATH, resends=True) as bridge:
        bridge.add_group(_GROUP)
        bridge.friends |= set(alone)
        office = Office(url, tmp_path, bridge)
        cutting = Thread(target=_cut, args=(bridge,))
        cutting.start()
        for words, _ in _ROUNDS:
            for one, other in zip(alone, together, strict=True):
                bridge.says(one, words)
                bridge.says(other, words, _GROUP)
        cutting.join()
        office.settle(patience=90)

        failed = office.rows("SELECT lane, error FROM outbox WHERE state != 'sent'")
        assert not failed
        assert bridge.connections > _CUTS
        for user in (*alone, *together):
            group = _GROUP if user in together else None
            _was_answered(bridge, user, group)
        assert all(sent.group or sent.user in alone for sent in bridge.sent)
        times = sorted(sent.at for sent in bridge.sent)
        assert most_in_a_window(times) <= _PER_ACCOUNT
        in_group = sorted(sent.at for sent in bridge.to(group=_GROUP))
        assert 3 * _EACH <= len(in_group) <= 3 * _EACH + _CUTS
        assert most_in_a_window(in_group) <= _PER_GROUP


def _cut(bridge: Bridge) -> None:
    for number in range(_CUTS):
        time.sleep(0.4)
        bridge.cut(rudely=number % 2 == 1)


def _was_answered(bridge: Bridge, user: int, group: int | None) -> None:
    """Everything he was to hear, in its order, quoting his own words; a copy only where a connection broke."""
    heard = bridge.to(user, group)
    texts = [sent.text for sent in heard]
    once = [text for number, text in enumerate(texts) if text not in texts[:number]]
    assert len(once) == len(_ROUNDS), (user, texts)
    for (_, expected), text in zip(_ROUNDS, once, strict=True):
        assert expected in text, (user, texts)
    assert max(Counter(texts).values()) <= 2
    for sent in heard:
        if group:
            assert sent.called == (user,)
            assert sent.quoted is not None
            assert bridge.said[sent.quoted]["user_id"] == user
        assert not re.search("工单", sent.text)
