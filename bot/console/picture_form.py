"""The picture of a step: uploaded, looked at, taken out."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from bot.console.choosing import chooses, out_of_sight
from bot.console.console import Visit
from bot.knowledge.picturing import MOST_BYTES
from bot.present import PICTURES

Keep = Callable[[events.UploadEventArguments, Callable[[str], None]], Awaitable[None]]
"""Keeps what somebody has uploaded, if he may, and tells its name; says what is wrong otherwise."""
_TYPES = ".png,.jpg,.jpeg,.webp,.gif"
_TOO_BIG = f"图片太大，最大 {MOST_BYTES // 1024 // 1024} MB；只收 PNG、JPG、WebP、GIF。"

_NOT_SENT = "没有传上去。请刷新页面，重新登录后再试。"


def keeper(visit: Visit, record: str) -> Keep:
    """Keeps the pictures that are uploaded for a record."""

    async def keep(event: events.UploadEventArguments, told: Callable[[str], None]) -> None:
        async def take() -> None:
            console = visit.console
            picture = await console.live.shelf.gallery.add(await event.file.read(), visit.actor.account, console.now())
            await visit.audit("picture upload", detail=f"{record}：{picture.name}")
            told(picture.name)

        await visit.deed("editor", "picture upload", take)()

    return keep


class PictureField:
    """``name``: the picture as it is now."""

    def __init__(self, name: str | None, keep: Keep, changed: Callable[[], None]) -> None:
        self.name = name
        self._keep = keep
        self._changed = changed
        upload = ui.upload(
            on_upload=self._uploaded,
            on_rejected=lambda: ui.notify(_TOO_BIG, type="negative"),
            max_file_size=MOST_BYTES,
            auto_upload=True,
        )
        upload.on("failed", lambda: ui.notify(_NOT_SENT, type="negative"), args=[])
        self._upload = out_of_sight(upload.props(f'accept="{_TYPES}"'))
        self._row = ui.row().classes("w-full items-end gap-2")
        self._show()

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        self._upload.reset()
        await self._keep(event, self._set)

    def _set(self, name: str | None) -> None:
        self.name = name
        self._show()
        self._changed()

    def _show(self) -> None:
        self._row.clear()
        with self._row:
            if self.name:
                show_picture(self.name, "这一步的配图", "height: 7rem")
            add = ui.button("换一张图" if self.name else "加配图", icon="image")
            chooses(add, self._upload).props("flat dense no-caps")
            if self.name:
                remove = ui.button("去掉配图", icon="close", on_click=lambda: self._set(None))
                remove.props("flat dense no-caps")


def show_picture(name: str, alt: str, style: str) -> None:
    """A picture; a click shows it whole."""
    with ui.element("a").props(f'href="{PICTURES}/{name}" target=_blank rel=noopener'):
        ui.element("img").props(f'src="{PICTURES}/{name}" alt="{alt}" loading=lazy').style(
            f"{style}; max-width: 100%; border: 1px solid #d8e1de; border-radius: 8px"
        )
