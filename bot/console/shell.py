"""The frame around every page: header, menu, who is signed in; and the registration of pages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from bot.accounts.accounts import form_token
from bot.accounts.roles import ROLE_NAMES, Role, may
from bot.console.console import Console, StoppedError, Visit
from bot.console.gate import COOKIE, PREFIX

ACCENT = "#0b6b5f"
_PATIENCE = 30.0
"""Seconds in which a page has to be built."""
_STYLE = """
body { background: #f1f5f3; color: #13201d; overflow-wrap: anywhere;
  font-family: -apple-system, "PingFang SC", "HarmonyOS Sans SC", MiSans, "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
.nicegui-content { padding: 1.25rem; gap: 1rem; max-width: 80rem; margin: 0 auto; align-items: stretch; }
.title { font-size: 1.5rem; font-weight: 650; line-height: 1.3; }
.heading { font-size: .95rem; font-weight: 650; }
.muted { color: #52625e; font-size: .875rem; }
.panel { background: #fff; border: 1px solid #d8e1de; border-radius: 14px; padding: 1rem; box-shadow: none; width: 100%; }
.badge { border-radius: 99px; padding: .1rem .6rem; font-size: .8rem; background: #e3f1ee; color: #0b6b5f; white-space: nowrap; }
.badge.late { background: #fdecea; color: #8c1d18; } .badge.soon { background: #fff3d9; color: #623e00; }
.badge.done { background: #eceff1; color: #52625e; }
.listed { cursor: pointer; border-bottom: 1px solid #e6ecea; padding: .75rem .25rem; width: 100%; }
.listed:hover, .listed:focus { background: #f6f9f8; }
.said { border-radius: 12px; padding: .5rem .75rem; max-width: 85%; white-space: pre-wrap; background: #f6f9f8; }
.said.user { background: #e3f1ee; align-self: flex-end; } .said.staff { background: #e4e8fa; }
.plain { white-space: pre-wrap; }
"""


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


def _register(console: Console, page: Page, pages: Sequence[Page]) -> None:
    async def show(request: Request) -> RedirectResponse | None:
        token = request.cookies.get(COOKIE)
        session = await console.accounts.who(token)
        if session is None or token is None:
            return RedirectResponse(f"{PREFIX}/login", 303)
        visit = Visit(console, request, session)
        _frame(visit, page, pages, form_token(token))
        try:
            await visit.allowed(page.role, f"page {page.path}"[:40])
        except StoppedError as error:
            empty("lock", str(error), "要用这个页面，请找管理员改角色。")
            return None
        await page.render(visit)
        return None

    # A busy machine takes its time; a page that comes late is better than an error.
    ui.page(page.path, title=f"{page.title} · 宁勤绩", language="zh-CN", response_timeout=_PATIENCE)(show)


def _frame(visit: Visit, page: Page, pages: Sequence[Page], form: str) -> None:
    ui.add_css(_STYLE)
    ui.colors(primary=ACCENT, secondary="#3b4b9c", negative="#b3261e", warning="#a86400")
    session = visit.session
    with ui.left_drawer(bordered=True).classes("bg-white").props("width=220 breakpoint=900") as drawer:
        for each in pages:
            if each.menu and may(session.role, each.role):
                chosen = "bg-teal-1 text-primary" if each is page else ""
                link = ui.link(target=each.path).classes(f"w-full no-underline text-inherit rounded-lg p-2 {chosen}")
                with link, ui.row().classes("items-center gap-3"):
                    ui.icon(each.icon, size="sm")
                    ui.label(each.title)
        ui.space()
        ui.label(session.name).classes("heading")
        ui.label(ROLE_NAMES[session.role]).classes("muted")
        for label, everywhere in (("退出", "0"), ("在所有设备上退出", "1")):
            _post_button(label, f"{PREFIX}/logout", {"form": form, "everywhere": everywhere})
    with ui.header().classes("bg-white text-black items-center").props("bordered"):
        ui.button(icon="menu", on_click=drawer.toggle).props("flat round dense color=primary aria-label=菜单")
        ui.label("宁勤绩 · 控制台").classes("heading text-primary")
        ui.space()
        ui.label(page.title).classes("muted")


def _post_button(label: str, action: str, fields: dict[str, str]) -> None:
    with ui.element("form").props(f'method=post action="{action}"'):
        for name, value in fields.items():
            ui.element("input").props(f'type=hidden name="{name}" value="{value}"')
        ui.button(label).props("flat dense no-caps type=submit align=left")


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
