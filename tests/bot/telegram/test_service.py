"""The program's own life with Telegram: chats that get new numbers, rooms that are not there, and what goes into the log."""

import logging
import time
from pathlib import Path

import httpx
import pytest

from bot.channels.telegram import delivery
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.bot.telegram.office import Office, settings_of
from tests.telegram import BotApi


def test_the_staff_chat_becomes_a_supergroup_and_a_restart_remembers(base: KnowledgeBase, tmp_path: Path) -> None:
    with BotApi() as api:
        anna, wang, stranger = (api.person(name) for name in ("Anna", "小王", "陌生人"))
        staff = api.group("客服", [wang], basic=True)
        office = Office(api, tmp_path, staff)
        with serving(base, tmp_path, **settings_of(api, staff)):
            number, _ = office.opens(anna)
            new = staff.upgrade()
            anna.says("跳过")
            office.hears(anna, "怎么称呼你")
            new.make_bot_admin()
            wang.says(f"认领 {number}", new)
            office.hears(anna, "工作人员已接手")
            [card, _] = office.hears(new, f"工单 {number} · 处理中", f"已认领工单 {number}")
            stranger.presses(card, "关闭")
            office.hears(new)
            assert office.audit(stranger) == [("button close", number, 0)]
        with serving(base, tmp_path, **settings_of(api, staff)):
            wang.says("请退出重登", new, reply_to=card)
            office.hears(anna, "👷 工作人员\n请退出重登")
            office.hears(new, "等用户回复", "已发给用户")
            office.hears(staff)


def test_a_staff_chat_that_knows_no_bot_and_none_at_all(
    base: KnowledgeBase, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_ROOM_AGAIN", 0.2)
    with BotApi() as api:
        anna = api.person("Anna")
        staff = api.group("客服", [], bot=False)
        office = Office(api, tmp_path, staff)
        with serving(base, tmp_path, **settings_of(api, staff)):
            anna.says("转人工")
            api.until(lambda: "已经登记" in " ".join(said.text for said in api.messages(anna)))
            assert "is the bot a member of it?" in caplog.text
            staff.add_bot()
            office.hears(staff, "待认领")
            anna.says("河西二期")
            office.hears(anna, "已经登记", "怎么称呼你")
            office.hears(staff, "项目：河西二期")


def test_what_is_in_the_log(base: KnowledgeBase, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    with BotApi() as api:
        anna, wang = api.person("Anna"), api.person("小王")
        staff = api.group("客服", [wang])
        office = Office(api, tmp_path, staff)
        for method in ("getUpdates", "sendMessage", "getFile"):
            api.faults.reset(method)
        with serving(base, tmp_path, **settings_of(api, staff)):
            number, card = office.opens(anna)
            anna.sends_photo()
            office.hears(anna, "已经放进工单")
            api.faults.fail("sendMessage", 400)
            wang.says("请退出重登", staff, reply_to=card)
            office.forget()
            time.sleep(0.3)
    assert f"ticket {number} opened" in caplog.text
    assert api.token not in caplog.text
    assert "TEST" not in caplog.text


def test_health_says_how_telegram_is_doing(base: KnowledgeBase) -> None:
    api = BotApi()
    with serving(base, telegram_token=api.token, telegram_api_url=api.url) as url:

        def state() -> str:
            health = httpx.get(f"{url}/healthz", trust_env=False).json()
            return str(health["channels"]["telegram"]["state"])

        def comes(wanted: str) -> bool:
            give_up = time.monotonic() + 60
            while state() != wanted and time.monotonic() < give_up:
                time.sleep(0.05)
            return state() == wanted

        assert comes("trouble")
        with api:
            assert comes("running")
            api.faults.revoke()
            assert comes("trouble")
            assert api.token not in str(httpx.get(f"{url}/healthz", trust_env=False).json())
