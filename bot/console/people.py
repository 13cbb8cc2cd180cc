"""Accounts, for administrators."""

from functools import partial

from nicegui import ui

from bot.accounts.accounts import AccountError
from bot.accounts.roles import ROLE_NAMES
from bot.console.console import Visit
from bot.console.shell import Page, heading
from bot.storage.accounts import Account


class PeoplePage:
    """One open page."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.accounts, self.me = visit.console.accounts, visit.session.username

    async def render(self) -> None:
        """Build the page."""
        heading("人员", "客服处理工单、看数据；编辑还能改知识和模板；管理员还能管人员、看审计。")
        with ui.column().classes("panel gap-2"):
            ui.label("添加一个人").classes("heading")
            with ui.row().classes("w-full items-center gap-2"):
                self.username = ui.input("用户名").props("outlined dense").classes("w-40")
                self.name = ui.input("姓名").props("outlined dense").classes("w-32")
                self.role = ui.select(ROLE_NAMES, value="agent", label="角色").props("outlined dense").classes("w-32")
                self.password = ui.input("密码（至少 10 个字符）", password=True)
                self.password.props("outlined dense autocomplete=new-password").classes("w-56")
                add = self.visit.deed("admin", "account_add", self._add)
                ui.button("添加", icon="person_add", on_click=add).props("unelevated no-caps")
        self.people = ui.column().classes("panel gap-0")
        await self._show()

    async def _add(self) -> None:
        await self.accounts.add(self.username.value, self.name.value, self.role.value, self.password.value, by=self.me)
        self.username.value = self.name.value = self.password.value = ""
        await self._show()
        ui.notify("添加好了，把用户名和密码告诉本人。", type="positive")

    async def _show(self) -> None:
        found = await self.accounts.listed()
        self.people.clear()
        with self.people:
            ui.label(f"现有 {len(found)} 人").classes("heading")
            for each in found:
                self._row(each)

    def _row(self, each: Account) -> None:
        with ui.row().classes("listed still items-center gap-3"):
            with ui.column().classes("grow gap-0").style("flex-basis: 8rem"):
                with ui.row().classes("items-center gap-2"):
                    ui.label(each.name).classes("strong")
                    if each.username == self.me:
                        ui.label("我").classes("badge")
                    if each.disabled:
                        ui.label("停用了").classes("badge late")
                ui.label(each.username).classes("muted")
            with ui.row().classes("items-center gap-2 no-wrap"):
                self._controls(each)

    def _controls(self, each: Account) -> None:
        chosen = ui.select(ROLE_NAMES, value=each.role).props(f'outlined dense aria-label="{each.username} 的角色"')

        role = each.role

        async def change() -> None:
            nonlocal role
            if chosen.value == role:
                return
            try:
                await self.accounts.set_role(each.username, chosen.value, by=self.me)
            except AccountError:
                # The field says again what is so.
                chosen.value = role
                raise
            role = chosen.value
            ui.notify(f"{each.name}现在是{ROLE_NAMES[chosen.value]}，要重新登录。", type="positive")

        chosen.classes("w-28").on_value_change(self.visit.deed("admin", "account_role", change))
        ui.button("改密码", on_click=partial(self._renew, each)).props("outline dense no-caps padding='xs sm'")
        turn = self.visit.deed("admin", "account_disable", partial(self._turn, each))
        label = "启用" if each.disabled else "停用"
        ui.button(label, on_click=turn).props("outline dense no-caps padding='xs sm'").classes("w-16")

    async def _turn(self, each: Account) -> None:
        await self.accounts.disable(each.username, by=self.me, disabled=not each.disabled)
        await self._show()

    async def _renew(self, each: Account) -> None:
        with ui.dialog() as dialog, ui.card().classes("gap-2"):
            ui.label(f"给{each.name}换一个密码").classes("heading")
            ui.label("换了以后，所有设备上都要重新登录。").classes("muted")
            field = ui.input("新密码（至少 10 个字符）", password=True).props(
                "outlined dense autocomplete=new-password"
            )

            async def renew() -> None:
                await self.accounts.set_password(each.username, str(field.value or ""), by=self.me)
                dialog.close()
                ui.notify("密码换好了。", type="positive")

            with ui.row().classes("w-full justify-end"):
                ui.button("不换", on_click=dialog.close).props("flat no-caps")
                do = self.visit.deed("admin", "account_password", renew)
                ui.button("换密码", on_click=do).props("unelevated no-caps")
        dialog.open()


async def _people(visit: Visit) -> None:
    await PeoplePage(visit).render()


PAGES = (Page("/people", "人员", "group", "admin", _people),)
