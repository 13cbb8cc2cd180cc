"""The way of a draft into force: its changes, its problems, what it would do, and the button that publishes it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.console import Console, StoppedError, Visit
from bot.console.shell import empty
from bot.errors import UsageError
from bot.knowledge.difference import Change, Conflict, Side
from bot.knowledge.effects import Effects, Told
from bot.knowledge.library import Library
from bot.knowledge.outcomes import Conflicting, Published, Refused
from bot.knowledge.working import Progress
from bot.storage.revisions import Draft, Revision
from kb.yamlfile import Problem

_WHAT = {"added": "新增", "changed": "修改", "removed": "删除"}
OUTCOMES = {
    "answer": "回答", "steps": "步骤", "choices": "给选项", "contact": "给电话", "ask": "追问", "unknown": "没答案",
    "escalate": "转人工", "smalltalk": "寒暄", "silent": "不作声",
}  # fmt: skip
_MOST_SHOWN, _MOST_NAMES = 200, 3
_READ_SECONDS = 1.5


def library_of(console: Console) -> Library:
    """The knowledge as editors see it."""
    return Library(console.database, console.live.shelf, console.now)


class Publishing:
    """The panel of one draft. ``published`` is told of the new revision, ``changed`` of another state of the draft.

    ``mend`` gives a problem in words, and the page on which it can be put right.
    """

    def __init__(
        self,
        visit: Visit,
        draft: Draft,
        published: Callable[[Revision], Awaitable[None]],
        changed: Callable[[Draft], Awaitable[None]] | None = None,
        mend: Callable[[Problem], tuple[str, str]] | None = None,
    ) -> None:
        self.visit = visit
        self.draft = draft
        self.library = library_of(visit.console)
        self._published, self._changed, self._mend = published, changed, mend
        self._task: asyncio.Task[Any] | None = None

    async def render(self) -> None:
        """Build the panel where it stands."""
        with ui.column().classes("panel gap-3"):
            ui.label("发布前看一遍").classes("heading")
            self.changes = ui.column().classes("w-full gap-1")
            self.problems = ui.column().classes("w-full gap-1")
            with ui.row().classes("w-full items-center gap-2"):
                self.note = (
                    ui.input("改了什么、为什么（写进历史）").props("outlined dense maxlength=300").classes("grow")
                )
                self.look = ui.button("看看会改变什么", icon="compare", on_click=self._working(self._preview))
                self.look.props("outline no-caps")
                self.go = ui.button("发布", icon="publish", on_click=self._working(self._publish)).props(
                    "unelevated no-caps"
                )
                self.stop = ui.button("停止", on_click=self._cancel).props("flat no-caps")
            self.stage = ui.label().classes("muted").props("aria-live=polite")
            self.bar = ui.linear_progress(0.0, show_value=False)
            self.result = ui.column().classes("w-full gap-2")
        self._busy(False)
        ui.context.client.on_delete(self._cancel)
        with self.changes:
            ui.label("正在检查……").classes("muted")
        for button in (self.look, self.go):
            button.disable()
        # It takes a second or two: the page is there before.
        ui.timer(0.1, lambda: self.refresh(self.draft), once=True)

    async def refresh(self, draft: Draft) -> None:
        """Show a draft as it is now."""
        self.draft = draft
        changes, checked = await asyncio.gather(self.library.changes(draft), self.library.check(draft))
        if self.changes.is_deleted:
            return  # The page was left meanwhile.
        self.changes.clear()
        with self.changes:
            for change in changes:
                show_change(change)
            if not changes:
                ui.label("还没有改动。").classes("muted")
        self.problems.clear()
        with self.problems:
            _show_problems(checked.problems, self._mend)
            for warning in checked.warnings:
                ui.label(warning).classes("badge soon").style("white-space: normal")
        for button in (self.look, self.go):
            button.set_enabled(bool(changes) and not checked.problems)

    def _working(self, do: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            self._task = asyncio.current_task()
            self._busy(True)
            self.result.clear()
            with suppress(asyncio.CancelledError):
                try:
                    await self.visit.allowed("editor", "publish")
                    await do()
                except (StoppedError, UsageError) as error:
                    ui.notify(str(error), type="negative")
            self._task = None
            if not self.bar.is_deleted:
                self._busy(False)

        return run

    def _busy(self, busy: bool) -> None:
        for part in (self.bar, self.stage, self.stop):
            part.set_visibility(busy)
        self.look.set_visibility(not busy)
        self.go.set_visibility(not busy)

    def _cancel(self) -> None:
        if self._task:
            self._task.cancel()

    def _tell(self, progress: Progress) -> None:
        of = f"（{progress.done:,} / {progress.of:,}）" if progress.of else ""
        self.stage.text = f"{progress.stage}{of}"
        self.bar.value = progress.share

    async def _preview(self) -> None:
        found = await self.library.preview(self.draft, self._tell)
        with self.result:
            if isinstance(found, Refused):
                _show_refused(found)
            else:
                show_effects(found)

    async def _publish(self) -> None:
        note, still = str(self.note.value or "").strip(), partial(self.visit.allowed, "editor", "publish")
        outcome = await self.library.publish(self.draft, self.visit.actor, note, self._tell, still)
        if isinstance(outcome, Published):
            ui.notify(f"已发布修订 {outcome.revision.number}，几秒内在所有渠道生效。", type="positive")
            # The next page takes the message away: time to read it.
            await asyncio.sleep(_READ_SECONDS)
            await self._published(outcome.revision)
            return
        with self.result:
            if isinstance(outcome, Conflicting):
                self._show_conflicts(outcome)
            else:
                _show_refused(outcome)

    def _show_conflicts(self, outcome: Conflicting) -> None:
        ui.label(f"修订 {outcome.newest} 改了同一处。每一处选留下谁的，再发布。").classes("badge late")
        chosen: dict[tuple[str, str], Side] = {}
        for conflict in outcome.conflicts:
            _show_conflict(conflict, chosen)

        async def rebase() -> None:
            if len(chosen) < len(outcome.conflicts):
                ui.notify("还有没选的。", type="warning")
                return
            await self._rebase(chosen)

        ui.button("就这样合并", on_click=self.visit.deed("editor", "draft rebase", rebase)).props("outline no-caps")

    async def _rebase(self, keep: Mapping[tuple[str, str], Side]) -> None:
        found = await self.library.rebase(self.draft, self.visit.actor, keep)
        self.result.clear()
        if isinstance(found, Conflicting):
            with self.result:
                self._show_conflicts(found)
            return
        await self.refresh(found)
        if self._changed:
            await self._changed(found)
        ui.notify("合并好了，请再看一遍，然后发布。", type="positive")


def show_change(change: Change) -> None:
    """One change, its lines folded away."""
    name = " ".join(filter(None, (_named(change.item) or change.file, change.title)))
    fields = f"（{'、'.join(change.fields)}）" if change.fields else ""
    with (
        ui.expansion(f"{_WHAT[change.what]} {name}{fields}").classes("w-full").props("dense"),
        ui.column().classes("gap-0"),
    ):
        for line in change.lines:
            colour = {"+": "text-positive", "-": "text-negative"}.get(line[:1], "")
            ui.label(line).classes(f"plain text-xs font-mono {colour}")


def _named(item: str) -> str:
    """An item as people call it: what has no name is known by its list of names."""
    if not item.startswith("["):
        return item
    names = [str(each) for each in json.loads(item)]
    return "、".join(names[:_MOST_NAMES]) + (" 等" if len(names) > _MOST_NAMES else "")


def show_effects(effects: Effects) -> None:
    """What would be answered differently."""
    ui.label("会改变什么").classes("heading")
    kept = "都还答得对" if effects.keeps_golden else "有的会答错，这样不能发布"
    ui.label(
        f"检验问题 {len(effects.golden)} 个：答对的比例 {effects.share_before:.1%} → {effects.share_after:.1%}，{kept}。"
    ).classes("badge" if effects.keeps_golden else "badge late").style("white-space: normal")
    _show_told("检验问题里回答不一样的", [(each.question, "", each.before, each.after) for each in effects.different])
    ui.label(
        f"用户最近 30 天最常问的 {effects.looked_at:,} 个问题（占全部提问的 {effects.covered:.0%}）里，"
        f"{len(effects.asked):,} 个的回答会不一样。"
    )
    rows = [(each.question, f"{each.count} 次", each.before, each.after) for each in effects.asked[:_MOST_SHOWN]]
    _show_told("真实提问里回答不一样的", rows)


def _show_told(title: str, rows: list[tuple[str, str, Told, Told]]) -> None:
    if not rows:
        return
    with ui.expansion(f"{title}：{len(rows)} 个", value=len(rows) <= 12).classes("w-full").props("dense"):
        for question, often, before, after in rows:
            with ui.row().classes("w-full items-center gap-2 py-1"):
                ui.label(question).style("flex: 1 1 12rem")
                ui.label(often).classes("muted")
                ui.label(_told(before)).classes("badge done")
                ui.icon("arrow_forward").classes("muted")
                ui.label(_told(after)).classes("badge")


def _told(told: Told) -> str:
    return " ".join((OUTCOMES.get(told.outcome, told.outcome), *told.records, *told.contacts))


def _show_refused(refused: Refused) -> None:
    ui.label(refused.text).classes("badge late").style("white-space: normal")
    _show_problems(refused.problems)
    for each in refused.effects.lost if refused.effects else ():
        ui.label(f"{each.question}：{_told(each.before)} → {_told(each.after)}")


def _show_problems(problems: tuple[Problem, ...], mend: Callable[[Problem], tuple[str, str]] | None = None) -> None:
    if problems:
        ui.label(f"有 {len(problems)} 处要先改好").classes("badge late")
    for problem in problems[:_MOST_SHOWN]:
        if mend:
            ui.link(*mend(problem)).classes("plain")
        else:
            ui.label(str(problem)).classes("plain")


def _show_conflict(conflict: Conflict, chosen: dict[tuple[str, str], Side]) -> None:
    def choose(event: Any) -> None:
        chosen[conflict.file, conflict.item] = event.value

    with ui.column().classes("w-full gap-1"):
        ui.label(f"{conflict.file} {conflict.item}").classes("heading")
        with ui.row().classes("w-full gap-2 items-start"):
            for label, text in (("我的", conflict.mine), ("别人的", conflict.theirs)):
                with ui.column().style("flex: 1 1 16rem"):
                    ui.label(label).classes("muted")
                    ui.label(text or "（删除了）").classes("plain said text-xs font-mono")
        ui.radio({"mine": "留我的", "theirs": "留别人的"}, on_change=choose).props("inline")


def nothing_there(text: str) -> None:
    """What stands where a draft or a revision is no more."""
    empty("search_off", text, "回到知识页看看现有的草稿和修订。")
