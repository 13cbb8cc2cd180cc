"""Into which draft a change goes: one that is begun already, or a new one."""

from collections.abc import Callable, Sequence
from functools import partial

from nicegui import ui

from bot.console.console import Visit
from bot.console.publishing import library_of
from bot.desk.hours import SHANGHAI
from bot.storage.revisions import Draft

_MOST_OFFERED, _NEW = 5, "new"


async def open_in_draft(visit: Visit, title: str, address: Callable[[Draft], str]) -> None:
    """Go to a form in one of the editor's drafts; he is asked where he has any. ``title``: of a new one."""
    library = library_of(visit.console)
    mine = (await library.drafts(visit.actor.account))[:_MOST_OFFERED]
    chosen: Draft | str | None = await _chosen(mine) if mine else _NEW
    if chosen is None:
        return
    draft = chosen if isinstance(chosen, Draft) else await library.begin_draft(visit.actor, title)
    ui.navigate.to(address(draft))


async def _chosen(drafts: Sequence[Draft]) -> Draft | str | None:
    with ui.dialog() as dialog, ui.card().classes("gap-2").style("width: 26rem; max-width: 100%"):
        ui.label("改在哪份草稿里？").classes("heading")
        ui.label("一起发布的改动放在同一份里。").classes("muted")
        for draft in drafts:
            when = draft.changed_at.astimezone(SHANGHAI)
            button = ui.button(on_click=partial(dialog.submit, draft)).props("outline no-caps align=left")
            with button.classes("w-full"), ui.column().classes("gap-0 items-start"):
                ui.label(f"草稿 {draft.id} {draft.title}").classes("text-left")
                ui.label(f"{when:%m-%d %H:%M} 改过").classes("muted")
        ui.button("新开一份草稿", icon="edit_note", on_click=lambda: dialog.submit(_NEW)).props(
            "unelevated no-caps"
        ).classes("w-full")
        ui.button("先不改", on_click=lambda: dialog.submit(None)).props("flat no-caps").classes("w-full")
    result: Draft | str | None = await dialog
    return result
