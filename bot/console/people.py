"""Accounts, for administrators; and everybody's templates, for editors."""

from nicegui import ui

from bot.accounts.accounts import AccountError
from bot.accounts.roles import ROLE_NAMES
from bot.console.console import Visit
from bot.console.shell import Page, empty
from bot.storage import workbench
from bot.storage.accounts import Account


async def _people(visit: Visit) -> None:
    accounts, me = visit.console.accounts, visit.session.username
    ui.label("人员").classes("title")
    with ui.row().classes("panel items-center gap-2"):
        username = ui.input("用户名").props("outlined dense")
        name = ui.input("姓名").props("outlined dense")
        role = ui.select(ROLE_NAMES, value="agent", label="角色").props("outlined dense")
        password = ui.input("密码", password=True).props("outlined dense autocomplete=new-password")

        async def add() -> None:
            await accounts.add(username.value, name.value, role.value, password.value, by=me)
            username.value = name.value = password.value = ""
            await show()

        ui.button("添加", on_click=visit.deed("admin", "account_add", add)).props("unelevated")
    people = ui.column().classes("panel gap-0")

    async def show() -> None:
        people.clear()
        with people:
            for each in await accounts.listed():
                row(each)

    def row(each: Account) -> None:
        with ui.row().classes("listed items-center gap-3"):
            ui.label(f"{each.name}（{each.username}）").classes("grow")
            chosen = ui.select(ROLE_NAMES, value=each.role).props("outlined dense")

            role = each.role

            async def change() -> None:
                nonlocal role
                if chosen.value == role:
                    return
                try:
                    await accounts.set_role(each.username, chosen.value, by=me)
                except AccountError:
                    # The field says again what is so.
                    chosen.value = role
                    raise
                role = chosen.value

            async def turn() -> None:
                await accounts.disable(each.username, by=me, disabled=not each.disabled)
                await show()

            chosen.on_value_change(visit.deed("admin", "account_role", change))
            label = "启用" if each.disabled else "停用"
            ui.button(label, on_click=visit.deed("admin", "account_disable", turn)).props("outline dense no-caps")

    await show()


async def _templates(visit: Visit) -> None:
    ui.label("回复模板").classes("title")
    ui.label("可以写 {number}、{name}、{project}、{person}、{phone}，插入时换成这张工单的内容。").classes("muted")
    title = ui.input("标题").props("outlined maxlength=80").classes("w-full")
    text = ui.textarea("内容（清空再保存就是删除）").props("outlined").classes("w-full")
    found = ui.column().classes("panel gap-0")

    async def save() -> None:
        name = str(title.value or "").strip()
        if not name:
            ui.notify("先写标题。")
            return
        async with visit.console.database.write() as tx:
            await workbench.save_template(
                tx, name[:80], str(text.value or "").strip(), visit.session.username, visit.console.now()
            )
        await visit.audit("template", detail=name[:80])
        await show()

    async def show() -> None:
        async with visit.console.database.read() as tx:
            rows = await workbench.templates(tx)
        found.clear()
        with found:
            for name, words in rows:
                with ui.column().classes("listed gap-1").on("click", lambda name=name, words=words: edit(name, words)):
                    ui.label(name).classes("heading")
                    ui.label(words).classes("plain muted")
            if not rows:
                empty("quickreply", "还没有模板。", "在上面写标题和内容，保存后就能在工单里插入。")

    def edit(name: str, words: str) -> None:
        title.value, text.value = name, words

    ui.button("保存", on_click=visit.deed("editor", "template", save)).props("unelevated")
    await show()


PAGES = (
    Page("/templates", "回复模板", "quickreply", "editor", _templates),
    Page("/people", "人员", "group", "admin", _people),
)
