"""The platform's API is away, refuses us or finds us too fast: people are answered all the same, and nothing is lost."""

import asyncio
import re
import time
from collections.abc import Callable

import httpx
import pytest

from bot.channels.callback.api import ApiError, Http, UnreachableError
from bot.channels.mp.post import MpPost
from bot.channels.wecom_app.post import WecomPost
from bot.pipeline.channel import LaterError, NeverError
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, WecomPhone
from tests.callbacks.conftest import MP, WECOM, Town, row_when_there, settings_of

NOWHERE = "http://127.0.0.1:9"


def health(url: str, channel: str) -> tuple[str, str]:
    found = httpx.get(f"{url}/healthz").json()["channels"][channel]
    return found["state"], found["detail"]


def becomes(check: Callable[[], bool]) -> bool:
    for _ in range(1000):
        if check():
            return True
        time.sleep(0.02)
    return False


def taken(town: Town, user: str) -> str:
    town.wecom.says(user, "转人工")
    [told] = town.wecom.hears(user, "已经登记")
    found = re.search(r"工单号 (\d+)，", told.text)
    assert found
    return found[1]


def test_every_platform_unreachable(base: KnowledgeBase) -> None:
    with ApiServer() as api:
        settings = {**settings_of(api), "wecom_api_url": NOWHERE, "mp_api_url": NOWHERE}
        with serving(base, **settings) as url:
            assert httpx.get(url).status_code == 200
            assert becomes(lambda: health(url, "mp")[0] == "trouble" == health(url, "wecom_app")[0])
            assert "连不上企业微信" in health(url, "wecom_app")[1]
            assert "HELPDESK_MP_API_URL" in health(url, "mp")[1]
            # Answers need no API of theirs.
            for phone in (WecomPhone(url, api, WECOM), MpPhone(url, api, MP)):
                phone.says("li", "岗位选错了怎么办")
                phone.hears("li", "【岗位选错了】")


def test_what_could_not_be_sent_is_sent_later(town: Town) -> None:
    number = taken(town, "zhang")
    town.api.is_broken = True
    town.wecom.says("wang", f"认领 {number}")
    time.sleep(0.5)
    town.wecom.hears("zhang")
    town.api.works()
    town.wecom.hears("zhang", "工作人员已接手")


@pytest.mark.parametrize("code", [-1, 45009, 50001])
def test_a_passing_refusal(code: int, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.wecom_app.post._PACE", {45009: 0.5})
    user = f"pass{abs(code)}"
    number = taken(town, user)
    town.api.fails("message/send", code, 2)
    town.wecom.says("wang", f"认领 {number}")
    town.wecom.hears(user, "工作人员已接手")


@pytest.mark.parametrize("code", [40014, 42001, 40001])
def test_a_token_that_is_refused_is_renewed_once(code: int, town: Town) -> None:
    user = f"token{code}"
    number = taken(town, user)
    before = town.api.calls["gettoken"]
    town.api.fails("message/send", code, 1)
    town.wecom.says("wang", f"认领 {number}")
    town.wecom.hears(user, "工作人员已接手")
    assert town.api.calls["gettoken"] == before + 1


def test_a_member_who_has_left(town: Town) -> None:
    number = taken(town, "gone")
    town.api.strangers.add("gone")
    town.wecom.says("wang", f"认领 {number}")
    query = "SELECT text FROM ticket_event WHERE kind = 'undelivered' AND ticket = ?"
    assert "可见范围" in str(row_when_there(town, query, number))


def test_trouble_with_the_settings_is_seen_in_health_until_it_is_over(town: Town) -> None:
    number = taken(town, "tian")
    town.api.fails("message/send", 60020, 9999)
    town.wecom.says("wang", f"认领 {number}")
    assert becomes(lambda: "企业可信IP" in health(town.url, "wecom_app")[1])
    town.api.works()
    town.wecom.hears("tian", "工作人员已接手")
    assert becomes(lambda: health(town.url, "wecom_app") == ("running", f"应用 {town.api.agent}"))


async def send(post: WecomPost | MpPost) -> str | None:
    return await post.send("li", "你好")


ERRORS = [
    *(("wecom", code, NeverError, words) for code, words in ((81013, "可见范围"), (60111, "没有这个成员"))),
    ("wecom", 40001, LaterError, "HELPDESK_WECOM_SECRET"),
    ("wecom", 60020, LaterError, "企业可信IP"),
    ("wecom", 45009, LaterError, "频率"),
    ("wecom", -1, LaterError, "-1"),
    ("wecom", 99999, LaterError, "99999"),
    ("mp", 43004, NeverError, "取消关注"),
    ("mp", 45015, NeverError, "48 小时"),
    ("mp", 45002, NeverError, "太长"),
    ("mp", 45047, LaterError, "条数"),
    ("mp", 48001, LaterError, "没有客服消息权限"),
    ("mp", 40164, LaterError, "IP 白名单"),
    ("mp", 45009, LaterError, "次数用完"),
]


@pytest.mark.parametrize(("platform", "code", "kind", "words"), ERRORS)
def test_what_each_error_means(platform: str, code: int, kind: type[Exception], words: str) -> None:
    async def story(api: ApiServer) -> None:
        http = Http(api.url)
        post = (
            WecomPost(http, WECOM.id, api.agent, api.secret, api.url)
            if platform == "wecom"
            else MpPost(http, MP.id, api.secret, api.url)
        )
        api.fails("message/send", code, 9)
        api.fails("message/custom/send", code, 9)
        with pytest.raises(kind, match=re.escape(words)) as error:
            await send(post)
        assert api.secret not in str(error.value)
        await http.close()

    with ApiServer() as api:
        asyncio.run(story(api))


def test_no_secret_in_what_is_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        http = Http(NOWHERE)
        post = WecomPost(http, WECOM.id, 1, "very-secret", NOWHERE)
        with pytest.raises(LaterError) as error:
            await send(post)
        assert "very-secret" not in repr(error.value) + repr(error.value.__cause__)
        await http.close()

    asyncio.run(story())
    assert "very-secret" not in caplog.text


def test_answers_that_are_none() -> None:
    async def story(api: ApiServer) -> None:
        http = Http(api.url)
        with pytest.raises(UnreachableError):
            await http.ask("GET", "/nothing", {})
        api.is_broken = True
        with pytest.raises(UnreachableError, match=r"HTTP 502|JSONDecodeError"):
            await http.ask("GET", "/cgi-bin/gettoken", {})
        api.works()
        with pytest.raises(ApiError, match="40001"):
            await http.ask("GET", "/cgi-bin/gettoken", {"corpsecret": "wrong"})
        await http.close()

    with ApiServer() as api:
        asyncio.run(story(api))
