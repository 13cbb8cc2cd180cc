"""``main.py kb …``: check, show, search, eval and build."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.ask import Line, Session, answer_line
from bot.errors import UsageError
from bot.opening import compiled_path, open_knowledge
from bot.settings import Settings
from kb.base import KnowledgeBase
from kb.evaluate import Report, SetError, evaluate, summary
from kb.load import ContentError, load, read_folder
from kb.report import html_report
from kb.show import show_contact, show_record


def open_checked(settings: Settings) -> KnowledgeBase:
    """The knowledge. Raises UsageError where the content does not check."""
    try:
        return open_knowledge(settings.content, settings.data)
    except ContentError as error:
        raise UsageError(f"{error}\n知识内容有 {len(error.problems)} 处问题，没有使用。") from error


def run_check(settings: Settings, _: argparse.Namespace) -> int:
    """Print every problem of the content; 1 if there is one."""
    loaded = read_folder(settings.content)
    for problem in loaded.problems:
        print(problem)
    if loaded.problems or loaded.knowledge is None:
        print(f"{len(loaded.problems)} 处问题", file=sys.stderr)
        return 1
    knowledge = loaded.knowledge
    phrasings = sum(len(record.phrasings) for record in knowledge.records)
    print(
        f"没有问题：{len(knowledge.records)} 条记录，{phrasings} 种说法，{len(knowledge.contacts)} 个联系方式，"
        f"{len(knowledge.topics)} 个范围外话题，{len(loaded.files)} 个文件"
    )
    return 0


def run_show(settings: Settings, options: argparse.Namespace) -> int:
    """Print one record or contact in full."""
    try:
        knowledge = load(settings.content)
    except ContentError as error:
        raise UsageError(str(error)) from error
    if options.id in knowledge.record:
        print(show_record(knowledge.record[options.id]))
    elif options.id in knowledge.contact:
        print(show_contact(knowledge.contact[options.id]))
    else:
        raise UsageError(f"没有 {options.id}：记录是 faq-01 … faq-28、prompt-01 … prompt-08，联系方式是 contact-…")
    return 0


def run_search(settings: Settings, options: argparse.Namespace) -> int:
    """Rank the meanings of a text; with ``--explain``, every view's score and the words that matched."""
    base = open_checked(settings)
    ranking, reasons = base.matcher.explain(options.text)
    console = Console()
    console.print(f"读作：{ranking.utterance.text}", highlight=False)
    console.print(f"词：{' / '.join(ranking.utterance.words)}", highlight=False)
    console.print(f"判断：{ranking.band}（范围外 {ranking.outside:.3f}）", highlight=False)
    if not options.explain:
        for found in ranking.records[:5]:
            console.print(f"{found.chance:.3f}  {found.id}  {base.knowledge.record[found.id].title}", highlight=False)
        return 0
    views = list(reasons[0].views) if reasons else []
    table = Table("chance", "id", *views, "closest phrasing", "words in common")
    for reason in reasons:
        scores = (f"{reason.views[view]:.3f}" for view in views)
        table.add_row(f"{reason.chance:.3f}", reason.id, *scores, reason.phrasing, " ".join(reason.words))
    console.print(table)
    return 0


def run_eval(settings: Settings, options: argparse.Namespace) -> int:
    """Score the bot on sets of labelled messages."""
    base = open_checked(settings)
    try:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("评测")
            report = score(base, options.files, lambda done, of: bar.update(task, completed=done, total=of))
    except SetError as error:
        raise UsageError(str(error)) from error
    print(summary(report))
    if options.html:
        title = "评测：" + "、".join(path.name for path in options.files)
        options.html.write_text(html_report(report, title), encoding="utf-8")
        print(f"图表：{options.html}")
    return 0


def score(
    base: KnowledgeBase, files: list[Path], progress: Callable[[int, int], None] = lambda _done, _of: None
) -> Report:
    """Run sets through a session of its own."""
    session = Session(base)
    phones = {contact.id: contact.phones for contact in base.knowledge.contacts}
    return evaluate(
        files, lambda q, conversation: answer_line(Line(q=q, conversation=conversation), session), phones, progress
    )


def run_build(settings: Settings, _: argparse.Namespace) -> int:
    """Compile and fit the knowledge, if that has not been done for exactly this content."""
    base = open_checked(settings)
    how = "带句意" if base.matcher.uses_meaning else "只看字面（没有装句意模型）"
    print(f"知识库已就绪：{compiled_path(settings.content, settings.data)}（{how}）")
    return 0
