"""Where a step leads: to the one below, to a chosen one, apart into two to four ways, or to an end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from bot.console.preview import ENDS
from bot.knowledge.editing import EditError
from kb.model import Option, Step

_BELOW, _JUMP, _FORK = "", "next", "fork"
_AFTER = {_BELOW: "接着下面那步", _JUMP: "跳到别的一步", _FORK: "分几种情况"} | {
    end: f"到此结束：{label}" for end, label in ENDS.items()
}
Targets = Mapping[str, str]


@dataclass
class _Way:
    """One way out of a fork, as fields."""

    box: ui.row
    label: ui.input
    goto: ui.select
    onward: ui.checkbox


class Ways:
    """The fields. ``targets``: id of a step or record → what it is called; ``changed`` is told after each change."""

    def __init__(self, step: Step | None, targets: Targets, changed: Callable[[], None]) -> None:
        self._targets, self._changed = dict(targets), changed
        self._ways: list[_Way] = []
        after = (_FORK if step.options else _JUMP if step.next else step.end or _BELOW) if step else _BELOW
        self._after = ui.select(_AFTER, value=after, label="做完以后").props("outlined dense").classes("w-full")
        self._next = self._select("跳到", (step.next if step else None) or "").classes("w-full")
        self._fork = ui.column().classes("w-full gap-1")
        with self._fork:
            self._column = ui.column().classes("w-full gap-1")
            ui.button("加一种情况", icon="add", on_click=self._more).props("flat dense no-caps padding='xs sm'")
        for option in step.options if step else ():
            self._add(option)
        self._after.on_value_change(self._look)
        self._look(None)

    def values(self) -> dict[str, Any]:
        """What was typed, as fields of a step. Raises EditError."""
        after = str(self._after.value or "")
        if after == _JUMP:
            if not self._next.value:
                raise EditError("选一下跳到哪一步。")
            return {"next": self._next.value}
        if after == _FORK:
            return {"options": tuple(self._option(way) for way in self._ways)}
        return {"end": after} if after else {}

    def offer(self, targets: Targets) -> None:
        """Other steps can be led to from now on."""
        self._targets = dict(targets)
        for field in (self._next, *(way.goto for way in self._ways)):
            field.set_options(self._known(field.value), value=field.value)

    def renamed(self, old: str, new: str) -> None:
        """What led to the step leads to it under its new name."""
        for field in (self._next, *(way.goto for way in self._ways)):
            if field.value == old:
                field.set_options({**self._known(old), new: new}, value=new)

    def _option(self, way: _Way) -> Option:
        label = str(way.label.value or "").strip()
        if not label or not way.goto.value:
            raise EditError("每种情况都要写按钮上的字、选好去哪一步。")
        return Option(label=label, goto=way.goto.value, onward=bool(way.onward.value))

    def _look(self, event: Any) -> None:
        self._next.set_visibility(self._after.value == _JUMP)
        self._fork.set_visibility(self._after.value == _FORK)
        if event is not None:
            if self._after.value == _FORK and not self._ways:
                self._add(None)
                self._add(None)
            self._changed()

    def _more(self) -> None:
        self._add(None)
        self._changed()

    def _add(self, option: Option | None) -> None:
        with self._column, ui.row().classes("w-full items-center gap-2") as box:
            label = ui.input("按钮上的字", value=option.label if option else "").props("outlined dense debounce=400")
            label.style("flex: 2 1 8rem").on_value_change(lambda _: self._changed())
            goto = self._select("去哪一步", option.goto if option else "").style("flex: 3 1 10rem")
            onward = ui.checkbox("一般走这条", value=option.onward if option else False).props("dense")
            onward.tooltip("说“下一步”就走它；几种情况不分主次时都不勾").on_value_change(lambda _: self._changed())
            drop = ui.button(icon="close").props("flat round dense aria-label=去掉这种情况")
        way = _Way(box, label, goto, onward)
        drop.on_click(lambda: self._drop(way))
        self._ways.append(way)

    def _drop(self, way: _Way) -> None:
        self._ways.remove(way)
        way.box.delete()
        self._changed()

    def _select(self, label: str, value: str) -> ui.select:
        field = ui.select(self._known(value), value=value or None, label=label, with_input=True)
        return field.props("outlined dense options-dense").on_value_change(lambda _: self._changed())

    def _known(self, value: str | None) -> dict[str, str]:
        return {**self._targets, value: f"{value}（不在了）"} if value and value not in self._targets else self._targets
