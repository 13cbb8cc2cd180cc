"""End to end: the page in a real browser against the real server."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from kb.base import KnowledgeBase

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
LONGEST_WALK = 15


def chromium() -> str | None:
    """Where the browser is."""
    named = os.environ.get("HELPDESK_TEST_CHROMIUM", "/usr/bin/chromium")
    return named if Path(named).exists() else shutil.which(named)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        reason = "no chromium: install it, or name it in HELPDESK_TEST_CHROMIUM"
        if os.environ.get("HELPDESK_TEST_BROWSER") == "required":
            pytest.fail(reason)
        print(f"browser tests skipped: {reason}", file=sys.stderr)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(params=[DESKTOP], ids=["desktop"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, locale="zh-CN")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    mistakes: list[str] = []
    opened.on("pageerror", lambda error: mistakes.append(str(error)))
    opened.on("console", lambda message: mistakes.append(message.text) if message.type == "error" else None)
    opened.goto(address)
    expect(opened.locator("#welcome")).to_be_visible()
    yield opened
    context.close()
    assert mistakes == [], "errors in the browser's console"


on_a_phone = pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)


def say(page: Page, text: str) -> None:
    """Type it, press Enter, and wait for the reply."""
    before = page.locator(".bubble.bot").count()
    page.locator("#input").fill(text)
    page.locator("#input").press("Enter")
    expect(page.locator(".bubble.bot")).not_to_have_count(before)


def press(page: Page, label: str) -> None:
    """Click the latest reply's button with this label, and wait for the next reply."""
    before = page.locator(".bubble.bot").count()
    latest = page.locator(".bubble.bot").last
    latest.locator("button[data-send]").filter(has_text=re.compile(rf"^\d*\s*{re.escape(label)}$")).click()
    expect(page.locator(".bubble.bot")).to_have_count(before + 1)


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_the_first_screen_shows_what_one_can_ask(page: Page, base: KnowledgeBase) -> None:
    words = base.knowledge.wording
    expect(page).to_have_title(words.page_title)
    expect(page.locator("#greeting")).to_have_text(words.page_greeting)
    titles = page.locator("#welcome-topics .topic-group h3")
    expect(titles).to_have_text([*(group.title for group in words.page_groups), words.page_ways])
    records = sum(len(group.records) for group in words.page_groups)
    expect(page.locator("#welcome-topics button")).to_have_count(records + 3)


def test_a_question_gets_an_answer_card(page: Page, base: KnowledgeBase) -> None:
    say(page, "考勤地址怎么改")
    card = page.locator(".card.answer")
    expect(card.locator(".title")).to_have_text("修改考勤地址")
    expect(card.locator(".short")).to_have_text(base.knowledge.record["faq-13"].answer.short)
    expect(card.locator(".source")).to_contain_text("一、13")
    expect(page.locator("#welcome")).to_be_hidden()
    expect(page.locator(".bubble.user")).to_have_text("考勤地址怎么改")


def test_a_topic_of_the_first_screen_is_asked_by_a_click(page: Page, base: KnowledgeBase) -> None:
    page.locator("#welcome-topics button").first.click()
    first = base.knowledge.record[base.knowledge.wording.page_groups[0].records[0]]
    expect(page.locator(".card.answer .title")).to_have_text(first.title)


def test_a_choice_by_click(page: Page) -> None:
    say(page, "登录失败")
    label = page.locator(".card.choices .option-label").nth(1).inner_text()
    press(page, label)
    expect(page.locator(".card.answer .title")).to_have_text(label)
    expect(page.locator(".bubble.user").last).to_have_text(label)


def test_a_walk_to_the_end(page: Page, base: KnowledgeBase) -> None:
    say(page, "提示未进行身份证验证，怎么弄")
    press(page, "带我一步步做")
    seen = []
    for _ in range(LONGEST_WALK):
        latest = page.locator(".bubble.bot").last
        seen.append(latest.locator(".action").inner_text())
        onward = latest.locator("button[data-send]").filter(has_text=re.compile("^下一步$"))
        options = latest.locator(".options .option-label")
        if onward.count():
            press(page, "下一步")
        elif options.count():
            press(page, options.first.inner_text())
        else:
            break
    first = base.knowledge.record["prompt-04"].steps[0]
    assert seen[0] == first.text
    assert len(seen) == len(set(seen)) >= 2
    press(page, "解决了")
    expect(page.locator(".bubble.bot").last).to_contain_text(base.knowledge.wording.glad)


@on_a_phone
def test_contacts_can_be_dialled(page: Page) -> None:
    say(page, "江宁的地铁项目打哪个电话")
    expect(page.locator(".contact")).to_have_count(2)
    links = page.locator(".contact a.call")
    assert [link.get_attribute("href") for link in links.all()] == ["tel:02552763561", "tel:02583753545"]
    expect(links).to_have_text(["52763561", "83753545"])


def test_a_reload_brings_the_conversation_back(page: Page) -> None:
    say(page, "考勤地址怎么改")
    say(page, "带我一步步做")
    said = page.locator("#messages").inner_text()
    page.reload()
    expect(page.locator(".bubble.bot")).to_have_count(2)
    expect(page.locator("#welcome")).to_be_hidden()
    assert page.locator("#messages").inner_text() == said
    say(page, "下一步")
    expect(page.locator(".progress-text").last).to_contain_text("第 2/")


def test_the_keyboard_is_enough(page: Page) -> None:
    page.locator("#input").focus()
    page.keyboard.type("登录失败")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("怎么办")
    expect(page.locator(".bubble.user")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.bot")).to_have_count(1)
    expect(page.locator("#input")).to_have_value("")
    button = page.locator(".bubble.bot button[data-send]").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.bot")).to_have_count(2)
    expect(page.locator(".bubble.bot").last).to_be_focused()


@on_a_phone
def test_nothing_sticks_out_on_a_phone(page: Page) -> None:
    assert no_sideways_scrolling(page)
    for text in ("考勤地址怎么改", "无实名制征管编号", "带我一步步做", "全部电话", "登录失败", "W" * 300, "转人工"):
        say(page, text)
        assert no_sideways_scrolling(page), text
    box = page.locator("#send").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]


def test_markup_is_shown_as_text(page: Page) -> None:
    text = "<script>window.broken = true</script><img src=x onerror='window.broken = true'><b>登录失败</b>"
    say(page, text)
    expect(page.locator(".bubble.user")).to_have_text(text)
    assert page.locator("#messages script, #messages img, #messages b").count() == 0
    page.reload()
    expect(page.locator(".bubble.user")).to_have_text(text)
    assert page.evaluate("window.broken") is None


def test_a_ticket_shows_its_number(page: Page) -> None:
    say(page, "转人工")
    number = page.locator(".ticket-number").inner_text()
    assert re.fullmatch(r"\d{4,6}", number)
    press(page, "取消工单")
    expect(page.locator(".bubble.bot").last).to_contain_text(number)
