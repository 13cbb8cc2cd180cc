"""A 公众号 without the right to customer-service messages (48001): it can only answer, and has three calls to do so.

The platform here has little patience: it hangs up after one and a half seconds instead of five.
"""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.channels.callback import door
from bot.pipeline.turns import Turns
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, WecomPhone
from tests.callbacks.conftest import MP, WECOM, settings_of

QUESTION = "岗位选错了怎么办"


class Small:
    """An account that may only answer."""

    def __init__(self, url: str, api: ApiServer) -> None:
        self.url, self.api = url, api
        self.mp = MpPhone(url, api, MP, hangs_up=1.5)
        self.wecom = WecomPhone(url, api, WECOM)

    def takes_case_of(self, user: str) -> str:
        """Somebody asks for a person; the number of his ticket."""
        self.mp.says(user, "转人工")
        [told] = self.mp.hears(user, "已经登记")
        found = re.search(r"工单号 (\d+)，", told.text)
        assert found
        return found[1]


@pytest.fixture(params=["without a secret", "with a secret"])
def small(request: pytest.FixtureRequest, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setattr(door, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(door, "_HOLD_SECONDS", 1.5)
    monkeypatch.setattr(door, "_CALLS_AGAIN_AFTER", 1.4)
    with ApiServer() as api:
        api.may_send = False
        secret = api.secret if request.param == "with a secret" else None
        with serving(base, **{**settings_of(api), "mp_secret": secret}) as url:
            one = Small(url, api)
            if secret:
                # The platform says so the first time that something is sent.
                number = one.takes_case_of("first")
                one.wecom.says("wang", f"认领 {number}")
                one.wecom.hears("wang", "")
            yield one


def slow(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Every turn takes some time."""
    take = Turns.take

    async def slowly(self: Turns, *args: Any) -> None:
        await asyncio.sleep(seconds)
        await take(self, *args)

    monkeypatch.setattr(Turns, "take", slowly)


@pytest.mark.parametrize(("seconds", "calls"), [(0.0, 1), (1.8, 2), (3.2, 3)])
def test_a_slow_answer_goes_out_with_a_later_call(
    seconds: float, calls: int, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch, seconds)
    before = small.mp.posts
    small.mp.says("li", QUESTION)
    [answer] = small.mp.hears("li", "【岗位选错了】")
    assert answer.how == "passive"
    # A busy machine may need one more.
    assert calls <= small.mp.posts - before <= 3


def test_a_very_slow_answer_waits_for_the_user_and_the_platform_is_not_left_without_one(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        slow(patch, 5.2)
        small.mp.says("zhao", QUESTION)
        small.mp.hears("zhao")
        assert small.mp.statuses[-1] == 200
        time.sleep(2.0)
    small.mp.says("zhao", "你好")
    [said] = small.mp.hears("zhao", "【岗位选错了】")
    assert said.how == "passive"
    assert "后面还有" in said.text
    small.mp.says("zhao", "谢谢")
    [said] = small.mp.hears("zhao", "小帮手")
    assert "后面还有" not in said.text


def test_what_staff_say_waits_for_the_user(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not a matter of seconds here, and the machine may be busy.
    monkeypatch.setattr(door, "ANSWER_SECONDS", 15.0)
    monkeypatch.setattr(small.mp, "hangs_up", 20.0)
    number = small.takes_case_of("qian")
    small.wecom.says("wang", f"认领 {number}")
    small.wecom.says("wang", f"回复 {number} 请退出重新登录")
    small.wecom.hears("wang", "已认领", "已发给用户")
    small.mp.hears("qian")
    small.mp.says("qian", "在吗")
    [said] = small.mp.hears("qian", "请退出重新登录")
    assert "工作人员已接手" in said.text
    small.mp.says("qian", "好的")
    small.mp.hears("qian")
    assert [one.how for one in small.mp.messages("qian")] == ["passive", "passive"]


def test_its_health_says_so(small: Small) -> None:
    for _ in range(100):
        if "等用户再发言时才能回复" in httpx.get(f"{small.url}/healthz").json()["channels"]["mp"]["detail"]:
            return
        time.sleep(0.02)
    raise AssertionError
