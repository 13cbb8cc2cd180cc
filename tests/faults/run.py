"""Kills the program again and again while people talk to it: ``python -m tests.faults.run --kills 50 [--seed N]``."""

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random, SystemRandom

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.faults import Desk, Talk, Verdict, judge, together
from tests.faults.server import Material, RealServer, Visitor, material, title_of
from tests.telegram import BotApi, Person

PEOPLE, VISITORS = "Telegram, questions", "web page"
TO_USERS, TO_STAFF = "Telegram, staff to users", "Telegram, users to staff"
_PEOPLE, _VISITORS = 4, 3
_AHEAD = 6
"""Messages that somebody sends without waiting for replies."""
_LONGEST_LIFE = 2.5
"""Seconds that the program is up before it is killed."""
_START = 3.0
_IN_FLIGHT = 0.03
_LONGEST_TROUBLE = 200
_POINTS = ("between", "call", "start", "call")
"""Where kills strike: at any time, while a message is on its way to Telegram, and before the program is up."""
_WHY = (
    "Twice, in Telegram only: the Bot API takes a message, and the program is killed before it has written that down. "
    "The Bot API has no key by which it would know the message again, so the choice is between perhaps twice and perhaps "
    "never."
)


@dataclass(frozen=True)
class Outcome:
    """What a run has shown."""

    seed: int
    seconds: float
    kills: Mapping[str, int]
    verdicts: Mapping[str, Verdict]
    stopped_in: float
    troubles: tuple[str, ...] = ()
    """Sentences about clients that could not go on."""

    @property
    def is_good(self) -> bool:
        """Nothing lost, everything in order, nothing twice on the web page."""
        return (
            not self.troubles
            and all(verdict.is_good for verdict in self.verdicts.values())
            and not self.verdicts[VISITORS].doubled
        )


@dataclass
class Crowd:
    """All who talk, and what they should have heard."""

    api: BotApi
    server: RealServer
    about: Material
    talk: Talk
    asked: list[tuple[Person, list[str]]] = field(default_factory=list)
    visits: list[tuple[Visitor, list[str]]] = field(default_factory=list)

    def people(self, chance: Random) -> None:
        """One person after the other asks everything there is, in bursts, in an order of his own."""
        while not self.talk.stop.is_set():
            person, titles = self.api.person(f"Person {len(self.asked)}"), list[str]()
            self.asked.append((person, titles))
            for number, question in enumerate(chance.sample(self.about.questions, len(self.about.questions)), start=1):
                if self.talk.stop.is_set():
                    break
                person.says(question.numbered(number))
                titles.append(question.title)
                self.talk.note(sent=1)
                self._hears(person, titles, but=chance.randint(0, _AHEAD))
                self.talk.stop.wait(chance.choice((0.0, 0.05, 0.3)))
            self._hears(person, titles)
            self.talk.note(answered=len(titles))

    def _hears(self, person: Person, titles: list[str], but: int = 0) -> None:
        """Wait for all replies but some. Counting them would not do: one that came twice would stand for another."""
        self.api.until(lambda: len(set(titles).difference(self._seen(person))) <= but, self.talk.patience)

    def _seen(self, person: Person) -> list[str]:
        return [said.text.partition("\n")[0] for said in self.api.messages(person)]

    def visitors(self, chance: Random) -> None:
        """One visitor after the other asks everything, one by one as the page does."""
        while not self.talk.stop.is_set():
            visitor, pairs = Visitor(self.server), list[str]()
            self.visits.append((visitor, pairs))
            for number, question in enumerate(chance.sample(self.about.questions, len(self.about.questions)), start=1):
                if self.talk.stop.is_set():
                    break
                text = question.numbered(number)
                pairs.append(f"{text} → {question.title}")
                self.talk.note(sent=1)
                title = title_of(visitor.ask(text, self.talk.patience))
                if title != question.title:
                    raise AssertionError(f"{text} was answered with {title}")
                self.talk.note(answered=1)
                self.talk.stop.wait(chance.choice((0.0, 0.1, 0.3)))

    def asked_verdict(self) -> Verdict:
        """What became of the questions in Telegram."""
        return together(judge(titles, self._seen(person)) for person, titles in self.asked)

    def visited_verdict(self) -> Verdict:
        """What the page shows. Once more sent, a message that has been answered must leave no trace."""
        for visitor, pairs in self.visits:
            if pairs:
                visitor.again(visitor.ids[0], pairs[0].partition(" → ")[0])
        verdict = together(judge(pairs, list(_pairs(visitor))) for visitor, pairs in self.visits)
        for visitor, _ in self.visits:
            visitor.close()
        return verdict


def _pairs(visitor: Visitor) -> Iterator[str]:
    """Each message of the history with all that follows it up to the next."""
    lines = visitor.history()
    starts = [place for place, line in enumerate(lines) if line["from"] == "user"]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield f"{lines[start]['text']} → {title_of([line['reply'] for line in lines[start + 1 : end]])}"


def run(kills: int, seed: int, console: Console | None = None) -> Outcome:
    """Start, talk, kill, start again; at the end hear everybody out and judge. Without a console nothing is drawn."""
    began, chance = time.monotonic(), Random(seed)
    about = material()
    with BotApi() as api, tempfile.TemporaryDirectory() as folder, _drawing(kills, console) as talk:
        staff = api.person("小王")
        room = api.group("客服", [staff])
        with RealServer(Path(folder), api, room.id) as server:
            crowd, desk = Crowd(api, server, about, talk), Desk(api, room, staff, about.words, talk)
            jobs = [*[crowd.people] * _PEOPLE, *[crowd.visitors] * _VISITORS, desk.work]
            with ThreadPoolExecutor(len(jobs)) as pool:
                try:
                    working = [pool.submit(job, Random(chance.random())) for job in jobs]
                    struck = _strike(kills, server, api, chance, talk, working)
                    server.start()
                    server.await_ready()
                finally:
                    talk.stop.set()
                wait(working)
            visited = crowd.visited_verdict()
            stopped_in = server.stop()
            verdicts = {
                PEOPLE: crowd.asked_verdict(),
                TO_USERS: desk.users_verdict(),
                TO_STAFF: desk.room_verdict(),
                VISITORS: visited,
            }
    troubles = tuple(str(error)[:_LONGEST_TROUBLE] for error in (job.exception() for job in working) if error)
    return Outcome(seed, time.monotonic() - began, struck, verdicts, stopped_in, troubles)


def _strike(
    kills: int, server: RealServer, api: BotApi, chance: Random, talk: Talk, working: list[Future[None]]
) -> Mapping[str, int]:
    struck: Counter[str] = Counter()
    for point in islice(cycle(_POINTS), kills):
        server.start()
        if point == "start":
            time.sleep(chance.uniform(0, _START))
        else:
            server.await_ready()
            time.sleep(chance.uniform(0, _LONGEST_LIFE))
        if point == "call":
            _await_call(api)
            time.sleep(chance.uniform(0, _IN_FLIGHT))
        server.kill()
        struck[point] += 1
        talk.note(kills=1)
        if any(job.done() for job in working):
            break  # somebody could not go on: no need to kill any further
    return struck


def _await_call(api: BotApi) -> None:
    before = len(api.calls_of("sendMessage"))
    # If nothing more is sent, everybody waits for what is lost; that is for the judge to say.
    with suppress(AssertionError):
        api.until(lambda: len(api.calls_of("sendMessage")) > before, timeout=10)


@contextmanager
def _drawing(kills: int, console: Console | None) -> Iterator[Talk]:
    columns = ("kills", BarColumn(), MofNCompleteColumn(), "{task.fields[said]}", TimeElapsedColumn())
    texts = (TextColumn(column) if isinstance(column, str) else column for column in columns)
    with Progress(*texts, console=console, disable=console is None) as progress:
        task = progress.add_task("", total=kills, said="")
        draw: Callable[[Talk], None] = lambda talk: progress.update(  # noqa: E731 - no def fits into one call
            task, completed=talk.kills, said=f"{talk.sent} sent, {talk.answered} answered"
        )
        yield Talk(draw)


def report(outcome: Outcome, console: Console) -> None:
    """The figures, and what is wrong if anything is."""
    table = Table("", "messages", "lost", "out of order", "twice", title="What became of the messages")
    for name, verdict in outcome.verdicts.items():
        figures = (verdict.expected, len(verdict.lost), len(verdict.misplaced), len(verdict.doubled))
        table.add_row(name, *map(str, figures))
    console.print(table)
    where = ", ".join(f"{count} {point}" for point, count in outcome.kills.items())
    console.print(
        f"{sum(outcome.kills.values())} kills ({where}) in {outcome.seconds:.0f} s, seed {outcome.seed}; "
        f"told to stop at the end, it did within {outcome.stopped_in:.1f} s"
    )
    console.print(_WHY)
    for name, verdict in outcome.verdicts.items():
        for kind in ("lost", "misplaced", *(("doubled",) if name == VISITORS else ())):
            for reply in getattr(verdict, kind):
                console.print(f"{name}: {kind}: {reply}")
    for trouble in outcome.troubles:
        console.print(trouble)


def main() -> int:
    """Run by hand or by ``make faults``; 1 where anything was lost or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10_000))
    options = parser.parse_args()
    # The stand-in's server prints a traceback for each call that a kill cuts short.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    console = Console()
    outcome = run(options.kills, options.seed, console)
    report(outcome, console)
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
