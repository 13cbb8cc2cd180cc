"""A record as people will see it: in Telegram, in a QQ group, on the web page; and its procedure as a picture."""

from nicegui import ui

from bot.channels.telegram.render import compose
from bot.console.picture_form import show_picture
from handlers.answer import card
from handlers.message import AnswerCard, Button, Reply
from handlers.plain import plain_text
from handlers.steps import step_card
from kb.graph import exits, step_index
from kb.model import Record
from kb.wording import Wording

ENDS = {"solved": "问解决没有", "contact": "给电话", "ticket": "转人工"}
"""What comes after the last step."""
_LONGEST = 18


def show_preview(record: Record, words: Wording) -> None:
    """All three, in tabs: the answer, and the steps that have a picture."""
    shown = card(record)
    ways = (Button(words.button_walk, ""),) if record.steps else ()
    reply = Reply("answer", (shown,), ways, (record.id,))
    pictured = [Reply("steps", (step_card(record, step),)) for step in record.steps if step.image]
    with ui.tabs().props("dense no-caps align=left").classes("w-full") as tabs:
        web, telegram, text = ui.tab("网页"), ui.tab("Telegram"), ui.tab("QQ 文字")
    with ui.tab_panels(tabs, value=web).classes("w-full bg-transparent"):
        with ui.tab_panel(web).classes("p-0"):
            _web(shown, words, ways)
            for each in pictured:
                with ui.column().classes("said gap-1 q-mt-sm"):
                    ui.label(plain_text(each.without_images(), words)).classes("plain")
                    _pictures(each)
        with ui.tab_panel(telegram).classes("p-0"):
            for post in compose(reply, words):
                ui.html(post.html).classes("said plain")
                for row in post.keyboard:
                    with ui.row().classes("w-full gap-1"):
                        for key in row:
                            ui.label(key.label).classes("badge grow text-center")
            for each in pictured:
                with ui.column().classes("said gap-1 q-mt-sm"):
                    _pictures(each)
                    for post in compose(each, words):
                        ui.html(post.html).classes("plain")
        with ui.tab_panel(text).classes("p-0"):
            ui.label(plain_text(reply, words)).classes("said plain")
            for each in pictured:
                with ui.column().classes("said gap-1 q-mt-sm"):
                    ui.label(plain_text(each.without_images(), words)).classes("plain")
                    _pictures(each)


def _pictures(reply: Reply) -> None:
    for name in reply.images:
        show_picture(name, "配图", "max-height: 14rem")


def _web(shown: AnswerCard, words: Wording, ways: tuple[Button, ...]) -> None:
    with ui.column().classes("said gap-2"):
        ui.label(shown.title).classes("heading")
        ui.label(shown.short)
        facts = (
            (words.head_causes, shown.causes),
            (words.head_warnings, shown.warnings),
            (words.head_notes, shown.notes),
        )
        for head, lines in facts:
            if lines:
                ui.label(head).classes("heading")
            for line in lines:
                ui.label(f"· {line}")
        for label, texts in shown.outline:
            ui.label(label or words.head_steps).classes("heading")
            for number, text in enumerate(texts, start=1):
                ui.label(f"{number}. {text}")
        with ui.row().classes("gap-1"):
            for way in ways:
                ui.label(way.label).classes("badge")


def show_graph(record: Record) -> None:
    """The steps and where each leads."""
    if not record.steps:
        ui.label("这条记录没有步骤。").classes("muted")
        return
    ui.mermaid(graph(record), config={"theme": "neutral", "flowchart": {"useMaxWidth": True}}).classes("w-full")


def graph(record: Record) -> str:
    """In Mermaid's words. Node names are our own, labels are stripped of everything that means something to it."""
    places = step_index(record)
    lines, others = ["flowchart TD"], dict[str, str]()
    for index, step in enumerate(record.steps):
        lines.append(f's{index}["{index + 1}. {_label(step.text)}"]')
        labels = {option.goto: option.label for option in step.options}
        for goto in exits(record, index):
            target = f"s{places[goto]}" if goto in places else others.setdefault(goto, f"r{len(others)}")
            label = f'|"{_label(labels[goto])}"|' if goto in labels else ""
            lines.append(f"s{index} -->{label} {target}")
        if step.end:
            lines.append(f's{index} --> e{index}(["{ENDS[step.end]}"])')
    return "\n".join([*lines, *(f'{name}[["{_label(goto)}"]]' for goto, name in others.items())])


def _label(text: str) -> str:
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(letter for letter in short if letter.isalnum() or letter in "，。、？！：（）“”…-/ ")
