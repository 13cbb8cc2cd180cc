"""One file of a draft as YAML: contacts, places, words, topics, whatever has no form of its own."""

import asyncio

from nicegui import ui

from bot.console.console import Visit
from bot.console.draft import FILES
from bot.console.publishing import library_of, nothing_there
from bot.console.shell import Page
from bot.errors import UsageError
from bot.knowledge import editing
from kb.yamlfile import parse


async def _render(visit: Visit) -> None:
    library = library_of(visit.console)
    name = str(visit.request.path_params["name"])
    try:
        draft = await library.draft(visit.number)
        content = await library.draft_content(draft)
    except UsageError as error:
        nothing_there(str(error))
        return
    if name not in content.texts:
        nothing_there(f"草稿里没有文件 {name}。")
        return
    ui.link(f"← 草稿 {draft.id}", f"/drafts/{draft.id}").classes("muted")
    ui.label(f"{FILES.get(name, name)}（{name}）").classes("title")
    editor = (
        ui.codemirror(content.texts[name], language="YAML", line_wrapping=True).classes("panel").style("height: 65vh")
    )
    told = ui.column().classes("w-full gap-0")

    async def save() -> None:
        nonlocal draft
        text = str(editor.value)
        problems = (await asyncio.to_thread(parse, name, text)).problems
        told.clear()
        with told:
            for problem in problems:
                ui.label(str(problem)).classes("badge late").style("white-space: normal")
        if problems:
            raise editing.EditError("格式不对，没有保存。")
        draft = await library.edit(draft, visit.actor, lambda now: editing.put_text(now, name, text))
        checked = await library.check(draft)
        with told:
            for problem in checked.problems:
                ui.label(str(problem)).classes("plain")
        if checked.problems:
            ui.notify(f"已保存，还有 {len(checked.problems)} 处要改好才能发布。", type="warning")
        else:
            ui.notify("已保存到草稿，检查没有问题。", type="positive")

    with ui.row().classes("gap-2"):
        ui.button("保存到草稿", icon="save", on_click=visit.deed("editor", "draft save", save)).props(
            "unelevated no-caps"
        )


PAGES = (Page("/drafts/{number}/files/{name}", "改文件", "description", "editor", _render, menu=False),)
