"""Make the pictures of docs/images: ``.venv/bin/python -m scripts.make_pictures``.

The real program runs in a temporary folder, with a stand-in for Telegram's servers. A visitor of the web page and a user of
Telegram each talk to it, an agent answers. The web page is photographed with Chromium. What the program sent to Telegram is
drawn on a plain page that says so: no Telegram was there.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.desk.hours import SHANGHAI
from tests.faults.server import RealServer
from tests.telegram import BotApi, Group, Json, Person, SentMessage

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("HELPDESK_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 860}
CHAT = {"width": 620, "height": 200}
MOST_BYTES = 200_000
PATIENCE_MS = 15_000
QUESTION = "考勤地址填错了"
DETAILS = ("江宁大学城3号地块住宅项目", "老李，生产经理", "13800000000")
REPLY = "查到了：你的地址修改申请主管单位还没有核对。通过以后，请“宁勤绩”管理员重新设定考勤地址。"
ANSWER = "好的，管理员就是我，等你们通知"
STAFF, CLIENT = "客服组", "南京工地考勤答疑"
NOTE = "按程序发出的消息画的，不是 Telegram 截图。Drawn from the messages that the program sent, not a screenshot of Telegram."
STYLE = """
* { box-sizing: border-box } body { margin: 0; background: #dfe8e4; color: #16211e; width: 620px;
  font: 15px/1.55 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif }
header { background: #fff; padding: 10px 16px; border-bottom: 1px solid #c8d4cf } header b { font-size: 16px }
header p { margin: 2px 0 0; color: #5b6b66; font-size: 11px }
main { padding: 14px 16px 18px } .row { display: flex; flex-direction: column; align-items: flex-start; margin: 0 0 10px }
.row.right { align-items: flex-end } .bubble { background: #fff; border-radius: 12px; padding: 7px 12px 5px; max-width: 500px;
  white-space: pre-wrap; overflow-wrap: anywhere } .right .bubble { background: #d5efd9 }
.who { color: #0b6b5f; font-size: 13px; font-weight: 600 } .right .who { color: #3b4b9c }
.quote { border-left: 3px solid #7aa79d; background: #eef4f2; border-radius: 4px; padding: 2px 8px; margin: 2px 0 4px;
  color: #4d5d58; font-size: 13px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 470px }
blockquote { border-left: 3px solid #b5905a; background: #faf4ea; border-radius: 4px; padding: 3px 8px; margin: 0 }
code { font-family: inherit; color: #1b5fa8 } a { color: #1b5fa8; text-decoration: none }
.time { text-align: right; color: #74837e; font-size: 11px; line-height: 1.3 }
.keys { width: 100%; max-width: 500px; margin-top: 4px } .keys div { display: flex; gap: 4px; margin-bottom: 4px }
.keys span { flex: 1; text-align: center; background: #5f7d75; color: #fff; border-radius: 8px; padding: 5px 6px; font-size: 14px }
.dot { display: inline-block; width: 12px; height: 12px; border-radius: 50%; margin-right: 2px }
.event { text-align: center; margin: 2px 0 12px; font-size: 12.5px; color: #33423e }
.event span { background: #c9d8d2; border-radius: 10px; padding: 3px 12px; display: inline-block }
"""
DOTS = {"🔴": "#d33a31", "🟡": "#e0b000", "🔵": "#2f78d1", "🟢": "#2f9e53", "⚪️": "#fff"}
"""Where no font has them, Chromium would draw boxes."""


@dataclass
class Scene:
    """Everybody who takes part. ``presses``: what was pressed in a chat, with the number of the last message before it."""

    api: BotApi
    server: RealServer
    group: Group
    agent: Person
    user: Person
    presses: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def press(self, person: Person, message: SentMessage, label: str) -> None:
        """Press a button, and wait for what the program says to that."""
        key = person.presses(message, label)
        self.api.until(lambda: self.api.answers(key) is not None)
        told = (self.api.answers(key) or {}).get("text")
        text = f"{person.name} 按了“{label}”" + (f" → {told}" if told else "")
        last = self.group.world.chats[message.chat].last_id if told else message.id
        self.presses.setdefault(message.chat, []).append((last, text))


def main() -> None:
    """Play and photograph."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, BotApi() as api, sync_playwright() as playwright:
        agent = api.person("小王")
        group = api.group(STAFF, [agent])
        group.make_bot_admin()
        with RealServer(Path(folder), api, staff_chat=group.id) as server:
            server.start()
            server.await_ready()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
            scene = Scene(api, server, group, agent, api.person("老陈"))
            _web(scene, browser)
            _private(scene, browser)
            browser.close()
            server.stop()
    for path in sorted(TARGET.glob("*.png")):
        size = path.stat().st_size
        print(f"{path.relative_to(ROOT)}  {size / 1000:.0f} kB" + ("  TOO BIG" if size > MOST_BYTES else ""))


def _web(scene: Scene, browser: Browser) -> None:
    """A visitor asks, walks, wants a person, and gets one; the staff group while that happens."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="zh-CN", color_scheme="light")  # type: ignore[arg-type]  # a plain dictionary will do
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(scene.server.url)
    expect(page.locator("#welcome")).to_be_visible()
    _photograph(page, "web-start")
    _say(page, QUESTION)
    _photograph(page, "web-answer")
    _choose(page, "带我一步步做")
    _choose(page, "下一步")
    _photograph(page, "web-step")
    for text in ("转人工", *DETAILS):
        _say(page, text)
    _staff(scene, page, browser)
    context.close()


def _staff(scene: Scene, page: Page, browser: Browser) -> None:
    """The ticket comes to the staff: taken, answered, and the user says more."""
    api, group, agent = scene.api, scene.group, scene.agent
    card = api.wait_for(group, lambda message: DETAILS[-1] in message.text)
    _draw(scene, browser, group.id, STAFF, "staff-new")
    scene.press(agent, card, "认领")
    card = api.wait_for(group, lambda message: "处理中" in message.text)
    before = page.locator(".bubble.staff").count()
    agent.says(REPLY, group, reply_to=card)
    expect(page.locator(".bubble.staff")).to_have_count(before + 1)
    page.wait_for_timeout(600)
    _photograph(page, "web-ticket")
    api.wait_for(group, lambda message: "已发给用户" in message.text or "等用户回复" in message.text)
    page.locator("#input").fill(ANSWER)
    page.locator("#input").press("Enter")
    said = api.wait_for(group, lambda message: ANSWER in message.text)
    agent.says("备注 1001 管理员本人在问，核对通过后告诉他", group)
    api.wait_for(group, lambda message: "备注已记下" in message.text)
    agent.says("已经核对通过了，可以去重新设定了。", group, reply_to=said)
    expect(page.locator(".bubble.staff")).to_have_count(before + 2)
    api.wait_for(group, lambda message: message.id == card.id and "等用户回复" in message.text)
    _draw(scene, browser, group.id, STAFF, "staff-talk")


def _private(scene: Scene, browser: Browser) -> None:
    """The same bot in a private chat of Telegram."""
    api, user = scene.api, scene.user
    user.says("登录失败，提示不在建委平台人员信息库")
    answer = api.wait(user, 1)
    scene.press(user, answer, "带我一步步做")
    api.wait(user, 2)
    _draw(scene, browser, user.id, CLIENT, "telegram-user")


def _say(page: Page, text: str) -> None:
    before = page.locator(".bubble.bot").count()
    page.locator("#input").fill(text)
    page.locator("#input").press("Enter")
    expect(page.locator(".bubble.bot")).not_to_have_count(before)


def _choose(page: Page, label: str) -> None:
    before = page.locator(".bubble.bot").count()
    buttons = page.locator(".bubble.bot").last.locator("button[data-send]")
    buttons.filter(has_text=re.compile(rf"^{re.escape(label)}$")).click()
    expect(page.locator(".bubble.bot")).to_have_count(before + 1)


def _photograph(page: Page, name: str) -> None:
    """As a phone shows it; and the same conversation on a desktop, where the page loads it anew."""
    page.locator("body").click(position={"x": 5, "y": 5})
    page.wait_for_timeout(800)
    page.screenshot(path=TARGET / f"{name}-390.png")
    browser = page.context.browser
    if browser is None:
        raise RuntimeError("a page without a browser")
    state = page.context.storage_state()
    wide = browser.new_context(viewport=DESKTOP, locale="zh-CN", color_scheme="light", storage_state=state)  # type: ignore[arg-type]  # as above
    desk = wide.new_page()
    desk.goto(page.url)
    expect(desk.locator("#welcome" if name == "web-start" else ".bubble.bot >> nth=-1")).to_be_visible()
    desk.wait_for_timeout(800)
    desk.screenshot(path=TARGET / f"{name}-1280.png")
    wide.close()


def _draw(scene: Scene, browser: Browser, chat: int, title: str, name: str) -> None:
    """A chat as the messages stand in it now."""
    world = scene.group.world
    with world.changed:
        messages = [stored for stored in world.chats[chat].messages.values() if not stored.is_service]
        rows = [_row(stored.body, stored.html, stored.edits, world.bot_id) for stored in messages]
        numbers = [int(stored.body["message_id"]) for stored in messages]
    body = "".join(_with_presses(numbers, rows, scene.presses.get(chat, [])))
    head = f"<header><b>{escape(title)}</b><p>{escape(NOTE)}</p></header>"
    page = browser.new_page(viewport=CHAT, device_scale_factor=1.25)  # type: ignore[arg-type]  # as above
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{head}<main>{body}</main>")
    page.screenshot(path=TARGET / f"{name}.png", full_page=True)
    page.close()


def _with_presses(numbers: Sequence[int], rows: Sequence[str], presses: Sequence[tuple[int, str]]) -> Iterator[str]:
    """What was pressed stands below the message that was the last one then."""
    for number, row in zip(numbers, rows, strict=True):
        yield row
        yield from (f'<p class="event"><span>{escape(text)}</span></p>' for after, text in presses if after == number)


def _row(body: Json, html: str, edits: int, bot: int) -> str:
    sender = body["from"]
    own = sender["id"] == bot
    shown = html if own and html else escape(str(body.get("text", "")))
    replied = body.get("reply_to_message", {})
    first = str(replied.get("text", "")).split("\n")[0]
    quote = f'<div class="quote">{escape(first)}</div>' if first else ""
    when = datetime.fromtimestamp(body["date"], SHANGHAI).strftime("%H:%M") + ("（改过 edited）" if edits else "")
    rows = body.get("reply_markup", {}).get("inline_keyboard", ())
    keys = "".join("<div>" + "".join(f"<span>{escape(key['text'])}</span>" for key in row) + "</div>" for row in rows)
    who = "机器人 bot" if own else escape(sender["first_name"])
    bubble = f'<div class="bubble"><div class="who">{who}</div>{quote}{shown}<div class="time">{when}</div></div>'
    return _dotted(f'<div class="row{"" if own else " right"}">{bubble}<div class="keys">{keys}</div></div>')


def _dotted(html: str) -> str:
    for mark, colour in DOTS.items():
        html = html.replace(mark, f'<i class="dot" style="background: {colour}"></i>')
    return html


if __name__ == "__main__":
    main()
