"""An editor changes what is no record, in forms, in a real browser against the whole program."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from bot.console.forms.kinds import KINDS
from tests.bot.test_browser import browser
from tests.console.conftest import House, sign_in

__all__ = ["browser"]
WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
_PATIENCE = 30_000
"""Milliseconds: other tests keep the machine busy meanwhile."""


@pytest.fixture(scope="module")
def editor(browser: Browser, house: House) -> Iterator[Page]:
    expect.set_options(timeout=_PATIENCE)
    context = browser.new_context(viewport=WIDE, locale="zh-CN")
    context.set_default_timeout(_PATIENCE)
    page = context.new_page()
    sign_in(page, house, "li")
    expect(page.get_by_text("小李", exact=True)).to_be_visible()
    yield page
    context.close()
    expect.set_options(timeout=5_000)


@pytest.fixture
def draft(editor: Page, house: House) -> str:
    """The address of a draft that has just been begun."""
    editor.goto(f"{house.url}/console/knowledge")
    editor.get_by_role("button", name="新草稿").click()
    editor.wait_for_url(re.compile(r"/drafts/\d+$"))
    return editor.url


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("link").filter(has_text=text).first


def save(page: Page) -> None:
    page.get_by_role("button", name="保存到草稿").click()


def saved(page: Page) -> None:
    save(page)
    expect(page.get_by_text("已保存到草稿，检查没有问题。")).to_be_visible()


def test_from_the_knowledge_page_to_a_changed_number(editor: Page, house: House) -> None:
    editor.goto(f"{house.url}/console/knowledge")
    editor.get_by_role("button", name="电话").click()
    row(editor, "轨道工程").click()
    phones = editor.get_by_label("电话号码")
    expect(phones).to_have_value("83753545")
    phones.fill("83753546")
    expect(editor.get_by_text("号码变了：83753545 → 83753546")).to_be_visible()
    save(editor)
    expect(editor.get_by_text("拿官方文件逐位核对，打上勾再保存")).to_be_visible()
    expect(phones).to_have_value("83753546")
    editor.get_by_text("我拿官方文件逐位核对过了").click()
    save(editor)
    editor.wait_for_url(re.compile("saved=1"))
    expect(editor.get_by_text("号码变了")).to_be_hidden()
    editor.get_by_role("link", name="到草稿页").click()
    expect(editor.get_by_text("修改 contact-rail")).to_be_visible()


def test_the_editor_is_asked_which_draft(editor: Page, house: House, draft: str) -> None:
    editor.goto(f"{house.url}/console/knowledge")
    editor.get_by_role("button", name="改", exact=False).filter(has_text=re.compile("改$")).first.click()
    number = draft.rsplit("/", 1)[1]
    editor.get_by_role("button", name=re.compile(rf"草稿 {number}\b")).click()
    expect(editor).to_have_url(re.compile(rf"/drafts/{number}/records/faq-01"))


def test_two_windows(editor: Page, draft: str) -> None:
    other = editor.context.new_page()
    for page in (editor, other):
        page.goto(f"{draft}/topics?item=oos-penalty")
        expect(page.get_by_label("怎么回")).to_have_value(re.compile("官方解答"))
    editor.get_by_label("怎么回").fill("甲：官方解答没有讲。")
    saved(editor)
    other.get_by_label("怎么回").fill("乙：官方解答没有讲。")
    save(other)
    expect(other.get_by_text("别的窗口刚改过同一处", exact=True)).to_be_visible()
    expect(other.get_by_text("甲：官方解答没有讲。")).to_be_visible()
    expect(other.get_by_label("怎么回")).to_have_value("乙：官方解答没有讲。")
    other.get_by_role("button", name="用我填的").click()
    expect(other.get_by_text("别的窗口刚改过同一处")).to_have_count(0)
    expect(other.get_by_label("怎么回")).to_have_value("乙：官方解答没有讲。")
    # What is changed elsewhere in the draft hinders nobody.
    editor.goto(f"{draft}/intents?item=bye")
    phrasings = editor.get_by_label("用户怎么说")
    expect(phrasings).to_have_value(re.compile("再见"))
    other.get_by_label("怎么回").fill("丙：官方解答没有讲。")
    saved(other)
    phrasings.fill("再见\n回头见")
    saved(editor)
    other.close()
    editor.goto(draft)
    for change in ("修改 oos-penalty", "修改 bye"):
        expect(editor.get_by_text(change)).to_be_visible()


def test_a_draft_that_is_gone(editor: Page, house: House, draft: str) -> None:
    number = draft.rsplit("/", 1)[1]
    editor.goto(f"{draft}/places?item=overlap-0")
    names = editor.get_by_label("哪些地方")
    names.fill(f"{names.input_value()}、江北图书馆")
    other = editor.context.new_page()
    other.goto(f"{house.url}/console/knowledge")
    line = other.locator(".listed").filter(has=other.get_by_role("link", name=re.compile(rf"草稿 {number}\b")))
    line.get_by_role("button", name="丢弃").click()
    other.get_by_role("dialog").get_by_role("button", name="丢弃", exact=True).click()
    expect(line).to_have_count(0)
    other.close()
    save(editor)
    expect(editor.get_by_text(f"草稿 {number} 已经发布或者丢弃了")).to_be_visible()
    expect(names).to_have_value(re.compile("江北图书馆"))
    editor.get_by_role("button", name="存进新草稿").click()
    # The number of the last draft may be given again: only a page that was loaded anew tells.
    expect(editor.get_by_text(f"草稿 {number} 已经发布或者丢弃了")).to_have_count(0)
    expect(names).to_have_value(re.compile("江北图书馆"))
    editor.get_by_role("link", name="到草稿页").click()
    expect(editor.get_by_text("泰山街道、顶山街道、沿江街道 等").first).to_be_visible()


def test_a_golden_question_without_a_mouse(editor: Page, draft: str) -> None:
    editor.goto(f"{draft}/golden")
    editor.get_by_role("button", name="添加检验问题").press("Enter")
    # A question that is a phrasing already: saved, and told beside the form and in the list.
    editor.get_by_label("问题", exact=True).fill("建考勤组")
    records = editor.get_by_label("答这些记录都算对")
    records.press_sequentially("faq-03")
    expect(editor.get_by_role("option")).to_have_count(1)
    records.press("ArrowDown")
    records.press("Enter")
    records.press("Control+s")
    expect(editor.get_by_text("已经是一种说法，不能再拿来检验")).to_be_visible()
    editor.goto(f"{draft}/golden")
    expect(row(editor, "建考勤组")).to_contain_text("已经是一种说法")
    # In other words it is none.
    row(editor, "建考勤组").press("Enter")
    question = editor.get_by_label("问题", exact=True)
    expect(question).to_have_value("建考勤组")
    question.fill("监理那边的组由谁来建呀")
    question.press("Control+s")
    editor.wait_for_url(re.compile("saved=1"))
    editor.goto(f"{draft}/golden")
    editor.get_by_label("只看").click()
    editor.get_by_role("option", name="faq-03").click()
    editor.get_by_label("搜索").fill("由谁来建")
    expect(row(editor, "监理那边的组由谁来建呀")).to_be_visible()
    expect(row(editor, "归集去哪个平台")).to_have_count(0)


def test_a_word_comes_and_goes(editor: Page, draft: str) -> None:
    editor.goto(f"{draft}/lexicon")
    editor.get_by_role("button", name="添加词").click()
    editor.get_by_label("标准写法").fill("塔吊司机")
    editor.get_by_label("别的说法").fill("开塔吊的\n塔司")
    save(editor)
    editor.wait_for_url(re.compile("saved=1"))
    editor.goto(f"{draft}/lexicon")
    editor.get_by_label("搜索").fill("塔司")
    row(editor, "塔吊司机").click()
    editor.get_by_role("button", name="删除").click()
    editor.get_by_role("dialog").get_by_role("button", name="删除", exact=True).click()
    editor.wait_for_url(f"{draft}/lexicon")
    editor.goto(draft)
    expect(editor.get_by_text("还没有改动。")).to_be_visible()


def test_a_sentence_keeps_what_is_filled_in(editor: Page, draft: str) -> None:
    editor.goto(f"{draft}/wording")
    editor.get_by_label("搜索").fill("step_of")
    row(editor, "步）").click()
    sentence = editor.get_by_label("机器人说")
    sentence.fill("第 {number} 步")
    save(editor)
    expect(editor.get_by_text("少了 {of}")).to_be_visible()
    expect(sentence).to_have_value("第 {number} 步")
    editor.get_by_role("button", name="{of}").click()
    expect(sentence).to_have_value("第 {number} 步{of}")
    saved(editor)


def test_a_steps_way_is_chosen_from_a_list(editor: Page, draft: str) -> None:
    editor.goto(f"{draft}/records/faq-16")
    steps = editor.locator(".panel .panel")
    expect(steps).to_have_count(4)
    steps.nth(1).get_by_label("做完以后").click()
    editor.get_by_role("option", name="跳到别的一步").click()
    steps.nth(1).get_by_label("跳到").click()
    editor.get_by_role("option", name="第 4 步").click()
    save(editor)
    # The third is left behind, and the page says so.
    expect(editor.get_by_text(re.compile("第 3 步：从第一步走不到步骤"))).to_be_visible()
    steps.nth(2).get_by_role("button", name="删除这一步").click()
    save(editor)
    expect(editor.get_by_text("已保存到草稿。到草稿页")).to_be_visible()
    editor.reload()
    expect(steps).to_have_count(3)
    expect(steps.nth(1).get_by_label("跳到")).to_have_value(re.compile("第 3 步"))


def test_on_a_phone_nothing_sticks_out(editor: Page, draft: str) -> None:
    editor.set_viewport_size(PHONE)
    for kind in KINDS:
        editor.goto(f"{draft}/{kind.path}")
        expect(editor.locator(".listed").first).to_be_visible()
        assert editor.locator(".listed").count() <= 30
        assert editor.evaluate("document.documentElement.scrollWidth") == PHONE["width"], kind.path
    for address in ("contacts?item=contact-housing", "wording?item=starters", "records/faq-16"):
        editor.goto(f"{draft}/{address}")
        expect(editor.get_by_role("button", name="保存到草稿")).to_be_in_viewport()
        assert editor.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address
    editor.set_viewport_size(WIDE)
