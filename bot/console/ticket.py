"""One ticket: the conversation as the user saw it, what is known, and everything an agent can do."""

from datetime import datetime, timedelta
from typing import Any

from nicegui import ui

from bot.console.console import StoppedError, Visit
from bot.console.shell import Page, empty
from bot.desk.actions import Verb
from bot.desk.hours import SHANGHAI
from bot.desk.lifecycle import STATUS_NAMES
from bot.desk.overview import AUTHORS, CHANNEL_NAMES, story
from bot.storage import conversations, tickets, workbench
from bot.storage.tickets import Case
from handlers.contacts import line

_EVERY_SECONDS = 1.0
_HERE, _TYPING = timedelta(seconds=10), timedelta(seconds=4)
_MOST_LINES = 200
_SUGGESTED = 3
_KEYS = {
    "r": "写回复",
    "n": "写备注",
    "c": "认领",
    "s": "标为解决",
    "u": "加急或取消",
    "l": "回到列表",
    "?": "看这张表",
}
_PLACES = ("number", "name", "project", "person", "phone")


class TicketPage:
    """One open ticket."""

    def __init__(self, visit: Visit, number: int) -> None:
        self.visit = visit
        self.number = number
        self.mark: object = None
        self.typing_at: datetime | None = None

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
        self.head = ui.row().classes("w-full items-center gap-2")
        self.present = ui.label().classes("muted")
        self._bar(colleagues, case)
        with ui.row().classes("w-full gap-4 items-start"):
            with ui.column().classes("grow gap-3").style("flex: 3 1 22rem"):
                self.talk = ui.column().classes("panel gap-2").props("aria-label=对话")
                self._composer(templates, case)
            with ui.column().classes("gap-3").style("flex: 2 1 16rem"):
                self.facts = ui.column().classes("panel gap-2")
                self.story = ui.column().classes("panel gap-2")
        self._keyboard()
        await self.refresh()
        self.timer = ui.timer(_EVERY_SECONDS, self.refresh)

    def _bar(self, colleagues: dict[str, str], case: Case) -> None:
        buttons: tuple[tuple[str, Verb], ...] = (
            ("认领", "claim"), ("加急", "urgent"), ("解决", "solve"), ("关闭", "close"), ("重开", "reopen"),
        )  # fmt: skip
        with ui.row().classes("w-full items-center gap-2"):
            for label, verb in buttons:
                outline = "unelevated" if verb == "claim" else "outline"
                ui.button(label, on_click=lambda verb=verb: self.do(verb)).props(
                    f"{outline} dense no-caps padding='xs md'"
                )
            self._choice("指派给", colleagues, "assign")
            teams = self.visit.console.staff.mail.rooms.others(case.team)
            self._choice("转给组", {team: team for team in teams}, "hand_over")
            merge = ui.input("并入工单").props("dense outlined").classes("w-28")
            merge.on("keydown.enter", lambda: self.do("merge", str(merge.value or "")))

    def _choice(self, label: str, options: dict[str, str], verb: Verb) -> None:
        if options:
            select = ui.select(options, label=label).props("outlined dense options-dense").classes("min-w-32")
            select.on_value_change(lambda event: self.do(verb, event.value) if event.value else None)

    def _composer(self, templates: dict[str, str], case: Case) -> None:
        knowledge = self.visit.console.base().knowledge
        with ui.column().classes("panel gap-2"):
            self.words = (
                ui.textarea(placeholder="回复用户……（Ctrl+Enter 发送）").props("outlined autogrow").classes("w-full")
            )
            self.words.on("keydown.ctrl.enter", lambda: self._send("reply"))
            self.words.on_value_change(self._type)
            with ui.row().classes("w-full items-center gap-2"):
                ui.button("发送", icon="send", on_click=lambda: self._send("reply")).props("unelevated no-caps")
                ui.button("存为备注", icon="lock", on_click=lambda: self._send("note")).props("outline no-caps")
                if templates:
                    texts = {title: self._filled(text, case) for title, text in templates.items()}
                    self._insert("插入模板", {title: title for title in texts}, texts)
                titles = {record.id: record.title for record in knowledge.records}
                shorts = {record.id: f"{record.title}：{record.answer.short}" for record in knowledge.records}
                self._insert("插入知识", titles, shorts)

    def _insert(self, label: str, titles: dict[str, str], texts: dict[str, str]) -> None:
        select = ui.select(titles, label=label, with_input=True).props("outlined dense options-dense").classes("w-40")

        def put(event: Any) -> None:
            if event.value:
                self.words.value = f"{self.words.value or ''}{texts[event.value]}"
                select.value = None

        select.on_value_change(put)

    def _filled(self, text: str, case: Case) -> str:
        values = {"number": str(case.number), "name": self.visit.session.name}
        values |= {name: getattr(case, name) or "" for name in _PLACES[2:]}
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _type(self) -> None:
        self.typing_at = self.visit.console.now() if self.words.value else None

    async def _send(self, verb: Verb) -> None:
        if await self.do(verb, str(self.words.value or "")):
            self.words.value = ""

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
                ui.label(f"{key}　{what}")

        async def pressed(event: Any) -> None:
            if not event.action.keydown or event.modifiers.ctrl or event.modifiers.alt or event.modifiers.meta:
                return
            key = str(event.key)
            verbs: dict[str, Verb] = {"c": "claim", "s": "solve", "u": "urgent"}
            if key in ("r", "n"):
                self.words.run_method("focus")
            elif key == "l":
                ui.navigate.to("/")
            elif key == "?":
                sheet.open()
            elif key in verbs:
                await self.do(verbs[key])

        ui.keyboard(on_key=pressed, repeating=False)
        ui.button("快捷键", icon="keyboard", on_click=sheet.open).props("flat dense no-caps")

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
        async with console.database.write() as tx:
            await workbench.come(tx, self.number, session.digest, session.account_id, now, self.typing_at)
        async with console.database.read() as tx:
            others = await workbench.others(tx, self.number, session.account_id, now - _HERE, now - _TYPING)
            case = await tickets.get(tx, self.number)
            mark = await workbench.mark_of(tx, case) if case else None
            here = "；".join(f"{name}{'正在输入……' if typing else '也在看这张工单'}" for name, typing in others)
            self.present.set_text(here)
            if case is None or mark == self.mark:
                return
            lines = await conversations.lines(tx, case.conversation_id, _MOST_LINES)
            history = await tickets.history(tx, self.number)
            files = await workbench.files(tx, self.number)
        self.mark = mark
        self._show_head(case)
        self._show_talk(lines)
        self._show_facts(case, files)
        self.story.clear()
        with self.story:
            ui.label("经过").classes("heading")
            ui.label(story(history, None)).classes("plain muted")

    def _hide(self, why: str) -> None:
        for part in (self.head, self.talk, self.facts, self.story):
            part.clear()
        with self.talk:
            empty("logout", why)

    def _show_head(self, case: Case) -> None:
        self.head.clear()
        with self.head:
            ui.label(f"工单 {case.number}").classes("title")
            ui.label(STATUS_NAMES[case.status]).classes("badge")
            if case.priority == "urgent":
                ui.label("加急").classes("badge late")
            ui.label(" · ".join(filter(None, (case.agent or "无人认领", case.team)))).classes("muted")

    def _show_talk(self, lines: list[Any]) -> None:
        self.talk.clear()
        with self.talk:
            for each in lines:
                when = each.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
                side = "items-end" if each.author == "user" else "items-start"
                with ui.column().classes(f"w-full gap-0 {side}"):
                    ui.label(f"{AUTHORS[each.author]} · {when}").classes("muted")
                    ui.label(each.text or "（内容已清除）").classes(f"said {each.author}")
            if not lines:
                empty("chat", "这张工单没有对话。", "可以直接回复，用户会收到。")

    def _show_facts(self, case: Case, files: list[Any]) -> None:
        base = self.visit.console.base()
        record = base.knowledge.record
        self.facts.clear()
        with self.facts:
            ui.label("用户和工地").classes("heading")
            ui.label(case.question or "（内容已清除）").classes("plain")
            channel = CHANNEL_NAMES.get(case.channel, case.channel)
            pairs = (
                ("渠道", channel),
                ("项目", case.project),
                ("称呼", case.person),
                ("电话", case.phone),
                ("地区", case.district),
            )
            for label, value in pairs:
                if value:
                    ui.label(f"{label}：{value}")
            for contact in case.contacts:
                if contact in base.knowledge.contact:
                    found = line(base.knowledge.contact[contact])
                    ui.label(f"对口电话：{found.label} {'、'.join(found.phones)}")
            tried = "、".join(record[name].title for name in case.tried if name in record)
            ui.label(f"机器人答过：{tried or '没有'}").classes("muted")
            for row in files:
                name = row.name or row.kind
                if row.path:
                    ui.link(name, f"/file/{row.id}", new_tab=True).props("rel=noopener")
                else:
                    ui.label(f"{name}（没有取来）").classes("muted")


async def _render(visit: Visit) -> None:
    await TicketPage(visit, visit.number).render()


PAGES = (Page("/tickets/{number}", "工单", "confirmation_number", "agent", _render, menu=False),)
