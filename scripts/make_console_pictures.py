"""Make the pictures of the console in docs/images: ``.venv/bin/python -m scripts.make_console_pictures [--data FOLDER] [NAME …]``.

The real program runs on a month of made-up data (``main.py demo``, made in ``--data`` where it is not there yet), and each
page is photographed with Chromium, as wide as a desk's screen and as a phone's. A further page: a line in ``SHOTS``.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from bench.program import ARGUMENTS, CHROMIUM, ROOT, program, sign_in

TARGET = ROOT / "docs" / "images"
WIDTHS = {1280: 860, 390: 844}
MOST_BYTES = 200_000
MOST_HEIGHT, TALL = 1500, 5500
"""Pixels; what is longer is cut off there, for the rest of a list looks the same; a page that has no such rest is shown whole."""
PATIENCE_MS = 30_000


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture. ``path``: below /console; ``ready``: a text that is there when the page is; ``do``: what is clicked first."""

    path: str
    ready: str
    do: Callable[[Page], None] = lambda _: None
    most: int = MOST_HEIGHT


def main() -> None:
    """Start the program, photograph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder with the demo's data; made there if it is empty")
    parser.add_argument("names", nargs="*", help="only these pictures")
    options = parser.parse_args()
    wanted = {name: shot for name, shot in SHOTS.items() if not options.names or name in options.names}
    TARGET.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        program(options.data or Path(folder)) as url,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for width, height in WIDTHS.items():
            _photograph_all(browser, url, wanted, ViewportSize(width=width, height=height))
        browser.close()
    for path in sorted(TARGET.glob("console-*.png")):
        size = path.stat().st_size
        print(f"{path.relative_to(ROOT)}  {size / 1000:.0f} kB" + ("  TOO BIG" if size > MOST_BYTES else ""))


def _photograph_all(browser: Browser, url: str, wanted: dict[str, Shot], size: ViewportSize) -> None:
    context = browser.new_context(viewport=size, locale="zh-CN", color_scheme="light", device_scale_factor=1)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{url}/console/login")
    if "login" in wanted:
        _save(page, "login", size, MOST_HEIGHT)
    sign_in(page, url)
    for name, shot in wanted.items():
        if name == "login":
            continue
        page.goto(f"{url}/console{shot.path}")
        expect(page.locator(".nicegui-content").get_by_text(shot.ready).first).to_be_visible()
        shot.do(page)
        _save(page, name, size, shot.most)
    context.close()


def _save(page: Page, name: str, size: ViewportSize, most: int) -> None:
    """What there is of the page, in few colours: letters and lines need no more, and the file is a third as big."""
    page.wait_for_timeout(1200)
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if too_wide > 0:
        print(f"{name} at {size['width']}: {too_wide} pixels too wide", file=sys.stderr)
    height = min(most, max(size["height"], page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size(ViewportSize(width=size["width"], height=height))
    page.wait_for_timeout(600)
    path = TARGET / f"console-{name}-{size['width']}.png"
    page.screenshot(path=path)
    page.set_viewport_size(size)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def _first_row(page: Page) -> None:
    page.locator(".listed").first.click()


def _a_ticket(page: Page) -> None:
    """One that the bot has tried something for, and that records may help with; of those in hand, if there is any."""
    for status in ("等用户回复", "处理中", "已解决", "已关闭"):
        page.get_by_role("button", name=re.compile(f"^{status}")).click()
        page.wait_for_timeout(1500)
        for place in range(min(6, page.locator(".listed").count())):
            list_of = page.url
            page.locator(".listed").nth(place).click()
            expect(page.get_by_text("可能用得上")).to_be_visible()
            expect(page.locator(".said").first).to_be_visible()
            helps = page.get_by_role("button", name=re.compile("^插入：")).count()
            if page.get_by_text("把握").count() and helps > 1:
                return
            page.goto(list_of)
            page.get_by_role("button", name=re.compile(f"^{status}")).click()
            page.wait_for_timeout(1500)


def _a_cluster(page: Page) -> None:
    _first_row(page)
    expect(page.get_by_text("加到已有的知识")).to_be_visible()


def _a_draft(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^草稿")).first.click()
    expect(page.get_by_text("发布前看一遍")).to_be_visible()


def _a_record(page: Page) -> None:
    """The form of a record in that draft."""
    _a_draft(page)
    number = re.search(r"/drafts/(\d+)", page.url)
    if number is None:
        raise RuntimeError(f"no draft at {page.url}")
    page.goto(re.sub(r"/drafts/\d+.*", f"/drafts/{number[1]}/records/prompt-06", page.url))
    expect(page.get_by_text("问法").first).to_be_visible()


def _charts(page: Page) -> None:
    """Every panel is drawn: none has the grey block of one that waits."""
    expect(page.locator("canvas").first).to_be_visible()
    expect(page.locator(".q-skeleton")).to_have_count(0)


SHOTS = {
    "login": Shot("/login", "登录控制台"),
    "tickets": Shot("/", "#1"),
    "ticket": Shot("/", "未完成", _a_ticket, TALL),
    "unanswered": Shot("/unanswered", "种问法"),
    "cluster": Shot("/unanswered", "待处理", _a_cluster),
    "knowledge": Shot("/knowledge", "修订历史"),
    "draft": Shot("/knowledge", "修订历史", _a_draft),
    "record": Shot("/knowledge", "修订历史", _a_record),
    "revisions": Shot("/revisions", "修订"),
    "figures": Shot("/figures", "每天的消息和人数", _charts, TALL),
    "templates": Shot("/templates", "先要截图"),
    "people": Shot("/people", "添加一个人"),
    "audit": Shot("/audit", "导出 CSV"),
}


if __name__ == "__main__":
    main()
