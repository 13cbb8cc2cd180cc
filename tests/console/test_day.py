"""An agent's and an editor's day, in a real browser against the whole program."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from kb.base import KnowledgeBase
from tests.bot.test_browser import browser, say
from tests.console.conftest import PASSWORD, House, sign_in
from tests.pictures import drawn

__all__ = ["browser"]
WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
QUESTION = "工棚门口那台蓝色小盒子滴滴响个没完"
_COMPILING = 240_000
"""Milliseconds: the knowledge is compiled and fitted anew, on whatever machine this is."""


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Iterator[None]:
    """Other tests keep the machine busy meanwhile."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def user(browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, locale="zh-CN")
    page = context.new_page()
    page.goto(house.url)
    expect(page.locator("#welcome")).to_be_visible()
    yield page
    context.close()


@pytest.fixture(scope="module")
def staff(browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, locale="zh-CN")
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_in(page, house, "li")
    expect(page.get_by_text("小李", exact=True)).to_be_visible()
    yield page
    context.close()


def last(user: Page) -> str:
    return user.locator(".bubble.bot").last.inner_text()


def test_an_agents_day(house: House, user: Page, staff: Page) -> None:
    expect(staff.get_by_text("这里没有工单")).to_be_visible()
    say(user, QUESTION)
    say(user, "转人工")
    # The list is up to date by itself.
    staff.get_by_text("#1001").click()
    expect(staff.get_by_label("对话").get_by_text(QUESTION)).to_be_visible()
    staff.get_by_role("button", name="认领").click()
    expect(staff.get_by_text("处理中").first).to_be_visible()
    staff.get_by_placeholder("回复用户").fill("<b>请拔掉电源再插上</b>")
    staff.get_by_role("button", name="发送").click()
    expect(user.get_by_text("<b>请拔掉电源再插上</b>")).to_be_visible(timeout=10_000)
    staff.get_by_role("button", name="解决", exact=True).click()
    expect(staff.get_by_text("已解决").first).to_be_visible()


def uploads(staff: Page, folder: Path, name: str, raw: bytes) -> None:
    """Choose a file for the first step that has no picture."""
    file = folder / name
    file.write_bytes(raw)
    with staff.expect_file_chooser() as chooser:
        staff.get_by_role("button", name="加配图").first.click()
    chooser.value.set_files(file)


def is_seen(picture: Locator) -> bool:
    """Whether the browser has a picture there, and not only the place for one."""
    expect(picture).to_have_js_property("complete", True)
    return bool(picture.evaluate("picture => picture.naturalWidth > 0"))


def test_a_picture_for_a_step(house: House, staff: Page, tmp_path: Path) -> None:
    staff.goto(f"{house.url}/console/knowledge")
    staff.get_by_role("button", name="新草稿").click()
    expect(staff).to_have_url(re.compile(r"/drafts/\d+$"))
    form = f"{staff.url}/records/faq-13"
    staff.goto(form)
    for name, raw, words in (
        ("page.png", b"<!doctype html><script>alert(1)</script>", "不是图片"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不收|只收|不是图片"),
        ("half.png", drawn()[:200], "不完整"),
        ("none.png", b"", "是空的"),
        ("huge.png", bytes(5 * 1024 * 1024 + 1), "最大 5 MB"),
    ):
        uploads(staff, tmp_path, name, raw)
        expect(staff.get_by_text(re.compile(words)).first).to_be_visible()
    uploads(staff, tmp_path, "shot.png", drawn(size=(2000, 1000)))
    thumbnail = staff.get_by_alt_text("这一步的配图")
    assert is_seen(thumbnail)
    assert thumbnail.evaluate("picture => picture.naturalWidth") == 1080
    for tab in ("网页", "Telegram", "QQ 文字"):
        staff.get_by_role("tab", name=tab).click()
        expect(staff.get_by_alt_text("配图", exact=True)).to_have_count(1)
        assert is_seen(staff.get_by_alt_text("配图", exact=True))
    saves(staff)
    staff.goto(form)
    assert is_seen(thumbnail)
    staff.get_by_role("button", name="去掉配图").click()
    expect(thumbnail).to_have_count(0)
    saves(staff)
    staff.goto(form)
    expect(staff.get_by_role("button", name="加配图").first).to_be_visible()
    expect(thumbnail).to_have_count(0)


def test_who_may_no_more_uploads_nothing(house: House, browser: Browser, staff: Page, tmp_path: Path) -> None:
    house.run("console", "users", "add", "yu", "--role", "editor", typed=f"{PASSWORD}\n")
    context = browser.new_context(viewport=WIDE, locale="zh-CN")
    page = context.new_page()
    sign_in(page, house, "yu")
    page.goto(re.sub(r"/records/.*", "/records/faq-13", staff.url))
    expect(page.get_by_role("button", name="加配图").first).to_be_visible()
    house.run("console", "users", "role", "yu", "agent")
    uploads(page, tmp_path, "shot.png", drawn())
    expect(page.get_by_text("没有传上去")).to_be_visible()
    expect(page.get_by_alt_text("这一步的配图")).to_have_count(0)
    context.close()


def saves(staff: Page) -> None:
    """The record as it stands in the form."""
    staff.get_by_role("button", name="保存到草稿").click()
    expect(staff.get_by_text("已保存到草稿")).to_be_visible()


def test_what_helps_is_a_click_away(house: House, user: Page, staff: Page, base: KnowledgeBase) -> None:
    title = base.knowledge.record["faq-13"].title
    say(user, "解决了")
    say(user, "考勤地址填错了怎么改")
    say(user, "还是不行，转人工")
    staff.goto(f"{house.url}/console/")
    staff.locator(".listed").first.click()
    # What the bot has answered, and how sure it was.
    tried = staff.locator(".panel", has=staff.get_by_text("机器人试过"))
    expect(tried.get_by_text(re.compile(f"直接答出 · {title}"))).to_be_visible()
    expect(tried.get_by_text(re.compile(r"把握 \d+%"))).to_be_visible()
    staff.get_by_role("button", name=f"插入：{title}").click()
    expect(staff.get_by_placeholder("回复用户")).to_have_value(re.compile(f"【{title}】"))
    staff.get_by_role("button", name="内部备注").click()
    staff.get_by_placeholder("只有同事看得到").fill("问过项目部了")
    staff.get_by_role("button", name="存为备注").click()
    expect(staff.get_by_text(re.compile("备注：问过项目部了"))).to_be_visible()
    assert "问过项目部了" not in user.locator("body").inner_text()


def test_two_agents_on_one_ticket_see_each_other(house: House, browser: Browser, staff: Page) -> None:
    house.run("console", "users", "add", "wang", "--name", "小王", "--role", "agent", typed=f"{PASSWORD}\n")
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    context.set_default_timeout(20_000)
    colleague = context.new_page()
    sign_in(colleague, house, "wang")
    colleague.goto(staff.url)
    expect(colleague.get_by_text("小李也在看这张工单")).to_be_visible()
    expect(staff.get_by_text("小王也在看这张工单")).to_be_visible()
    # He types for as long as it takes to be seen.
    field = colleague.get_by_placeholder("回复用户")
    for number in range(40):
        field.fill(f"我来 {number}")
        if staff.get_by_text("小王正在输入").count():
            break
        colleague.wait_for_timeout(250)
    expect(staff.get_by_text("小王")).to_be_visible()
    assert number < 39
    # Nothing is wider than a phone.
    assert colleague.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_who_saw_what_is_written_down(house: House, staff: Page) -> None:
    staff.goto(f"{house.url}/console/audit")
    rows = staff.locator(".seen")
    expect(rows.filter(has_text="看工单").filter(has_text="小王")).to_have_count(1)
    staff.get_by_label("账号或姓名").fill("wang")
    expect(rows.filter(has_text="小李")).to_have_count(0)
    with staff.expect_download() as download:
        staff.get_by_role("button", name="导出 CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [line for line in lines if ",看工单,1002," in line]
    assert not [line for line in lines if "小李" in line]


def test_an_editors_day(house: House, user: Page, staff: Page, base: KnowledgeBase) -> None:
    say(user, "退出")
    say(user, QUESTION)
    assert "【" not in last(user)
    house.gather(base)
    staff.goto(f"{house.url}/console/unanswered")
    staff.get_by_text(QUESTION).click()
    staff.get_by_label("记录", exact=True).click()
    staff.get_by_role("option", name="faq-13").click()
    staff.get_by_role("button", name="加为问法").click()
    expect(staff.get_by_text("发布前看一遍")).to_be_visible()
    staff.get_by_role("button", name="看看会改变什么").click()
    expect(
        staff.get_by_text("检验问题里", exact=False).or_(staff.get_by_text("都还答得对", exact=False)).first
    ).to_be_visible(timeout=_COMPILING)
    expect(staff.get_by_text("真实提问里回答不一样的")).to_be_visible()
    staff.get_by_role("button", name="发布", exact=True).click()
    expect(staff.get_by_text("已发布修订 1")).to_be_visible(timeout=_COMPILING)
    title = base.knowledge.record["faq-13"].title
    answered(user, title, expected=True)
    staff.goto(f"{house.url}/console/revisions")
    staff.get_by_role("button", name="退回到这里").click()
    expect(staff.get_by_text("已发布修订 2")).to_be_visible(timeout=_COMPILING)
    answered(user, title, expected=False)


def test_a_notice(house: House, user: Page, staff: Page) -> None:
    words = "系统维护至 10:00 <b>请稍候</b>"
    staff.set_viewport_size(PHONE)
    staff.goto(f"{house.url}/console/notices")
    expect(staff.get_by_text("现在没有公告")).to_be_visible()
    publish, text = staff.get_by_role("button", name="发布公告"), staff.get_by_label("写给用户的话")
    publish.click()
    expect(staff.get_by_text("先写公告的内容。")).to_be_visible()
    text.fill(words)
    day = staff.get_by_label("结束日期")
    day.fill("2020-01-01")
    publish.click()
    expect(staff.get_by_text("结束时间已经过了，改成以后的时间。")).to_be_visible()
    expect(text).to_have_value(words)
    expect(staff.get_by_text(words, exact=True)).to_be_visible()  # the preview
    staff.get_by_text("明天 08:00", exact=True).click()
    publish.click()
    row = staff.locator(".listed")
    expect(row).to_contain_text(words)
    expect(row).to_contain_text("显示到明天 08:00，全部回答，小李")
    expect(text).to_have_value("")
    assert staff.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    say(user, "停工了还要打卡吗")
    assert last(user).startswith(words)
    house.rows("INSERT INTO notice SELECT id + 10, text, until, records, 'wang', at, NULL, NULL FROM notice")
    house.rows("INSERT INTO notice SELECT id + 20, text, until, records, 'wang', at, NULL, NULL FROM notice")
    house.rows("INSERT INTO notice SELECT 99, text, until, records, 'wang', at, NULL, NULL FROM notice LIMIT 1")
    expect(row).to_have_count(5)  # by itself
    text.fill("第六条")
    publish.click()
    expect(staff.get_by_text("同时最多显示 5 条，先撤下一条。")).to_be_visible()
    house.rows("DELETE FROM notice WHERE by = 'wang'")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="撤下").click()
    expect(staff.get_by_text("现在没有公告")).to_be_visible()
    expect(row).to_contain_text("提前撤下")
    say(user, "停工了还要打卡吗")
    assert words not in last(user)
    written = house.rows("SELECT action, account FROM audit WHERE action LIKE 'notice%' AND allowed ORDER BY id")
    assert written == [("notice", "li"), ("notice_down", "li")]
    staff.set_viewport_size(WIDE)


def answered(user: Page, title: str, *, expected: bool) -> None:
    """The question is answered so, within five seconds of the publishing."""
    give_up = time.monotonic() + 15
    while True:
        say(user, QUESTION)
        if (title in last(user)) == expected:
            return
        assert time.monotonic() < give_up, last(user)
        time.sleep(1)
