"""One cluster of unanswered questions: what was asked, what it may be about, and what becomes of it."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import run, ui

from bot.console.console import Visit
from bot.console.publishing import Publishing, library_of
from bot.console.shell import Page, empty
from bot.console.unanswered import STATES, decided
from bot.desk.hours import SHANGHAI
from bot.desk.overview import CHANNEL_NAMES
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.storage.revisions import Draft, Revision
from bot.unanswered import clusters
from bot.unanswered.clusters import Suggested, Whole

_WHY = {"unknown": "没答案", "rejected": "选项都不对", "unresolved": "没用或没解决", "ticket": "转人工"}
_TICKED = 5
_LONGEST = 80


class ClusterPage:
    """One open cluster."""

    def __init__(self, visit: Visit, number: int) -> None:
        self.visit = visit
        self.number = number
        self.library = library_of(visit.console)

    async def render(self) -> None:
        """Build the page."""
        async with self.visit.console.database.read() as tx:
            whole = await clusters.get(tx, self.number)
        if whole is None:
            empty("search_off", f"没有编号 {self.number} 的问题。", "回到“没答上的”看看现有的。")
            return
        await self.visit.audit("cluster_view", detail=f"{self.number} {whole.cluster.text or ''}".strip())
        cluster = whole.cluster
        ui.link("← 没答上的问题", "/unanswered").classes("muted")
        with ui.row().classes("w-full items-center gap-2"):
            ui.label(cluster.text or "（内容已按规定清除）").classes("title")
            ui.label(STATES[cluster.state]).classes("badge" if cluster.state == "open" else "badge done")
        by = f"{cluster.decided_by} 决定" if cluster.decided_by else ""
        parts = (f"问了 {cluster.asked} 次", f"{cluster.wordings} 种问法", decided(cluster), by)
        ui.label(" · ".join(filter(None, parts))).classes("muted")
        texts = [each.text for each in whole.examples]
        suggested = await run.io_bound(clusters.suggested, self.visit.console.base(), texts)
        with ui.row().classes("w-full gap-4 items-start"):
            with ui.column().classes("gap-3").style("flex: 3 1 22rem"):
                self._examples(whole)
                self._facts(whole)
            with ui.column().classes("gap-3").style("flex: 2 1 20rem"):
                self._decisions(whole, suggested or clusters.Suggested((), ()))
        self.publishing = ui.column().classes("w-full")

    def _examples(self, whole: Whole) -> None:
        with ui.column().classes("panel gap-1"):
            ui.label("问法（勾上的会加进知识，可以先改）").classes("heading")
            self.texts: list[tuple[ui.checkbox, ui.input]] = []
            for place, each in enumerate(whole.examples):
                with ui.row().classes("w-full items-center no-wrap gap-2"):
                    tick = ui.checkbox(value=place < _TICKED).props("dense aria-label=勾选")
                    field = ui.input(value=each.text).props(f"dense borderless maxlength={_LONGEST}").classes("grow")
                    ui.label(f"{each.asked} 次").classes("muted")
                self.texts.append((tick, field))
            if not whole.examples:
                empty("delete_sweep", "问过的原话已经按规定清除了。")

    def _facts(self, whole: Whole) -> None:
        why = "，".join(f"{_WHY.get(name, name)} {number}" for name, number in whole.reasons.items())
        where = "，".join(f"{CHANNEL_NAMES.get(name, name)} {number}" for name, number in whole.channels.items())
        in_vain = "，".join(f"{self._title(name)} {number} 次" for name, number in whole.records.items())
        with ui.column().classes("panel gap-1"):
            ui.label("怎么没答上").classes("heading")
            for label, text in (("结果", why), ("渠道", where), ("白答了", in_vain)):
                if text:
                    ui.label(f"{label}：{text}")
            for _, at, channel in whole.conversations[:3]:
                when = at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
                ui.label(f"{when} {CHANNEL_NAMES.get(channel, channel)}").classes("muted")

    def _decisions(self, whole: Whole, suggested: Suggested) -> None:
        knowledge = self.visit.console.base().knowledge
        with ui.column().classes("panel gap-2"):
            ui.label("加到已有的知识").classes("heading")
            titles = {record.id: f"{record.id} {record.title}" for record in knowledge.records}
            best = suggested.records[0].id if suggested.records else None
            record = (
                ui.select(titles, value=best, with_input=True, label="记录").props("outlined dense").classes("w-full")
            )
            for each in suggested.records:
                chip = ui.chip(f"{self._title(each.id)} {each.chance:.0%}", on_click=partial(record.set_value, each.id))
                chip.props("outline dense color=primary")
            self._button("加为问法", "playlist_add", lambda: self._add(str(record.value or "")), first=True)
        with ui.column().classes("panel gap-2"):
            ui.label("新写一条知识").classes("heading")
            title = ui.input("标题").props("outlined dense maxlength=40").classes("w-full")
            short = ui.textarea("回答（先写结论，一屏能看完）").props("outlined dense autogrow").classes("w-full")
            source = ui.input("依据（谁确认的、什么文件）").props("outlined dense maxlength=80").classes("w-full")
            self._button(
                "写成新记录", "note_add", lambda: self._new(title.value or "", short.value or "", source.value or "")
            )
        with ui.column().classes("panel gap-2"):
            ui.label("不用回答").classes("heading")
            topics = {topic.id: topic.title for topic in knowledge.topics}
            likely = suggested.topics[0].id if suggested.topics else None
            topic = ui.select(topics, value=likely, label="不在范围的话题").props("outlined dense").classes("w-full")
            self._button("归到这个话题", "do_not_disturb", lambda: self._out_of_scope(str(topic.value or "")))
            if whole.cluster.state == "open":
                self._button("先不管，再被问 10 次时提醒", "snooze", self._dismiss)
            else:
                self._button("重新处理", "undo", self._reopen)

    def _button(self, label: str, icon: str, do: Callable[[], Awaitable[None]], *, first: bool = False) -> None:
        button = ui.button(label, icon=icon, on_click=self.visit.deed("editor", "cluster", do))
        button.props(f"{'unelevated' if first else 'outline'} no-caps")

    def _title(self, record_id: str) -> str:
        record = self.visit.console.base().knowledge.record.get(record_id)
        return record.title if record else record_id

    def _chosen(self) -> list[str]:
        texts = [str(field.value or "").strip() for tick, field in self.texts if tick.value]
        if not any(texts):
            raise editing.EditError("先勾上要加的问法。")
        return [text for text in texts if text]

    async def _add(self, record: str) -> None:
        if not record:
            raise editing.EditError("先选一条记录。")
        texts = self._chosen()
        await self._draft(f"给 {record} 加问法", partial(editing.add_phrasings, record_id=record, texts=texts), record)

    async def _new(self, title: str, short: str, source: str) -> None:
        texts = self._chosen()
        if not title.strip() or not short.strip():
            raise editing.EditError("标题和回答都要写。")
        taken = await self.library.files_ever()
        record = editing.next_id(await self.library.content(), "faq", taken)

        def made(content: Content) -> Content:
            changed, _ = editing.new_record(
                content,
                title=title.strip(),
                question=texts[0],
                short=short.strip(),
                source=source.strip() or "补充",
                phrasings=texts,
                taken=taken,
            )
            return changed

        await self._draft(f"新记录：{title.strip()}", made, record)

    async def _draft(self, title: str, change: Callable[[Content], Content], record: str) -> None:
        draft = await self.library.begin_draft(self.visit.actor, title)
        draft = await self.library.edit(draft, self.visit.actor, change)

        async def published(revision: Revision) -> None:
            async with self.visit.console.database.write() as tx:
                await clusters.mark_added(
                    tx, self.number, record, revision.number, by=self.visit.session.name, now=self.visit.console.now()
                )
            ui.navigate.to("/unanswered")

        await self._show(draft, published)

    async def _out_of_scope(self, topic: str) -> None:
        if not topic:
            raise editing.EditError("先选一个话题。")
        texts = self._chosen()
        draft = await self.library.begin_draft(self.visit.actor, f"给话题 {topic} 加问法")
        change = partial(editing.add_topic_phrasings, topic_id=topic, texts=texts)
        draft = await self.library.edit(draft, self.visit.actor, change)

        async def published(revision: Revision) -> None:
            async with self.visit.console.database.write() as tx:
                await clusters.mark_out_of_scope(
                    tx, self.number, topic, revision.number, by=self.visit.session.name, now=self.visit.console.now()
                )
            ui.navigate.to("/unanswered")

        await self._show(draft, published)

    async def _show(self, draft: Draft, published: Callable[[Revision], Awaitable[None]]) -> None:
        self.publishing.clear()
        with self.publishing:
            ui.link(f"草稿 {draft.id} 在知识页也能接着改", f"/drafts/{draft.id}").classes("muted")
            await Publishing(self.visit, draft, published).render()
        ui.run_javascript("window.scrollTo({top: document.body.scrollHeight, behavior: 'smooth'})")

    async def _dismiss(self) -> None:
        await self._decide(clusters.dismiss)

    async def _reopen(self) -> None:
        await self._decide(clusters.reopen)

    async def _decide(self, what: Callable[..., Awaitable[bool]]) -> None:
        async with self.visit.console.database.write() as tx:
            await what(tx, self.number, by=self.visit.session.name, now=self.visit.console.now())
        await self.visit.audit(
            "cluster", detail=f"{self.number} {'先不管' if what is clusters.dismiss else '重新处理'}"
        )
        ui.navigate.to("/unanswered")


async def _render(visit: Visit) -> None:
    await ClusterPage(visit, visit.number).render()


PAGES = (Page("/unanswered/{number}", "没答上的问题", "help_center", "editor", _render, menu=False),)
