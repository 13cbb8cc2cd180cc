"""One ticket: the conversation as the user saw it, what is known, and everything an agent can do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from nicegui import run, ui

from bot.console.composer import Composer
from bot.console.console import StoppedError, Visit
from bot.console.shell import Page, empty
from bot.console.ticket_side import Side, Suggested, suggested
from bot.desk.actions import Verb
from bot.desk.hours import SHANGHAI
from bot.desk.lifecycle import STATUS_NAMES, Deed, after
from bot.desk.overview import AUTHORS, age, story
from bot.storage import conversations, ticket_list, tickets, workbench
from bot.storage.conversations import Line
from bot.storage.tickets import Case

_EVERY_SECONDS = 1.0
_HERE, _TYPING, _TELL = timedelta(seconds=10), timedelta(seconds=4), timedelta(seconds=3)
_MOST_LINES = 200
_KEYS = {
    "r": "写回复",
    "n": "写备注",
    "c": "认领",
    "s": "标为解决",
    "u": "加急或取消",
    "l": "回到列表",
    "?": "看这张表",
}
_BUTTONS: tuple[tuple[str, str, Verb, Deed | None], ...] = (
    ("认领", "pan_tool", "claim", "claim"), ("解决", "task_alt", "solve", "solve"), ("重开", "undo", "reopen", "reopen"),
    ("加急", "priority_high", "urgent", None), ("关闭", "close", "close", "close"),
)  # fmt: skip
"""Label, icon, what it does, and the deed that has to be possible in the ticket's state."""


class TicketPage:
    """One open ticket."""

    def __init__(self, visit: Visit, number: int) -> None:
        self.visit = visit
        self.number = number
        self.mark: object = None
        self.buttons: dict[Verb, ui.button] = {}
        self.told_at: datetime | None = None

    async def render(self) -> None:
        """Build the page; seeing it is written down."""
        console, session = self.visit.console, self.visit.session
        async with console.database.read() as tx:
            case = await tickets.get(tx, self.number)
            colleagues = await workbench.colleagues(tx)
            templates = dict(await workbench.templates(tx))
        if case is None:
            empty("search_off", f"没有工单 {self.number}。", "回到列表看看现有的工单。")
            return
        async with console.database.write() as tx:
            new = await workbench.come(tx, self.number, session.digest, session.account_id, console.now(), None)
        if new:
            await self.visit.audit("view", self.number)
        ui.link("← 工单", "/").classes("muted back")
        self.head = ui.row().classes("w-full items-center gap-2")
        self.present = ui.label().classes("badge soon").props("aria-live=polite")
        self._bar(colleagues, case)
        self.composer = Composer(self.visit, case, self._send)
        with ui.row().classes("w-full gap-4 items-start"):
            with ui.column().classes("gap-3").style("flex: 3 1 21rem; min-width: 0"):
                self.talk = ui.column().classes("panel gap-2 talk").props("aria-label=对话")
                self.composer.render(templates)
            side = ui.column().classes("gap-3").style("flex: 2 1 19rem; min-width: 0")
        guess = await run.io_bound(suggested, console.base(), case)
        self.side = Side(self.visit, side, guess or Suggested(), self.composer.put, self.merge)
        self._keyboard()
        self.timer = ui.timer(_EVERY_SECONDS, self.refresh, immediate=False)
        await self.refresh()

    def _bar(self, colleagues: dict[str, str], case: Case) -> None:
        with ui.row().classes("w-full items-center gap-2"):
            for label, icon, verb, _ in _BUTTONS:
                button = ui.button(label, icon=icon, on_click=partial(self.do, verb))
                button.props(f"{'unelevated' if verb == 'claim' else 'outline'} dense no-caps padding='xs md'")
                self.buttons[verb] = button
            self._choice("指派给", colleagues, "assign")
            teams = self.visit.console.staff.mail.rooms.others(case.team)
            self._choice("转给组", {team: team for team in teams}, "hand_over")

    def _choice(self, label: str, options: dict[str, str], verb: Verb) -> None:
        if options:
            select = ui.select(options, label=label).props("outlined dense options-dense").classes("w-32")

            async def choose(event: Any) -> None:
                if event.value:
                    await self.do(verb, event.value)
                    select.value = None

            select.on_value_change(choose)

    async def _send(self, verb: Verb, words: str) -> bool:
        return await self.do(verb, words)

    async def merge(self, other: int) -> None:
        """Make this ticket part of another one, after a question back."""
        with ui.dialog() as dialog, ui.card():
            ui.label(f"把工单 {self.number} 并入工单 {other}？").classes("heading")
            ui.label("这张会关闭，用户会收到通知：以后在那张里回复。").classes("muted")
            with ui.row().classes("w-full justify-end"):
                ui.button("不并", on_click=lambda: dialog.submit(None)).props("flat no-caps")
                ui.button("并入", on_click=lambda: dialog.submit(True)).props("unelevated no-caps")
        if await dialog:
            await self.do("merge", str(other))

    async def do(self, verb: Verb, text: str = "") -> bool:
        """Do it, and say what came of it."""
        try:
            done = await self.visit.act(verb, self.number, text)
        except StoppedError as error:
            ui.notify(str(error), type="negative")
            return False
        ui.notify(done.text, type="warning" if done.refused else "positive")
        await self.refresh()
        return not done.refused

    def _keyboard(self) -> None:
        with ui.dialog() as sheet, ui.card():
            ui.label("快捷键").classes("heading")
            for key, what in _KEYS.items():
                with ui.row().classes("items-center gap-3"):
                    ui.label(key).classes("key")
                    ui.label(what)

        async def pressed(event: Any) -> None:
            if not event.action.keydown or event.modifiers.ctrl or event.modifiers.alt or event.modifiers.meta:
                return
            key = str(event.key)
            verbs: dict[str, Verb] = {"c": "claim", "s": "solve", "u": "urgent"}
            if key in ("r", "n"):
                self.composer.take("reply" if key == "r" else "note")
            elif key == "l":
                ui.navigate.to("/")
            elif key == "?":
                sheet.open()
            elif key in verbs:
                await self.do(verbs[key])

        ui.keyboard(on_key=pressed, repeating=False)
        with self.side.foot:
            ui.button("快捷键", icon="keyboard", on_click=sheet.open).props("flat dense no-caps").classes("gt-sm")

    async def refresh(self) -> None:
        """Show what has changed, and who else is here."""
        console, session = self.visit.console, self.visit.session
        try:
            await self.visit.allowed("agent", "view", self.number, in_use=False)
        except StoppedError as error:
            self.timer.cancel()
            self._hide(str(error))
            return
        now = console.now()
        await self._tell(now)
        async with console.database.read() as tx:
            others = await workbench.others(tx, self.number, session.account_id, now - _HERE, now - _TYPING)
            case = await tickets.get(tx, self.number)
            mark = (await workbench.mark_of(tx, case), now.minute) if case else None
            here = "；".join(f"{name}{'正在输入……' if typing else '也在看这张工单'}" for name, typing in others)
            self.present.set_text(here)
            self.present.set_visibility(bool(here))
            if case is None or mark == self.mark:
                return
            lines = await conversations.lines(tx, case.conversation_id, _MOST_LINES)
            history = await tickets.history(tx, self.number)
            files = await workbench.files(tx, self.number)
            tried = await workbench.tried(tx, case)
            same = await ticket_list.of_person(tx, case)
        is_first, self.mark = self.mark is None, mark
        self._show_head(case)
        self._show_talk(lines, to_the_end=is_first)
        self.side.show(case, files, tried, same, story(history, None))

    async def _tell(self, now: datetime) -> None:
        """Let colleagues know that somebody is here: now and then, and whenever he types."""
        typing = self.composer.typing_at
        if self.told_at and now - self.told_at < _TELL and not (typing and typing > self.told_at):
            return
        console, session = self.visit.console, self.visit.session
        async with console.database.write() as tx:
            await workbench.come(tx, self.number, session.digest, session.account_id, now, typing)
        self.told_at = now

    def _hide(self, why: str) -> None:
        self.head.clear()
        self.talk.clear()
        self.side.hide()
        with self.talk:
            empty("logout", why)

    def _show_head(self, case: Case) -> None:
        self.head.clear()
        is_open = case.status in tickets.OPEN
        with self.head:
            ui.label(f"工单 {case.number}").classes("title")
            ui.label(STATUS_NAMES[case.status]).classes("badge" if is_open else "badge done")
            if case.priority == "urgent":
                ui.label("加急").classes("badge late")
            waits = age(case.opened_at, self.visit.console.now())
            parts = (f"{waits}前提交", case.agent or "无人认领", case.team)
            ui.label(" · ".join(filter(None, parts))).classes("muted")
        for _, _, verb, deed in _BUTTONS:
            possible = is_open if deed is None else after(case.status, deed) is not None
            self.buttons[verb].set_visibility(possible and not (verb == "claim" and case.status != "open"))
        self.buttons["urgent"].set_text("取消加急" if case.priority == "urgent" else "加急")

    def _show_talk(self, lines: Sequence[Line], *, to_the_end: bool) -> None:
        self.talk.clear()
        day = ""
        with self.talk:
            for each in lines:
                when = each.at.astimezone(SHANGHAI)
                if day != (day := f"{when:%Y-%m-%d}"):
                    ui.label(day).classes("day")
                side = "items-end" if each.author == "user" else "items-start"
                with ui.column().classes(f"w-full gap-0 {side}"):
                    ui.label(f"{AUTHORS[each.author]} · {when:%H:%M}").classes("muted small")
                    ui.label(each.text or "（内容已清除）").classes(f"said {each.author}")
            if not lines:
                empty("chat", "这张工单没有对话。", "可以直接回复，用户会收到。")
        end = "e.scrollTop = e.scrollHeight" if to_the_end else "if (near) e.scrollTop = e.scrollHeight"
        near = "const near = e.scrollHeight - e.scrollTop - e.clientHeight < 200;"
        ui.run_javascript(f"const e = getHtmlElement({self.talk.id}); if (e) {{ {near} {end} }}")


async def _render(visit: Visit) -> None:
    await TicketPage(visit, visit.number).render()


PAGES = (Page("/tickets/{number}", "工单", "confirmation_number", "agent", _render, menu=False),)
