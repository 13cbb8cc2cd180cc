"""A button that opens the browser's chooser of files, in place of the framework's box."""

from nicegui import ui


def out_of_sight(upload: ui.upload) -> ui.upload:
    """The upload without its box; not hidden to the server, which takes nothing from what is."""
    return upload.classes("absolute opacity-0 w-0 h-0 overflow-hidden").props("tabindex=-1 aria-hidden=true")


def chooses(button: ui.button, upload: ui.upload) -> ui.button:
    """The button opens the chooser; the browser does so only for a click that it has seen itself."""
    return button.on("click", js_handler=f"() => getElement({upload.id}).$refs.qRef.pickFiles()")
