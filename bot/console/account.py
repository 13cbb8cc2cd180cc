"""One's own account: another password."""

from nicegui import ui

from bot.accounts.accounts import AccountError
from bot.accounts.passwords import SHORTEST
from bot.console.console import Visit
from bot.console.shell import Page


async def _render(visit: Visit) -> None:
    session = visit.session
    ui.label("我的账号").classes("title")
    ui.label(f"{session.name}（{session.username}）").classes("muted")
    with ui.column().classes("panel gap-2").style("max-width: 26rem"):
        ui.label("改密码").classes("heading")
        ui.label("改好以后，在所有设备上都要重新登录。").classes("muted")
        current, fresh, again = (
            ui.input(label, password=True).props(f"outlined dense autocomplete={complete}").classes("w-full")
            for label, complete in (
                ("现在的密码", "current-password"),
                (f"新密码（至少 {SHORTEST} 个字符）", "new-password"),
                ("再输一次新密码", "new-password"),
            )
        )

        async def change() -> None:
            if fresh.value != again.value:
                raise AccountError("两次输入的新密码不一样。")
            await visit.console.accounts.change_password(session, str(current.value or ""), str(fresh.value or ""))
            ui.navigate.to("/login")

        ui.button("改密码", on_click=visit.deed("agent", "account_password", change)).props("unelevated no-caps")


PAGES = (Page("/account", "我的账号", "key", "agent", _render, menu=False),)
