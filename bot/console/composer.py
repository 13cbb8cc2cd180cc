"""Where an agent writes: to the user, or a note that only colleagues see."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal

from nicegui import ui

from bot.console.console import Visit
from bot.console.ticket_side import words_of
from bot.storage.tickets import Case

Kind = Literal["reply", "note"]
_PLACES = ("number", "name", "project", "person", "phone")
_HINTS: dict[Kind, str] = {
    "reply": "回复用户……（Ctrl+Enter 发送）",
    "note": "写备注，只有同事看得到……（Ctrl+Enter 存下）",
}


class Composer:
    """The field and its buttons. ``send``: does it, and says whether it was done; ``typing_at``: when something was typed."""

    def __init__(self, visit: Visit, case: Case, send: Callable[[Kind, str], Awaitable[bool]]) -> None:
        self.visit = visit
        self.case = case
        self.typing_at: datetime | None = None
        self._send = send

    def render(self, templates: dict[str, str]) -> None:
        """Build it where it stands."""
        with ui.column().classes("panel gap-2") as self.panel:
            self.kind = ui.toggle({"reply": "回复用户", "note": "内部备注"}, value="reply", on_change=self._turn)
            self.kind.props("no-caps unelevated toggle-color=primary dense padding='xs md'")
            self.words = ui.textarea(placeholder=_HINTS["reply"]).props("outlined autogrow").classes("w-full")
            self.words.on("keydown.ctrl.enter", self.send)
            self.words.on_value_change(self._typed)
            with ui.row().classes("w-full items-center gap-2"):
                self.button = ui.button("发送", icon="send", on_click=self.send).props("unelevated no-caps")
                ui.space()
                if templates:
                    texts = {title: self._filled(text) for title, text in templates.items()}
                    self._insert("插入模板", {title: title for title in texts}, texts.__getitem__)
                base = self.visit.console.base()
                titles = {record.id: record.title for record in base.knowledge.records}
                self._insert("插入知识", titles, lambda chosen: words_of(base.knowledge.record[chosen], base))

    def take(self, kind: Kind) -> None:
        """Write this kind of thing now."""
        self.kind.value = kind
        self.words.run_method("focus")

    def put(self, text: str) -> None:
        """Add to what is written."""
        written = str(self.words.value or "").rstrip()
        self.words.value = f"{written}\n{text}" if written else text
        self.words.run_method("focus")

    async def send(self) -> None:
        """Send or keep it; what could not be stays in the field."""
        if await self._send(self.kind.value, str(self.words.value or "")):
            self.words.value = ""
            self.typing_at = None

    def _turn(self, event: Any) -> None:
        is_note = event.value == "note"
        self.words.props(f'placeholder="{_HINTS[event.value]}"')
        self.button.set_text("存为备注" if is_note else "发送")
        self.button.set_icon("lock" if is_note else "send")
        self.panel.classes(add="private") if is_note else self.panel.classes(remove="private")

    def _insert(self, label: str, titles: dict[str, str], text: Callable[[str], str]) -> None:
        select = ui.select(titles, label=label, with_input=True).props("outlined dense options-dense").classes("w-36")

        def choose(event: Any) -> None:
            if event.value:
                self.put(text(event.value))
                select.value = None

        select.on_value_change(choose)

    def _filled(self, text: str) -> str:
        values = {"number": str(self.case.number), "name": self.visit.session.name}
        values |= {name: getattr(self.case, name) or "" for name in _PLACES[2:]}
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _typed(self) -> None:
        self.typing_at = self.visit.console.now() if self.words.value else None
