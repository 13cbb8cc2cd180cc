"""The frame around every page: header, menu, who is signed in; and the registration of pages."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nicegui import app, ui
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts.accounts import form_token
from bot.accounts.roles import ROLE_NAMES, Role, may
from bot.console.console import Console, StoppedError, Visit
from bot.console.door import message_page
from bot.console.gate import COOKIE, PREFIX

log = logging.getLogger(__name__)
ACCENT = "#0b6b5f"
_LOOK_SECONDS, _USE_SECONDS = 10.0, 60.0
_PATIENCE = 30.0
"""Seconds in which a page has to be there; a busy machine checks a draft in more than NiceGUI's three."""
_STYLE = (Path(__file__).parent / "shell.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``path``: below /console, with ``{name}`` for parts that vary; ``menu``: whether the menu shows it."""

    path: str
    title: str
    icon: str
    role: Role
    render: Callable[[Visit], Awaitable[None]]
    menu: bool = True


def install(console: Console, pages: Sequence[Page]) -> None:
    """Register the pages with NiceGUI, once a process."""
    for page in pages:
        _register(console, page, pages)
    app.on_page_exception(lambda error: _went_wrong(error, empty))
    app.add_exception_handler(404, _not_found)


def _went_wrong(error: Exception, tell: Callable[[str, str], None]) -> None:
    """Nobody sees an exception's text: it is in the log, under a number."""
    reference = secrets.token_hex(4)
    log.error("the console failed, reference %s", reference, exc_info=error)
    tell("error", f"出了点问题，没有做成。请把编号 {reference} 告诉管理员。")


async def _not_found(_: Request, __: Exception) -> Response:
    return HTMLResponse(
        message_page("没有这个页面", "可能是地址抄错了，或者东西已经删掉。", f"{PREFIX}/", "回到工单"), 404
    )


def _watch(visit: Visit) -> None:
    """Whoever types is there; and a page does not stay readable for longer than its session lasts."""
    accounts, digest = visit.console.accounts, visit.session.digest

    async def use() -> None:
        await accounts.still(digest, in_use=True)

    async def look() -> None:
        if await accounts.still(digest) is None and not over.value:
            over.open()

    ui.context.client.content.on("input", use, args=[], throttle=_USE_SECONDS)
    with ui.dialog().props("persistent backdrop-filter=blur(24px)") as over, ui.card():
        ui.label("登录已经失效").classes("heading")
        ui.label("没有保存的内容保存不了了。")
        ui.button("重新登录", on_click=lambda: ui.navigate.to("/login")).props("unelevated no-caps")
    ui.timer(_LOOK_SECONDS, look)


def _register(console: Console, page: Page, pages: Sequence[Page]) -> None:
    async def show(request: Request) -> RedirectResponse | None:
        token = request.cookies.get(COOKIE)
        session = await console.accounts.who(token)
        if session is None or token is None:
            return RedirectResponse(f"{PREFIX}/login", 303)
        visit = Visit(console, request, session)
        ui.on_exception(lambda error: _went_wrong(error, lambda _, text: ui.notify(text, type="negative")))
        _frame(visit, page, pages, form_token(token))
        try:
            await visit.allowed(page.role, f"page {page.path}"[:40])
        except StoppedError as error:
            empty("lock", str(error), "要用这个页面，请找管理员改角色。")
            return None
        _watch(visit)
        await page.render(visit)
        return None

    title = f"{page.title} · 宁勤绩"
    ui.page(page.path, title=title, language="zh-CN", response_timeout=_PATIENCE)(show)


def _frame(visit: Visit, page: Page, pages: Sequence[Page], form: str) -> None:
    ui.add_css(_STYLE)
    ui.colors(primary=ACCENT, secondary="#3b4b9c", positive="#146c43", negative="#b3261e", warning="#a86400")
    session = visit.session
    # Whether it is open, the browser says by itself. The framework would ask, and a slow browser answers too late.
    drawer = ui.left_drawer(value=False, bordered=True).classes("bg-white menu")
    with drawer.props("width=208 breakpoint=1000 show-if-above"):
        for each in pages:
            if each.menu and may(session.role, each.role):
                chosen = "chosen" if each is page or _is_part(page, each) else ""
                link = ui.link(target=each.path).classes(f"entry {chosen}")
                link.props('aria-current="page"' if chosen else "")
                with link:
                    ui.icon(each.icon, size="sm")
                    ui.label(each.title)
        ui.space()
        with ui.column().classes("w-full gap-0 me"):
            ui.link(session.name, "/account").classes("heading text-inherit").tooltip("改密码")
            ui.label(ROLE_NAMES[session.role]).classes("muted")
            for label, everywhere in (("退出", "0"), ("在所有设备上退出", "1")):
                _post_button(label, f"{PREFIX}/logout", {"form": form, "everywhere": everywhere})
    with ui.header().classes("bg-white text-black items-center no-wrap bar").props("bordered"):
        ui.button(icon="menu", on_click=drawer.toggle).props("flat round dense color=primary aria-label=菜单")
        ui.label("宁勤绩 · 控制台").classes("heading text-primary")
        ui.space()
        ui.label(page.title).classes("muted lt-md")


def _is_part(page: Page, entry: Page) -> bool:
    """Whether a page stands below another of the menu."""
    return not page.menu and page.path.startswith(f"{_SHELVES.get(entry.path, entry.path)}/")


_SHELVES = {"/": "/tickets", "/knowledge": "/drafts"}
"""What an entry of the menu has its pages under, where that is not its own path."""


def _post_button(label: str, action: str, fields: dict[str, str]) -> None:
    with ui.element("form").props(f'method=post action="{action}"'):
        for name, value in fields.items():
            ui.element("input").props(f'type=hidden name="{name}" value="{value}"')
        ui.button(label).props("flat dense no-caps type=submit align=left")


def heading(title: str, hint: str = "") -> None:
    """What a page is called, and in a line what it is for."""
    with ui.column().classes("gap-0"):
        ui.label(title).classes("title").props("role=heading aria-level=1")
        if hint:
            ui.label(hint).classes("muted")


def tabs(place: ui.row, options: Mapping[str, str], chosen: str, choose: Callable[[str], Any]) -> None:
    """Fill a row with names to choose among; on a phone it is pushed sideways."""
    place.clear()
    with place.classes("tabs"):
        for key, name in options.items():
            button = ui.button(name, on_click=partial(choose, key)).props("flat dense no-caps")
            button.classes("tab chosen" if key == chosen else "tab").props(f"aria-pressed={str(key == chosen).lower()}")


def opening(target: str) -> ui.row:
    """A row of a list that opens a page, by click or by Enter."""
    row = ui.row().classes("listed items-center gap-3 no-wrap").props("tabindex=0 role=link")
    for event in ("click", "keydown.enter"):
        row.on(event, lambda: ui.navigate.to(target))
    return row


def empty(icon: str, text: str, hint: str = "") -> None:
    """What stands where nothing is: and what to do about it."""
    with ui.column().classes("w-full items-center p-8"):
        ui.icon(icon, size="xl").classes("text-primary")
        ui.label(text).classes("heading")
        if hint:
            ui.label(hint).classes("muted")
