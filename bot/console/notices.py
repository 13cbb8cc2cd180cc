"""What stands above answers for a while: written, looked at, taken down, by editors."""

from functools import partial

from nicegui import ui

from bot.console import pinning
from bot.console.console import Visit
from bot.console.pinning import NoticeError
from bot.console.shell import Page, empty, heading
from bot.storage import notices
from bot.storage.notices import Kept
from handlers.answer import card
from handlers.message import AnswerCard, Notice, Pinned, Reply
from handlers.plain import plain_text
from kb.model import Record

_LOOK_SECONDS = 5.0
_MOST_OVER = 20


class NoticesPage:
    """One open page. ``seen``: what it shows now, and how long each of it still stands."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.knowledge = visit.console.base().knowledge
        self.seen: object = None
        self.busy = False

    async def render(self) -> None:
        """Build the page."""
        heading("公告", "到时间自动消失的一句话，显示在回答上方。比如：系统维护至 10:00。")
        with ui.row().classes("w-full gap-4 items-stretch"):
            with ui.column().classes("panel gap-2").style("flex: 3 1 18rem; width: auto"):
                self._form()
            with ui.column().classes("panel gap-2").style("flex: 2 1 16rem; width: auto"):
                ui.label("用户会看到").classes("heading")
                self.preview = ui.column().classes("w-full gap-2")
        with ui.column().classes("panel gap-0"):
            ui.label("正在显示").classes("heading")
            self.standing = ui.column().classes("w-full gap-0")
        with ui.column().classes("panel gap-0") as self.past:
            ui.label("已经结束").classes("heading")
            self.over = ui.column().classes("w-full gap-0")
        self._look_ahead()
        await self._show()
        ui.timer(_LOOK_SECONDS, self._show)

    def _form(self) -> None:
        now = self.visit.console.now()
        proposed = pinning.proposals(now)
        day, clock = pinning.fields(proposed[0])
        self.text = ui.textarea("写给用户的话").classes("w-full")
        self.text.props(f"outlined dense autogrow counter debounce=200 maxlength={pinning.LONGEST}")
        self.text.on_value_change(self._look_ahead)
        with ui.row().classes("w-full items-center gap-2"):
            self.day = ui.date_input("结束日期", value=day).props("outlined dense").style("flex: 1 1 8rem")
            self.clock = ui.time_input("结束时间", value=clock).props("outlined dense").style("flex: 1 1 8rem")
        with ui.row().classes("w-full items-center gap-2"):
            ui.label("显示到（南京时间）").classes("muted")
            for until in proposed:
                chip = ui.chip(pinning.ends(until, now), on_click=partial(self._ends, *pinning.fields(until)))
                chip.props("outline dense color=primary")
        titles = {record.id: f"{record.id} {record.title}" for record in self.knowledge.records}
        self.records = ui.select(titles, label="显示在哪些回答上方（不选就是全部）", multiple=True, with_input=True)
        self.records.props("outlined dense options-dense use-chips clearable").classes("w-full")
        self.records.on_value_change(self._look_ahead)
        publish = self.visit.deed("editor", "notice", self._publish)
        ui.button("发布公告", icon="campaign", on_click=publish).props("unelevated no-caps")

    def _ends(self, day: str, clock: str) -> None:
        self.day.value, self.clock.value = day, clock

    def _chosen(self) -> list[str]:
        return [name for name in self.records.value or () if name in self.knowledge.record]

    def _look_ahead(self) -> None:
        """An answer with the notice above it, on the page and where there is only text."""
        notice = Notice(pinning.tidy(str(self.text.value or ""))[: pinning.LONGEST] or "（先写内容）")
        record = self.knowledge.record[next(iter(self._chosen()), self.knowledge.records[0].id)]
        shown = _brief(record)
        self.preview.clear()
        with self.preview:
            ui.label("网页").classes("muted")
            with ui.row().classes("said w-full items-start gap-2 no-wrap"):
                ui.icon("campaign", size="sm").classes("text-primary")
                ui.label(notice.text).classes("grow")
            with ui.column().classes("said w-full gap-1"):
                ui.label(shown.title).classes("heading")
                ui.label(shown.short)
            ui.label("QQ、微信、Telegram").classes("muted")
            ui.label(plain_text(Reply("answer", (notice, shown)), self.knowledge.wording)).classes("said plain")

    async def _publish(self) -> None:
        if self.busy:
            return
        self.busy = True
        try:
            await self._pin()
        finally:
            self.busy = False

    async def _pin(self) -> None:
        console, who = self.visit.console, self.visit.session.username
        now = console.now()
        pinned = pinning.written(
            str(self.text.value or ""), str(self.day.value or ""), str(self.clock.value or ""), self._chosen(), now
        )
        async with console.database.write() as tx:
            if await notices.how_many(tx, now) >= pinning.MOST:
                raise NoticeError(f"同时最多显示 {pinning.MOST} 条，先撤下一条。")
            number = await notices.pin(tx, pinned, who, now)
        await self.visit.audit("notice", detail=f"{number}，{self._where(pinned)}，到 {_when(pinned)}：{pinned.text}")
        self.text.value, self.records.value = "", []
        await self._show()
        ui.notify(f"发布了，显示到{pinning.ends(pinned.until, now)}。", type="positive")

    async def _press_down(self, number: int) -> None:
        # The list is shown anew meanwhile, and the pressed button gone: what is to be said is said by the list.
        with self.standing:
            await self.visit.deed("editor", "notice_down", partial(self._take_down, number))()

    async def _take_down(self, number: int) -> None:
        console = self.visit.console
        async with console.database.write() as tx:
            text = await notices.take_down(tx, number, self.visit.session.username, console.now())
        if text is not None:
            await self.visit.audit("notice_down", detail=f"{number}：{text}")
        await self._show()
        ui.notify("这条已经结束了。" if text is None else "撤下了，新的回答上方不再显示。", type="positive")

    async def _show(self) -> None:
        """The lists, where anything has changed: whoever is about to press a button does not lose it."""
        now = self.visit.console.now()
        async with self.visit.console.database.read() as tx:
            standing, over = await notices.standing(tx, now), await notices.over(tx, now, _MOST_OVER)
        seen = [(kept, pinning.left(kept.pinned.until, now), now.date()) for kept in standing], over
        if seen == self.seen:
            return
        self.seen = seen
        self.standing.clear()
        with self.standing:
            for kept, minutes, _ in seen[0]:
                with self._line(kept, f"显示到{pinning.ends(kept.pinned.until, now)}"):
                    if minutes is not None:
                        ui.label(f"还有 {minutes} 分钟").classes("badge soon")
                    ui.button("撤下", on_click=partial(self._press_down, kept.id)).props(
                        "outline dense no-caps color=negative"
                    )
            if not standing:
                empty("campaign", "现在没有公告。", "在上面写一句话、选好结束时间，发布后几秒内就会出现在回答上方。")
        self.past.set_visibility(bool(over))
        self.over.clear()
        with self.over:
            for kept in over:
                end = kept.down_at or kept.pinned.until
                with self._line(kept, f"{pinning.ends(end, now)}{' 提前撤下' if kept.down_at else ' 到时间结束'}"):
                    again = partial(self._again, kept.pinned)
                    ui.button("再写一条", on_click=again).props("flat dense no-caps")

    def _line(self, kept: Kept, when: str) -> ui.row:
        with ui.row().classes("listed still items-center gap-2"):
            with ui.column().classes("gap-0").style("flex: 1 1 14rem; min-width: 0"):
                ui.label(kept.pinned.text).classes("plain")
                ui.label(f"{when}，{self._where(kept.pinned)}，{kept.by}").classes("muted")
            return ui.row().classes("items-center gap-2")

    def _where(self, pinned: Pinned) -> str:
        """Whose answers a notice stands above."""
        known = self.knowledge.record
        names = [known[name].title if name in known else name for name in sorted(pinned.records)]
        return "、".join(names) if names else "全部回答"

    def _again(self, pinned: Pinned) -> None:
        """The words of one that is over, to be changed and published anew."""
        self.text.value = pinned.text
        self.records.value = sorted(pinned.records & self.knowledge.record.keys())
        self.text.run_method("focus")


def _brief(record: Record) -> AnswerCard:
    """The beginning of an answer: enough to see what stands above it."""
    whole = card(record)
    return AnswerCard(whole.record, whole.title, whole.source, whole.short)


def _when(pinned: Pinned) -> str:
    return " ".join(pinning.fields(pinned.until))


async def _render(visit: Visit) -> None:
    await NoticesPage(visit).render()


PAGES = (Page("/notices", "公告", "campaign", "editor", _render),)
