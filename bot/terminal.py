"""A conversation in the terminal: history, numbered choices, cards that look like cards."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import HTML
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text as Styled

from bot.desk.hours import hours_note
from bot.desk.scratch import Scratch
from bot.settings import Settings
from handlers.advance import advance
from handlers.conversation import Conversation
from handlers.message import (
    AnswerCard,
    Button,
    ChoiceList,
    ContactCards,
    Incoming,
    Notice,
    Part,
    Reply,
    Scene,
    StepCard,
    TicketCard,
)
from kb.base import KnowledgeBase
from kb.wording import Wording

_WIDTH = 88


def chat(base: KnowledgeBase, settings: Settings) -> int:
    """Talk until the end of input; without a terminal, line by line."""
    console = Console(width=min(_WIDTH, Console().width), highlight=False)
    words = base.knowledge.wording
    console.print(
        Panel(f"{words.page_greeting}\n[dim]{words.page_hint}[/dim]", title=words.page_title, border_style="green")
    )
    desk, conversation, last = Scratch(), Conversation(), Reply("silent")
    for line in _lines(settings):
        text = _button(line, last) or line
        now = datetime.now(UTC)
        scene = Scene(now, desk.next_number, desk_note=hours_note(settings.desk_hours, now))
        turn = advance(conversation, Incoming(text), base, scene)
        conversation = turn.conversation
        for reply in turn.replies:
            console.print(render(reply, words))
            last = reply
    console.print(words.chat_bye)
    return 0


def render(reply: Reply, words: Wording) -> RenderableType:
    """A reply as it looks in the terminal."""
    parts = [_part(part, words) for part in reply.parts]
    if reply.buttons:
        labels = "  ".join(f"[reverse] {escape(button.label)} [/reverse]" for button in reply.buttons)
        parts.append(Styled.from_markup(labels))
    return Padding(Group(*parts), (0, 0, 1, 2))


def _lines(settings: Settings) -> Iterator[str]:
    if not sys.stdin.isatty():
        yield from (line.rstrip("\n") for line in sys.stdin)
        return
    session: PromptSession[str] = PromptSession(history=_history(settings.data))
    while True:
        try:
            yield session.prompt(HTML("<ansigreen><b>你 › </b></ansigreen>"))
        except (EOFError, KeyboardInterrupt):
            return


def _history(folder: Path) -> History:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return FileHistory(str(folder / "chat-history"))
    except OSError:
        return InMemoryHistory()


def _button(line: str, last: Reply) -> str | None:
    """What the button of the latest reply sends whose label was typed."""
    buttons: list[Button] = [*last.buttons]
    return next((button.send for button in buttons if button.label == line.strip()), None)


def _part(part: Part, words: Wording) -> RenderableType:
    match part:
        case AnswerCard():
            return Panel(Group(*_answer(part, words)), title=f"[bold]{escape(part.title)}[/bold]", border_style="green")
        case StepCard():
            return Panel(Group(*_step(part, words)), title=f"[bold]{escape(part.title)}[/bold]", border_style="cyan")
        case ChoiceList():
            return Styled("\n".join([part.text, *_numbered(item.label for item in part.items)]))
        case ContactCards():
            lines = [Styled(part.text)]
            for line in part.contacts:
                name = f"  {line.name}" if line.name != line.label else ""
                text = Styled.assemble((line.label, "bold"), f"{name}  ", ("、".join(line.phones), "bold green"))
                lines.append(
                    text.append(words.qq_groups.format(groups="、".join(line.qq_groups))) if line.qq_groups else text
                )
            return Panel(Group(*lines), border_style="green")
        case TicketCard():
            return Panel(Styled(part.text), border_style="yellow")
        case Notice():
            return Panel(Styled(part.text), border_style="red")
        case _:
            return Styled(part.text)


def _answer(card: AnswerCard, words: Wording) -> Iterator[RenderableType]:
    yield Styled(card.short, style="bold")
    yield from _section(words.head_causes, card.causes)
    if card.outline:
        yield Styled(words.head_steps, style="green")
        for label, texts in card.outline:
            if label:
                yield Styled(f"〔{label}〕", style="cyan")
            yield Styled("\n".join(_numbered(texts)))
    yield from _section(words.head_warnings, card.warnings, "yellow")
    yield from _section(words.head_notes, card.notes)
    yield Styled(card.source, style="dim")


def _step(card: StepCard, words: Wording) -> Iterator[RenderableType]:
    if card.of:
        yield Styled(words.step_of.format(number=card.number, of=card.of), style="dim")
    yield Styled(card.text, style="bold")
    if card.detail:
        yield Styled(card.detail)
    yield from _section(words.head_warnings, (card.warning,) if card.warning else (), "yellow")
    if card.image:
        yield Styled(f"配图：{card.image}", style="dim")
    if card.options:
        yield Styled("\n".join(_numbered(option.label for option in card.options)))


def _section(head: str, lines: tuple[str, ...], style: str = "green") -> Iterator[RenderableType]:
    if lines:
        yield Styled(head, style=style)
        yield Styled("\n".join(f"· {line}" for line in lines))


def _numbered(lines: "Iterator[str] | tuple[str, ...]") -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
