"""Drafts, checks, previews, publishing and rolling back: everything an editor does with the knowledge as a whole."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.desk.actions import Actor
from bot.errors import UsageError
from bot.knowledge import working
from bot.knowledge.content import (
    Content,
    bases_of,
    checked,
    is_content,
    outdated,
    overlay_of,
    pictures_of,
    read_base,
    write,
)
from bot.knowledge.difference import Change, Side, difference, merge
from bot.knowledge.effects import Effects, effects_of
from bot.knowledge.outcomes import (
    Checked,
    Conflicting,
    Judged,
    NoSuchError,
    Outcome,
    Published,
    Refused,
    StaleDraftError,
    lost,
    wrong,
)
from bot.knowledge.phrased import newly_phrased
from bot.knowledge.shelf import Shelf, pack_file
from bot.knowledge.working import Progress, Tell, WorkError, silent
from bot.storage import revisions
from bot.storage.database import Database
from bot.storage.records import write_audit
from bot.storage.revisions import Draft, Overlay, Revision
from bot.unanswered import clusters
from kb.knowledge import Knowledge
from kb.load import Loaded, content_files, read_folder
from kb.pictures import FOLDER

MOST_QUESTIONS = 10_000
_DAYS = timedelta(days=30)
_TRIES = 3
_MOST_TITLE = 200
_MOST_NOTE = _MOST_DETAIL = 2_000
_NOTHING_NEW = "内容和现在用的一样，没有什么可以发布。"
_STALE = "这份草稿在别的窗口里改过（或已经发布、丢弃），请刷新后再改"
Still = Callable[[], Awaitable[object]]
"""Asked once more when all is ready, minutes later perhaps: raises where it may be published no more."""


async def _still() -> None:
    """Nothing stands in the way."""


class Library:
    """The knowledge of one database. ``shelf`` has the program's own content and the compiled files."""

    def __init__(self, database: Database, shelf: Shelf, now: Callable[[], datetime]) -> None:
        self._database, self._shelf, self._now = database, shelf, now

    # Reading

    async def newest(self) -> int:
        """The number of the revision in force; 0 where it is the program's own content."""
        async with self._database.read() as tx:
            return await revisions.newest(tx)

    async def history(self, most: int = 50, before: int | None = None) -> list[Revision]:
        """The newest revisions first, without overlays."""
        async with self._database.read() as tx:
            return await revisions.history(tx, most, before)

    async def revision(self, number: int) -> Revision:
        """One revision with its overlay. Raises NoSuchError."""
        async with self._database.read() as tx:
            found = await revisions.revision(tx, number)
        if found is None:
            raise NoSuchError(f"没有修订 {number}")
        return found

    async def content(self, number: int | None = None) -> Content:
        """The content of a revision, of the one in force where none is named; 0 is the program's own."""
        chosen = await self.newest() if number is None else number
        overlay = (await self.revision(chosen)).overlay if chosen else {}
        return await self._shelf.content(overlay or {})

    async def changes_between(self, old: int, new: int) -> tuple[Change, ...]:
        """What is different between two revisions."""
        return difference((await self.content(old)).texts, (await self.content(new)).texts)

    async def outdated(self, revision: Revision) -> tuple[str, ...]:
        """Files of a revision whose own text the program has changed since: the revision's stands, and hides the new one."""
        return outdated((await self._shelf.content({})).base, revision.bases)

    async def files_ever(self) -> frozenset[str]:
        """Every file any revision or draft had: ids are not given twice."""
        async with self._database.read() as tx:
            drafts = await revisions.drafts(tx)
            return await revisions.files_ever(tx) | {name for draft in drafts for name in draft.overlay}

    # Drafts

    async def begin_draft(self, actor: Actor, title: str = "") -> Draft:
        """A draft of what is in force."""
        async with self._database.write() as tx:
            number = await revisions.newest(tx)
            current = await revisions.revision(tx, number)
            overlay = (current.overlay if current else None) or {}
            draft = await revisions.new_draft(tx, actor.account, title[:_MOST_TITLE], number, overlay, self._now())
            await self._audit(tx, actor, "draft begin", f"草稿 {draft.id}，基于修订 {number}")
        return draft

    async def draft(self, number: int) -> Draft:
        """One draft. Raises NoSuchError."""
        async with self._database.read() as tx:
            found = await revisions.draft(tx, number)
        if found is None:
            raise NoSuchError(f"没有草稿 {number}，可能已经发布或丢弃了")
        return found

    async def drafts(self, author: str | None = None) -> list[Draft]:
        """All drafts, or one editor's; the last changed first."""
        async with self._database.read() as tx:
            return await revisions.drafts(tx, author)

    async def draft_content(self, draft: Draft) -> Content:
        """The content as the draft has it."""
        return await self._shelf.content(draft.overlay)

    async def edit(self, draft: Draft, actor: Actor, *edits: Callable[[Content], Content]) -> Draft:
        """The draft with ``bot.knowledge.editing`` applied to it. Raises EditError, StaleDraftError."""
        content = await self.draft_content(draft)
        for change in edits:
            content = await asyncio.to_thread(change, content)
        return await self.save(draft, actor, content.overlay)

    async def save(self, draft: Draft, actor: Actor, overlay: Overlay, *, based_on: int | None = None) -> Draft:
        """The draft with this overlay. Raises StaleDraftError where it was changed since it was read."""
        wanted, now = checked(overlay), self._now()
        based = draft.based_on if based_on is None else based_on
        names = {name for name in {*wanted, *draft.overlay} if wanted.get(name, "") != draft.overlay.get(name, "")}
        async with self._database.write() as tx:
            if not await revisions.change_draft(tx, draft, now, overlay=wanted, based_on=based):
                raise StaleDraftError(_STALE)
            await self._audit(tx, actor, "draft save", f"草稿 {draft.id}：{'、'.join(sorted(names)) or '没有改动'}")
        return replace(draft, overlay=wanted, based_on=based, changed_at=now, version=draft.version + 1)

    async def discard(self, draft: Draft, actor: Actor) -> None:
        """Throw a draft away. Raises StaleDraftError where it was changed since it was read."""
        async with self._database.write() as tx:
            if await revisions.drop_draft(tx, draft):
                await self._audit(tx, actor, "draft discard", f"草稿 {draft.id}")
            elif await revisions.draft(tx, draft.id):
                raise StaleDraftError(_STALE)

    async def changes(self, draft: Draft) -> tuple[Change, ...]:
        """What the draft changes."""
        before = await self.content(draft.based_on)
        return difference(before.texts, (await self.draft_content(draft)).texts)

    async def check(self, draft: Draft) -> Checked:
        """Every problem of the draft, with file, line and field."""
        content = await self.draft_content(draft)
        loaded = await self._loaded(content)
        newest, warnings = await self.newest(), []
        if newest != draft.based_on:
            warnings.append(f"草稿基于修订 {draft.based_on}，现在用的是修订 {newest}：发布时会合并两边的改动。")
        if draft.based_on:
            hidden = outdated(content.base, (await self.revision(draft.based_on)).bases)
            warnings += [hides(name) for name in hidden if name in draft.overlay]
        return Checked(loaded.problems, tuple(warnings), newest)

    async def rebase(
        self, draft: Draft, actor: Actor, keep: Mapping[tuple[str, str], Side] | None = None
    ) -> Draft | Conflicting:
        """The draft with what was published meanwhile. ``keep``: (file, item) of a conflict → mine or theirs."""
        newest = await self.newest()
        merged = await self._merged(draft.based_on, draft.overlay, newest, keep)
        if isinstance(merged, Conflicting):
            return merged
        return await self.save(draft, actor, merged.overlay, based_on=newest)

    # What a draft does

    async def preview(self, draft: Draft, tell: Tell = silent, *, most: int = MOST_QUESTIONS) -> Effects | Refused:
        """Which golden questions and which of the most frequent real ones would be answered differently.

        Compared with what the draft is based on. Takes minutes; cancel the task to stop it.
        """
        checked_ = await self.check(draft)
        if checked_.problems:
            return wrong(checked_.problems)
        try:
            # The one in force last: it is mostly there, and whatever others compile meanwhile takes old files away.
            new = await self._shelf.compiled(await self.draft_content(draft), _first(tell, "编译草稿"))
            old = await self._shelf.compiled(await self.content(draft.based_on), _first(tell, "编译现在的内容"))
            async with self._database.read() as tx:
                asked, total = await revisions.frequent_questions(tx, self._now() - _DAYS, most)
            result = await working.compare(old, new, [each.text for each in asked], tell)
        except WorkError as error:
            return Refused("compile", str(error))
        return effects_of(result, asked, total)

    # Publishing

    async def publish(
        self, draft: Draft, actor: Actor, note: str, tell: Tell = silent, still: Still = _still
    ) -> Outcome:
        """Put a draft in force, with what others have published since it was begun."""
        stored = await self.draft(draft.id)
        if (stored.version, stored.created_at) != (draft.version, draft.created_at):
            return Refused("stale", "这份草稿在别的窗口里改过，请刷新、再看一遍后发布。")
        return await self._publish(draft.overlay, draft.based_on, actor, ("edit", note), tell, still, draft)

    async def roll_back(
        self, number: int, actor: Actor, note: str = "", tell: Tell = silent, still: Still = _still
    ) -> Outcome:
        """A new revision with the overlay of an earlier one; 0 is the program's own content.

        It has been checked when it was published: the golden questions do not stand in its way. What the revisions taken
        back had answered is unanswered again.
        """
        overlay = ((await self.revision(number)).overlay if number else {}) or {}
        note = note or f"退回到修订 {number}"
        return await self._publish(overlay, await self.newest(), actor, ("rollback", note), tell, still, back=number)

    async def import_folder(
        self, folder: Path, actor: Actor, note: str = "", tell: Tell = silent, still: Still = _still
    ) -> Outcome:
        """Publish a folder of content files, with their pictures, as it is. Raises UsageError where it is none."""
        texts = await asyncio.to_thread(read_base, folder)
        if not texts:
            raise UsageError(f"{folder} 里没有知识文件（*.yaml）")
        overlay = overlay_of((await self._shelf.content({})).base, texts)
        await self._adopt(pictures_of(texts), folder, actor)
        what = ("import", note or f"从 {folder.name} 导入")
        return await self._publish(overlay, await self.newest(), actor, what, tell, still)

    async def export(self, folder: Path, number: int | None = None, *, replace_all: bool = False) -> list[str]:
        """Write the content as YAML files, with its pictures; their names. Raises UsageError where others stand there."""
        content = await self.content(number)
        # Whatever else lies there is none of ours, and stays.
        there = [path for path in content_files(folder) if is_content(path.name) and path.is_file()]
        if there and not replace_all:
            raise UsageError(f"{folder} 里已经有 {len(there)} 个 YAML 文件。换一个文件夹，或者加 --force 覆盖。")
        for path in there:
            if path.name not in content.texts:
                path.unlink()
        await asyncio.to_thread(write, content.texts, folder)
        pictures = await self._shelf.gallery.write(content.pictures, folder)
        return [*content.texts, *(f"{FOLDER}/{name}" for name in pictures)]

    async def _loaded(self, content: Content) -> Loaded:
        folder, pictures = await self._shelf.folder(content), await self._shelf.gallery.names()
        return await asyncio.to_thread(read_folder, folder, pictures)

    async def _publish(
        self,
        overlay: Overlay,
        based_on: int,
        actor: Actor,
        what: tuple[str, str],
        tell: Tell,
        still: Still,
        draft: Draft | None = None,
        back: int | None = None,
    ) -> Outcome:
        outcome: Outcome = Refused("busy", "别人一直在发布，请过一会再试。")
        for _ in range(_TRIES):
            newest = await self.newest()
            merged = await self._merged(based_on, overlay, newest)
            if isinstance(merged, Conflicting):
                outcome = merged
                break
            judged = await self._judged(merged, newest, tell, compare=what[0] != "rollback")
            if isinstance(judged, Refused):
                outcome = judged
                break
            await still()
            published = await self._put_in_force(merged, newest, judged, actor, what, draft, back)
            if published:
                tell(Progress("已发布", 1.0))
                return Published(published)
        async with self._database.write() as tx:
            why = outcome.text if isinstance(outcome, Refused) else f"与修订 {outcome.newest} 改了同一处"  # type: ignore[union-attr]
            await self._audit(tx, actor, f"knowledge {what[0]}", f"没有发布：{why}")
        return outcome

    async def _merged(
        self, based_on: int, overlay: Overlay, newest: int, keep: Mapping[tuple[str, str], Side] | None = None
    ) -> Content | Conflicting:
        mine = await self._shelf.content(checked(overlay))
        if newest == based_on:
            return Content(mine.base, overlay_of(mine.base, mine.texts))
        ancestor, theirs = await self.content(based_on), await self.content(newest)
        merged = await asyncio.to_thread(merge, ancestor.texts, mine.texts, theirs.texts, keep)
        if merged.conflicts:
            return Conflicting(newest, merged.conflicts)
        return Content(mine.base, overlay_of(mine.base, merged.texts))

    async def _judged(self, content: Content, newest: int, tell: Tell, *, compare: bool) -> Judged | Refused:
        """Whether a content may be put in force: it loads, it checks, it compiles, it keeps the golden questions."""
        before = await self.content(newest)
        changes = difference(before.texts, content.texts)
        if not changes:
            return Refused("nothing", _NOTHING_NEW)
        tell(Progress("检查", 0.0))
        loaded = await self._loaded(content)
        if loaded.problems:
            return wrong(loaded.problems)
        try:
            path = await self._shelf.compiled(content, _first(tell, "编译"))
            effects = None
            if compare:
                old = await self._shelf.compiled(before, _first(tell, "编译现在的内容"))
                effects = effects_of(await working.compare(old, path, (), tell))
        except WorkError as error:
            return Refused("compile", str(error))
        if effects and not effects.keeps_golden:
            return Refused("golden", lost(effects), effects=effects)
        tell(Progress("存进数据库", 0.9))
        phrased = newly_phrased(await self._knowledge(before), loaded.knowledge)
        return Judged(path, await pack_file(path), changes, effects, phrased)

    async def _knowledge(self, content: Content) -> Knowledge | None:
        """What it says; None where it cannot be read, which must not keep anybody from going back to one that can."""
        try:
            return (await self._loaded(content)).knowledge
        except UsageError:
            return None

    async def _put_in_force(
        self,
        content: Content,
        newest: int,
        judged: Judged,
        actor: Actor,
        what: tuple[str, str],
        draft: Draft | None,
        back: int | None,
    ) -> Revision | None:
        """One transaction: the revision, its compiled file, who did it, and what is answered by it.

        None where another was published meanwhile.
        """
        # What the program brings now it may bring no more after an upgrade.
        await self._adopt(content.pictures, self._shelf.base, actor)
        number, now = newest + 1, self._now()
        values = {
            "number": number,
            "at": now,
            "author": actor.account,
            "note": what[1][:_MOST_NOTE],
            "kind": what[0],
            "based_on": newest,
            "overlay": dict(content.overlay),
            "bases": bases_of(content.base, content.overlay),
            "difference": [change.as_json() for change in judged.changes],
            "golden": judged.effects.counts() if judged.effects else None,
            "compiled": judged.path.stem,
        }
        async with self._database.write() as tx:
            if await revisions.newest(tx) != newest or not await revisions.add(tx, values):
                return None
            await revisions.keep_compiled(tx, judged.path.stem, number, judged.packed, now)
            if draft:
                await revisions.drop_draft(tx, draft)
            by = actor.name or actor.account
            if back is not None:
                await clusters.reopen_revisions(tx, back, by=by, now=now)
            await clusters.mark_phrased(tx, judged.phrased, number, by=by, now=now)
            names = "、".join(change.item or change.file for change in judged.changes)
            await self._audit(tx, actor, f"knowledge {what[0]}", f"修订 {number}：{what[1]}（{names}）")
            return await revisions.revision(tx, number)

    async def _adopt(self, names: Collection[str], folder: Path, actor: Actor) -> None:
        await self._shelf.gallery.adopt(names, folder, actor.account, self._now())

    async def _audit(self, tx: Any, actor: Actor, action: str, detail: str) -> None:
        values = {"at": self._now(), "channel": actor.channel, "account": actor.account, "name": actor.name}
        await write_audit(tx, {**values, "action": action, "allowed": True, "detail": detail[:_MOST_DETAIL]})


def hides(name: str) -> str:
    """The warning that a revision hides what an upgrade has brought."""
    return f"程序升级后自带的 {name} 变了，这里仍用修订里的内容：请对照一下，要不要把新的改动也加进来。"


def _first(tell: Tell, stage: str) -> Tell:
    return lambda progress: tell(replace(progress, stage=f"{stage}：{progress.stage}"))
