"""The picture of a step on the page, in a real browser: seen, named, and never wider than a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from bot.knowledge.picturing import cleaned
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.bot.test_browser import DESKTOP, PHONE, browser, no_sideways_scrolling, page, say
from tests.pictures import drawn, pictured, put_into

__all__ = ["browser", "page"]
WIDE, TALL = cleaned(drawn(size=(2000, 900))), cleaned(drawn(size=(900, 2400)))


@pytest.fixture(scope="module")
def address(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    content = tmp_path_factory.mktemp("content")
    for each in (WIDE, TALL):
        put_into(content, each)
    with serving(pictured(base, "faq-03", {0: WIDE.name, 1: TALL.name}), content=content) as url:
        yield url


@pytest.mark.parametrize("page", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)
def test_a_walk_with_pictures(page: Page, base: KnowledgeBase) -> None:
    title = base.knowledge.record["faq-03"].title
    for number, typed, shown in ((1, "带我一步步做 #faq-03", WIDE), (2, "下一步", TALL)):
        say(page, typed)
        seen = page.get_by_alt_text(f"“{title}”第 {number}/5 步的图", exact=True)
        expect(seen).to_have_js_property("naturalWidth", shown.width)
        assert no_sideways_scrolling(page)
        # However long the picture has made it, a step is shown from where one begins to read.
        expect(page.locator(".bubble.bot").last.get_by_role("heading")).to_be_in_viewport()
    page.reload()
    expect(page.get_by_alt_text(f"“{title}”第 2/5 步的图", exact=True)).to_have_js_property("naturalWidth", TALL.width)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="第 2/5 步的图").click()
    expect(opened.value).to_have_url(f"{page.url}pictures/{TALL.name}")
