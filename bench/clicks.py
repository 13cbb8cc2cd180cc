"""From the click to the data on the screen: ``python -m bench.clicks --data FOLDER``, on what ``bench.figures --data`` has left.

The real program, a real browser beside it on the same machine. Each page is opened by its entry in the menu, or by a click
on the page before; the time ends when its data are drawn.
"""

import argparse
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright
from rich.console import Console
from rich.table import Table

from bench.million import RARE
from bench.program import ARGUMENTS, CHROMIUM, program, sign_in

_TIMES = 3
_PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Click:
    """``before``: the address where it is clicked; ``do``: the click; ``there``: waits for the data."""

    what: str
    before: str
    do: Callable[[Page], None]
    there: Callable[[Page], None]


def main() -> None:
    """Click, and draw the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    table = Table(
        "from the click on …", "ms, the fastest", "ms, the slowest", title=f"to the data on the screen, {_TIMES} times"
    )
    with sync_playwright() as playwright, program(options.data) as url:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(viewport=ViewportSize(width=1280, height=900), locale="zh-CN")
        context.set_default_timeout(_PATIENCE_MS)
        expect.set_options(timeout=_PATIENCE_MS)
        page = context.new_page()
        sign_in(page, url)
        for click in CLICKS:
            took = [_took(page, url, click) for _ in range(_TIMES)]
            table.add_row(click.what, f"{min(took):.0f}", f"{max(took):.0f}")
        browser.close()
    Console().print(table)


def _took(page: Page, url: str, click: Click) -> float:
    page.goto(f"{url}/console{click.before}")
    page.wait_for_load_state("networkidle")
    began = time.perf_counter()
    click.do(page)
    click.there(page)
    return (time.perf_counter() - began) * 1000


def _menu(name: str) -> Callable[[Page], None]:
    return lambda page: page.locator(".menu .entry", has_text=re.compile(f"{name}$")).click()


def _rows(page: Page) -> None:
    page.locator(".listed").first.wait_for()


def _fewer(page: Page) -> None:
    """The list is no longer as long as it can be at once."""
    expect(page.locator(".listed")).not_to_have_count(50)


def _text(text: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_text(text).first.wait_for()


def _search(words: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_placeholder(re.compile("工单号")).fill(words)


def _charts(page: Page) -> None:
    """Every panel is drawn: none still has the grey block of one that waits."""
    page.locator("canvas").first.wait_for()
    expect(page.locator(".q-skeleton")).to_have_count(0)


def _button(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


CLICKS = (
    Click("工单", "/templates", _menu("工单"), _rows),
    Click("工单 → 全部", "/", _button("全部"), _text("已关闭 9")),
    Click("工单 → a rare word of a conversation", "/", _search(RARE), _fewer),
    Click("工单 → a ticket", "/", lambda page: page.locator(".listed").first.click(), _text("机器人试过")),
    Click("没答上的", "/", _menu("没答上的"), _rows),
    Click(
        "没答上的 → the biggest",
        "/unanswered",
        lambda page: page.locator(".listed").first.click(),
        _text("加到已有的知识"),
    ),
    Click("知识", "/", _menu("知识"), _rows),
    Click("数据 (30 days)", "/", _menu("数据"), _charts),
    Click("数据 → 一年", "/figures", _button("一年"), _charts),
    Click("回复模板", "/", _menu("回复模板"), _text("模板 39")),
    Click("人员", "/", _menu("人员"), _text("客服30")),
    Click("审计", "/", _menu("审计"), _text("登录")),
)


if __name__ == "__main__":
    main()
