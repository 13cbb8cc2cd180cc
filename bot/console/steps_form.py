"""The steps of a record as a form: added, taken out, dragged into another order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from bot.console.picture_form import Keep, PictureField
from bot.console.preview import ENDS
from bot.knowledge.editing import EditError
from kb.model import Option, Step

_ONWARD = "*"


@dataclass
class StepForm:
    """The fields of one step; ``options``: a line each, ``按钮文字 => 步骤或记录``, a ``*`` in front of the ordinary way on."""

    old: Step | None
    id: Any
    text: Any
    detail: Any
    warning: Any
    next: Any
    end: Any
    options: Any
    picture: PictureField

    def value(self) -> Step:
        """What was typed. Raises EditError."""
        fields = {
            name: str(getattr(self, name).value or "").strip() for name in ("id", "text", "detail", "warning", "next")
        }
        values: dict[str, Any] = {name: text for name, text in fields.items() if text}
        values |= {"end": self.end.value} if self.end.value else {}
        values["options"] = tuple(options_of(str(self.options.value or "")))
        values |= {"image": self.picture.name} if self.picture.name else {}
        if self.old:
            values |= {"closing": self.old.closing}
        try:
            return Step(**values)
        except ValidationError as error:
            name = fields["id"] or "没有编号的步骤"
            where = "、".join(sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]}))
            raise EditError(f"步骤“{name}”填得不对：{where}。编号用小写字母、数字和短横线，内容不能空。") from error


class StepsForm:
    """All steps. ``changed`` is told after each change; ``keep`` keeps an uploaded picture and gives its name."""

    def __init__(self, steps: tuple[Step, ...], changed: Callable[[], None], keep: Keep) -> None:
        self._changed = changed
        self._keep = keep
        self._forms: dict[int, StepForm] = {}
        self._column = ui.column().classes("w-full gap-2")
        self._column.make_sortable(handle=".handle", on_end=lambda _: self._changed())
        for step in steps:
            self._add(step)
        ui.button("加一步", icon="add", on_click=self._more).props("outline no-caps dense padding='xs md'")

    def values(self) -> tuple[Step, ...]:
        """The steps in the order in which they stand. Raises EditError."""
        return tuple(self._forms[each.id].value() for each in self._column.default_slot.children)

    def _more(self) -> None:
        self._add(None)
        self._changed()

    def _add(self, step: Step | None) -> None:
        with self._column, ui.column().classes("panel gap-1") as box:
            with ui.row().classes("w-full items-center no-wrap gap-2"):
                ui.icon("drag_indicator").classes("handle cursor-move muted").props("aria-label=拖动排序")
                name = self._field("编号", step.id if step else "").classes("w-32")
                text = self._field("做什么", step.text if step else "").classes("grow")
                ui.button(icon="delete", on_click=lambda: self._drop(box)).props(
                    "flat round dense aria-label=删除这一步"
                )
            picture = PictureField(step.image if step else None, self._keep, self._changed)
            with ui.expansion("细节、提醒、去向").classes("w-full").props("dense"):
                detail = self._field("细节", (step.detail if step else None) or "").classes("w-full")
                warning = self._field("提醒", (step.warning if step else None) or "").classes("w-full")
                with ui.row().classes("w-full gap-2"):
                    following = self._field(
                        "下一步去（空着就是下面那步）", (step.next if step else None) or ""
                    ).classes("grow")
                    end = ui.select({"": "不结束", **ENDS}, value=(step.end if step else None) or "", label="到此结束")
                    end.props("outlined dense").classes("w-40").on_value_change(lambda _: self._changed())
                options = ui.textarea("岔路，一行一条：按钮文字 => 步骤或记录编号（* 开头的是一般的走法）")
                options.value = "\n".join(map(line_of, step.options)) if step else ""
                options.props("outlined dense autogrow debounce=400").classes("w-full")
                options.on_value_change(lambda _: self._changed())
        self._forms[box.id] = StepForm(step, name, text, detail, warning, following, end, options, picture)

    def _field(self, label: str, value: str) -> Any:
        field = ui.input(label, value=value).props("outlined dense debounce=400")
        field.on_value_change(lambda _: self._changed())
        return field

    def _drop(self, box: ui.column) -> None:
        self._column.remove(box)
        del self._forms[box.id]
        self._changed()


def line_of(option: Option) -> str:
    """A fork's way as a line."""
    return f"{f'{_ONWARD} ' if option.onward else ''}{option.label} => {option.goto}"


def options_of(text: str) -> list[Option]:
    """The lines as ways. Raises EditError."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        label, arrow, goto = line.rpartition("=>")
        if not arrow or not label.strip(f"{_ONWARD} ") or not goto.strip():
            raise EditError(f"岔路要写成“按钮文字 => 编号”，这一行不是：{line[:40]}")
        onward = label.strip().startswith(_ONWARD)
        found.append(Option(label=label.strip().removeprefix(_ONWARD).strip(), goto=goto.strip(), onward=onward))
    return found
