"""The published revisions: who changed what, the differences, the way back, and the content as files."""

import asyncio
import io
import tempfile
import zipfile
import zlib
from functools import partial
from pathlib import Path

from nicegui import events, ui

from bot.console.choosing import chooses, out_of_sight
from bot.console.console import Visit
from bot.console.publishing import library_of, show_change
from bot.console.shell import Page, empty
from bot.desk.hours import SHANGHAI
from bot.errors import UsageError
from bot.knowledge.content import MOST_OF_ALL
from bot.knowledge.outcomes import Conflicting, Outcome, Published
from bot.knowledge.working import Progress
from bot.storage.revisions import Revision
from kb.pictures import FOLDER, is_name

_MOST_OF_PICTURES = 48 * 1024 * 1024
_KINDS = {"edit": "编辑", "rollback": "退回", "import": "导入"}


class RevisionsPage:
    """One open history."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.library = library_of(visit.console)

    async def render(self) -> None:
        """Build the page."""
        with ui.row().classes("w-full items-center gap-2"):
            ui.link("← 知识", "/knowledge").classes("muted")
            ui.label("修订历史").classes("title")
            ui.space()
            export = self.visit.deed("editor", "knowledge export", self._export)
            ui.button("导出 YAML", icon="download", on_click=export).props("outline no-caps")
            self.upload = out_of_sight(
                ui.upload(
                    auto_upload=True,
                    max_file_size=MOST_OF_ALL + _MOST_OF_PICTURES,
                    on_upload=self._import,
                    on_rejected=lambda: ui.notify("只收 zip 文件，而且不能太大。", type="negative"),
                ).props("accept=.zip")
            )
            chooses(ui.button("导入 YAML（zip）", icon="upload"), self.upload).props("outline no-caps")
        self.stage = ui.label().classes("muted").props("aria-live=polite")
        self.list = ui.column().classes("panel gap-0")
        await self.show()

    async def show(self) -> None:
        """The newest first, the program's own content last."""
        found = await self.library.history()
        self.list.clear()
        with self.list:
            for each in found:
                self._row(each)
            if not found:
                empty("history", "还没有发布过修订，用的是程序自带的内容。", "在“知识”里开一份草稿，改好以后发布。")
            elif found[-1].number == 1:
                with ui.row().classes("listed items-center gap-3"):
                    ui.label("程序自带的内容").classes("grow")
                    self._back(0)

    def _row(self, each: Revision) -> None:
        when = each.at.astimezone(SHANGHAI)
        with ui.column().classes("listed gap-1"):
            with ui.row().classes("w-full items-center gap-3"):
                ui.label(f"修订 {each.number}").classes("heading")
                ui.label("现在用的" if each.state == "current" else _KINDS.get(each.kind, each.kind)).classes(
                    "badge" if each.state == "current" else "badge done"
                )
                ui.label(each.note or "（没写说明）").classes("grow")
                ui.label(f"{each.author} · {when:%Y-%m-%d %H:%M}").classes("muted")
                if each.state != "current":
                    self._back(each.number)
            what = ui.expansion(f"改了 {len(each.difference)} 处").classes("w-full").props("dense")
            look = self.visit.deed("editor", "knowledge difference", partial(self._open, what, each))
            what.on_value_change(lambda event: look() if event.value else None)

    async def _open(self, place: ui.expansion, each: Revision) -> None:
        changes = await self.library.changes_between(each.number - 1, each.number)
        place.clear()
        with place:
            for change in changes:
                show_change(change)

    def _back(self, number: int) -> None:
        back = self.visit.deed("editor", "knowledge rollback", partial(self._roll_back, number))
        ui.button("退回到这里", icon="undo", on_click=back).props("outline dense no-caps padding='xs md'")

    async def _roll_back(self, number: int) -> None:
        still = partial(self.visit.allowed, "editor", "knowledge rollback")
        await self._told(await self.library.roll_back(number, self.visit.actor, tell=self._tell, still=still))

    async def _told(self, outcome: Outcome) -> None:
        self.stage.text = ""
        if isinstance(outcome, Published):
            ui.notify(f"已发布修订 {outcome.revision.number}，几秒内在所有渠道生效。", type="positive")
            await self.show()
            return
        if isinstance(outcome, Conflicting):
            raise UsageError(f"修订 {outcome.newest} 改了同一处，请再试一次。")
        with self.list:
            for problem in outcome.problems:
                ui.label(str(problem)).classes("plain")
        raise UsageError(outcome.text)

    def _tell(self, progress: Progress) -> None:
        self.stage.text = f"{progress.stage} {progress.share:.0%}"

    async def _export(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            names = await self.library.export(Path(folder))
            data = await asyncio.to_thread(_zipped, Path(folder), names)
        ui.download.content(data, f"knowledge-{self.visit.console.live.number}.zip")

    async def _import(self, event: events.UploadEventArguments) -> None:
        self.upload.reset()

        async def take() -> None:
            data = await event.file.read()
            with tempfile.TemporaryDirectory() as folder:
                await asyncio.to_thread(_unzipped, data, Path(folder))
                still = partial(self.visit.allowed, "editor", "knowledge import")
                actor = self.visit.actor
                await self._told(
                    await self.library.import_folder(Path(folder), actor, "从控制台导入", self._tell, still)
                )

        await self.visit.deed("editor", "knowledge import", take)()


def _zipped(folder: Path, names: list[str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.write(folder / name, name)
    return file.getvalue()


def _unzipped(data: bytes, folder: Path) -> None:
    """The YAML files and pictures of an archive, whatever folders they stand in. Raises UsageError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts = {each: Path(each.filename).name for each in archive.infolist() if _is_meant(each)}
            pictures = {each: name for each in archive.infolist() if is_name(name := Path(each.filename).name)}
            if len(set(texts.values())) < len(texts):
                raise UsageError("压缩包里有同名的文件，分不清用哪一个。")
            for most, some in ((MOST_OF_ALL, texts), (_MOST_OF_PICTURES, pictures)):
                if sum(each.file_size for each in some) > most:
                    raise UsageError("压缩包里的内容太大了。")
            (folder / FOLDER).mkdir()
            for each, name in texts.items():
                (folder / name).write_bytes(archive.read(each))
            for each, name in pictures.items():
                (folder / FOLDER / name).write_bytes(archive.read(each))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UsageError("这不是能打开的 zip 文件。") from error


def _is_meant(each: zipfile.ZipInfo) -> bool:
    """A YAML file, and none of those that macOS puts beside them."""
    name = Path(each.filename).name
    return name.endswith(".yaml") and not name.startswith("._") and not each.is_dir()


async def _render(visit: Visit) -> None:
    await RevisionsPage(visit).render()


PAGES = (Page("/revisions", "修订历史", "history", "editor", _render, menu=False),)
