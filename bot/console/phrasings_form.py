"""How people ask for a record: what only it answers, and what other records answer just as well."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from bot.console.forms import fields
from bot.knowledge.editing import EditError
from kb.model import Phrasing


class PhrasingsForm:
    """All phrasings, those of the same records together. ``changed`` is told after each change."""

    def __init__(
        self, phrasings: tuple[Phrasing, ...], records: Mapping[str, str], changed: Callable[[], None]
    ) -> None:
        self._old, self._records, self._changed = phrasings, records, changed
        self._groups: list[tuple[ui.column, ui.select, ui.textarea]] = []
        shared = dict.fromkeys(each.also for each in phrasings if each.also)
        self._own = self._lines("一行一种", [each.text for each in phrasings if not each.also])
        self._column = ui.column().classes("w-full gap-2")
        for also in shared:
            self._add(also, [each.text for each in phrasings if each.also == also])
        ui.button("加一组别的记录也能答的问法", icon="add", on_click=lambda: self._add((), [])).props(
            "outline no-caps dense padding='xs md'"
        )

    def values(self) -> tuple[Phrasing, ...]:
        """The phrasings: those that were there in their order, the new ones behind them. Raises EditError."""
        told: dict[str, tuple[str, ...]] = dict.fromkeys(fields.lines_of(self._own), ())
        for _, chosen, texts in self._groups:
            for text in fields.lines_of(texts):
                if told.get(text):
                    raise EditError(f"“{text}”写在两组里了，留一处。")
                if not chosen.value:
                    raise EditError(f"“{text}”那一组，选一下还有哪些记录能答。")
                told[text] = fields.picked(chosen)
        before = [each.text for each in self._old if each.text in told]
        return tuple(Phrasing(text=text, also=told[text]) for text in dict.fromkeys([*before, *told]))

    def _add(self, also: tuple[str, ...], texts: list[str]) -> None:
        with self._column, ui.column().classes("w-full gap-2 group") as box:
            with ui.row().classes("w-full items-center no-wrap gap-2"):
                chosen = fields.choices("这些问法，下面的记录也能答", self._records, also)
                drop = ui.button(icon="delete", on_click=lambda: self._drop(box)).props("flat round dense")
                drop.props("aria-label=去掉这一组")
            lines = self._lines("一行一种", texts)
        chosen.on_value_change(lambda _: self._changed())
        self._groups.append((box, chosen, lines))

    def _drop(self, box: ui.column) -> None:
        self._groups = [each for each in self._groups if each[0] is not box]
        box.delete()
        self._changed()

    def _lines(self, label: str, texts: list[str]) -> Any:
        field = fields.lines(label, texts).props("debounce=400")
        field.on_value_change(lambda _: self._changed())
        return field
