"""What the demo's editor has made of the unanswered questions: some set aside, some in force, and a draft not yet done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.desk.actions import Actor
from bot.knowledge import editing
from bot.knowledge.library import Library
from bot.knowledge.outcomes import Published
from bot.knowledge.working import Progress
from bot.storage.database import Database
from bot.storage.revisions import Draft
from bot.unanswered import clusters
from bot.unanswered.clusters import Cluster, Suggested
from kb.base import KnowledgeBase

EDITOR = Actor("console", "linyue", "林悦")
_LOOKED_AT = 40
_TOPIC, _SURE = 0.5, 0.6
_TEXTS = 5
_LONGEST = 60


async def work(
    database: Database, base: KnowledgeBase, library: Library, at: datetime, tell: Callable[[Progress], None]
) -> None:
    """Go through some of the list. What is published is compiled and checked like any revision: that takes a minute or two."""
    async with database.read() as tx:
        listed = [each for each in await clusters.listed(tx, most=_LOOKED_AT) if each.text is not None]
    looked = [(each, clusters.suggested(base, [each.text or ""])) for each in listed]
    known = [(each, record) for each, found in looked for record in found.records[:1] if record.chance > _SURE]
    offers = [(each, await _edit(database, base, each, record.id)) for each, record in known]
    offers = [(each, edit) for each, edit in offers if edit.texts][:2]
    await _set_aside(database, [pair for pair in looked[::2] if pair[0] not in [each for each, _ in offers]], at)
    for place, (each, edit) in enumerate(offers):
        draft = await library.begin_draft(EDITOR, f"给 {edit.record} 加问法")
        change = partial(editing.add_phrasings, record_id=edit.record, texts=edit.texts)
        draft = await library.edit(draft, EDITOR, change)
        if place == 0:
            await _publish(database, library, draft, each, edit, at, tell)


@dataclass(frozen=True, slots=True)
class _Edit:
    """Wordings that a record does not have yet."""

    record: str
    texts: list[str]


async def _edit(database: Database, base: KnowledgeBase, cluster: Cluster, record: str) -> _Edit:
    known = {phrasing.text for phrasing in base.knowledge.record[record].phrasings}
    async with database.read() as tx:
        wordings = await clusters.wordings(tx, cluster.number, _TEXTS)
    return _Edit(record, [each.text for each in wordings if each.text not in known and len(each.text) <= _LONGEST])


async def _set_aside(database: Database, looked: list[tuple[Cluster, Suggested]], at: datetime) -> None:
    async with database.write() as tx:
        for each, likely in looked:
            if likely.topics and likely.topics[0].chance > _TOPIC:
                await clusters.mark_out_of_scope(tx, each.number, likely.topics[0].id, by=EDITOR.name, now=at)
            elif each.number % 2:
                await clusters.dismiss(tx, each.number, by=EDITOR.name, now=at)


async def _publish(
    database: Database,
    library: Library,
    draft: Draft,
    cluster: Cluster,
    edit: _Edit,
    at: datetime,
    tell: Callable[[Progress], None],
) -> None:
    """Where it would make golden questions wrong, it stays a draft."""
    outcome = await library.publish(draft, EDITOR, f"“{edit.texts[0]}”这样问的人多，加到 {edit.record}", tell)
    if isinstance(outcome, Published):
        number = outcome.revision.number
        async with database.write() as tx:
            await clusters.mark_added(tx, cluster.number, edit.record, number, by=EDITOR.name, now=at)
