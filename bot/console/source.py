"""One file of a draft as it is written, in YAML: for those who know the format, and for what has no form."""

import asyncio

from nicegui import ui

from bot.console.console import Visit
from bot.console.forms.kinds import KINDS
from bot.console.publishing import library_of, nothing_there
from bot.console.saving import Saving
from bot.console.shell import Page
from bot.errors import UsageError
from bot.knowledge import editing
from kb.yamlfile import parse

FILES = {kind.file: kind.title for kind in KINDS} | {"divisions.yaml": "行政区划", "editor_notes.yaml": "对原文的备注"}
OTHER = "别的文件"


def is_record(name: str) -> bool:
    """Whether a file holds a record."""
    return name.startswith(("faq-", "prompt-"))


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
    with ui.row().classes("w-full items-center gap-2"):
        ui.link(f"← 草稿 {draft.id}", f"/drafts/{draft.id}").classes("muted")
        ui.space()
        form = form_of(name, draft.id)
        if form:
            ui.link("用表单改", form).classes("muted")
    ui.label(f"{FILES.get(name, OTHER)}（{name}）").classes("title")
    editor = (
        ui.codemirror(content.texts[name], language="YAML", line_wrapping=True).classes("panel").style("height: 65vh")
    )
    saving = Saving(
        visit, draft, content, lambda now: now.texts.get(name), lambda draft: f"/drafts/{draft.id}/files/{name}"
    )
    told = ui.column().classes("w-full gap-0")

    async def save() -> None:
        text = str(editor.value)
        problems = (await asyncio.to_thread(parse, name, text)).problems
        told.clear()
        with told:
            for problem in problems:
                ui.label(str(problem)).classes("badge late").style("white-space: normal")
        if problems:
            raise editing.EditError("格式不对，没有保存。")
        await saving.save(lambda now: editing.put_text(now, name, text))
        checked = await saving.check()
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


def form_of(name: str, draft: int) -> str:
    """The page of a draft that has the form for a file; empty where it has none."""
    if is_record(name):
        return f"/drafts/{draft}/records/{name.removesuffix('.yaml')}"
    return next((kind.list_address(draft) for kind in KINDS if kind.file == name), "")


PAGES = (Page("/drafts/{number}/files/{name}", "改文件", "description", "editor", _render, menu=False),)
