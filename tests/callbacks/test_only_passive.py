"""A 公众号 without the right to customer-service messages (48001): it can only answer, and has three calls to do so.

The platform here has little patience: it hangs up after one and a half seconds instead of five.
"""

import re
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from bot.channels.callback import door
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, WecomPhone
from tests.callbacks.conftest import MP, WECOM, settings_of
from tests.callbacks.patience import LONG, turns_wait, turns_wait_for_call

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


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_slow_answer_goes_out_with_a_later_call(call: int, small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    turns_wait_for_call(monkeypatch, call)
    small.mp.haste, small.mp.hangs_up = [1.5] * (call - 1), LONG
    before = small.mp.posts
    small.mp.says("li", QUESTION)
    [answer] = small.mp.hears("li", "【岗位选错了】")
    assert answer.how == "passive"
    assert small.mp.posts - before == call


def test_a_very_slow_answer_waits_for_the_user_and_the_platform_is_not_left_without_one(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go = threading.Event()
    turns_wait(monkeypatch, may_go.is_set)
    small.mp.haste, small.mp.hangs_up = [1.5, 1.5], LONG
    small.mp.says("zhao", QUESTION)
    small.mp.hears("zhao")
    assert small.mp.statuses[-1] == 200
    may_go.set()
    time.sleep(2.0)
    monkeypatch.setattr(door, "ANSWER_SECONDS", LONG)
    small.mp.says("zhao", "你好")
    [said] = small.mp.hears("zhao", "【岗位选错了】")
    assert said.how == "passive"
    assert "后面还有" in said.text
    small.mp.says("zhao", "谢谢")
    [said] = small.mp.hears("zhao", "小帮手")
    assert "后面还有" not in said.text


def test_what_staff_say_waits_for_the_user(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not a matter of seconds here, and the machine may be busy.
    monkeypatch.setattr(door, "ANSWER_SECONDS", LONG)
    small.mp.hangs_up = LONG
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
