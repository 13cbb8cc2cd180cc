"""The steps of a record as a form: added, taken out, dragged into another order."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from bot.console.picture_form import Keep, PictureField
from bot.console.ways import Ways
from bot.knowledge.editing import EditError
from kb.model import Step

_SHOWN = 16


@dataclass
class StepForm:
    """The fields of one step."""

    old: Step | None
    id: Any
    text: Any
    detail: Any
    warning: Any
    ways: Ways
    closing: Any
    picture: PictureField

    def value(self) -> Step:
        """What was typed. Raises EditError."""
        fields = {name: str(getattr(self, name).value or "").strip() for name in ("id", "text", "detail", "warning")}
        values: dict[str, Any] = {name: text for name, text in fields.items() if text}
        values |= self.ways.values() | {"closing": bool(self.closing.value)}
        values |= {"image": self.picture.name} if self.picture.name else {}
        try:
            return Step(**values)
        except ValidationError as error:
            where = "、".join(sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]}))
            raise EditError(f"填得不对：{where}。编号用小写字母、数字和短横线，内容不能空。") from error


class StepsForm:
    """All steps.

    ``changed`` is told after each change; ``keep`` keeps an uploaded picture and gives its name; ``records``: those that a
    step may lead on to, by id.
    """

    def __init__(
        self,
        steps: tuple[Step, ...],
        changed: Callable[[], None],
        keep: Keep,
        *,
        records: Mapping[str, str] | None = None,
    ) -> None:
        self._tell, self._keep = changed, keep
        self._records = dict(records or {})
        self._targets = self._records | {step.id: called(place, step.text) for place, step in enumerate(steps)}
        self._forms: dict[int, StepForm] = {}
        self._column = ui.column().classes("w-full gap-2")
        self._column.make_sortable(handle=".handle", on_end=lambda _: self._changed())
        for step in steps:
            self._add(step)
        ui.button("加一步", icon="add", on_click=self._more).props("outline no-caps dense padding='xs md'")

    def values(self) -> tuple[Step, ...]:
        """The steps in the order in which they stand. Raises EditError."""
        return tuple(self._value(place, each.id) for place, each in enumerate(self._column.default_slot.children))

    def _value(self, place: int, box: int) -> Step:
        try:
            return self._forms[box].value()
        except EditError as error:
            raise EditError(f"第 {place + 1} 步：{error}") from error

    def _changed(self) -> None:
        """Steps are named by what they do, so each is offered under its words of now."""
        forms = [self._forms[each.id] for each in self._column.default_slot.children]
        targets = {str(form.id.value or ""): called(place, form.text.value) for place, form in enumerate(forms)}
        targets = {name: text for name, text in targets.items() if name} | self._records
        if targets != self._targets:
            self._targets = targets
            for form in forms:
                form.ways.offer(targets)
        self._tell()

    def _free(self) -> str:
        taken = {str(form.id.value or "") for form in self._forms.values()}
        return next(name for number in itertools.count(len(taken) + 1) if (name := f"step-{number}") not in taken)

    def _renamed(self, event: Any) -> None:
        for form in self._forms.values():
            form.ways.renamed(event.previous_value, event.value)
        self._changed()

    def _more(self) -> None:
        self._add(None)
        self._changed()

    def _add(self, step: Step | None) -> None:
        with self._column, ui.column().classes("panel gap-1") as box:
            with ui.row().classes("w-full items-center no-wrap gap-2"):
                ui.icon("drag_indicator").classes("handle cursor-move muted").props("aria-label=拖动排序")
                text = ui.textarea("做什么", value=step.text if step else "").classes("grow")
                text.props("outlined dense autogrow debounce=400").on_value_change(lambda _: self._changed())
                ui.button(icon="arrow_upward", on_click=lambda: self._raise(box)).props(
                    "flat round dense aria-label=上移这一步"
                )
                ui.button(icon="delete", on_click=lambda: self._drop(box)).props(
                    "flat round dense aria-label=删除这一步"
                )
            ways = Ways(step, self._targets, self._changed)
            picture = PictureField(step.image if step else None, self._keep, self._changed)
            with ui.expansion("细节、提醒").classes("w-full").props("dense"):
                detail = self._field("细节", (step.detail if step else None) or "").classes("w-full")
                warning = self._field("提醒", (step.warning if step else None) or "").classes("w-full")
                closing = ui.checkbox("只是收尾问一句（不算一步，不列在答案里）", value=step.closing if step else False)
                closing.props("dense").on_value_change(lambda _: self._changed())
                name = ui.input("编号（别处用它指到这一步）", value=step.id if step else self._free())
                name.props("outlined dense debounce=600").classes("w-full").on_value_change(self._renamed)
        self._forms[box.id] = StepForm(step, name, text, detail, warning, ways, closing, picture)

    def _field(self, label: str, value: str) -> Any:
        field = ui.input(label, value=value).props("outlined dense debounce=400")
        field.on_value_change(lambda _: self._changed())
        return field

    def _raise(self, box: ui.column) -> None:
        box.move(target_index=max(0, self._column.default_slot.children.index(box) - 1))
        self._changed()

    def _drop(self, box: ui.column) -> None:
        self._column.remove(box)
        del self._forms[box.id]
        self._changed()


def called(place: int, text: Any) -> str:
    """A step as it is offered to be led to."""
    words = str(text or "").strip() or "（还没写）"
    return f"第 {place + 1} 步 {words if len(words) <= _SHOWN else f'{words[:_SHOWN]}…'}"
