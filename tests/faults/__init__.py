"""The whole program under trouble: killed at any moment, cut off from Telegram, stopped in the middle of its work.

Everything is said in a way that it, or the reply to it, can be told from all others, so a transcript shows what became of
it. What is judged is only what people see: chats as Telegram shows them, and the history of the web page.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock

from kb.wording import Wording
from tests.faults.server import material
from tests.telegram import BotApi, Group, Person, SentMessage

_LINES = 8
"""Lines of each side in one ticket."""
_AHEAD = 3
_BEFORE = ("ticket_opened", "ask_person", "ask_phone", "ticket_complete", "ticket_taken")
_AFTER = ("ticket_solved", "ticket_confirmed")
_LINE = re.compile(r"（[us]\d+-\d+）")
_NUMBER = re.compile(r"\d{4,}")
_CARD, _CLOSED, _CONFIRMED = "card", "card says closed", "用户确认解决了"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the expected replies. ``misplaced``: out of order, said again later, or never asked for."""

    expected: int = 0
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    misplaced: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Nothing is missing and everything is in order; a reply may have come twice in a row."""
        return not self.lost and not self.misplaced


def judge(expected: Sequence[str], seen: Sequence[str]) -> Verdict:
    """Compare the replies that should have come, each different from all others, with those that came.

    A reply that comes again at once is ``doubled``: that can happen by design. Everything else must be as expected.
    """
    place = {reply: number for number, reply in enumerate(expected)}
    if len(place) < len(expected):
        raise ValueError("two of the expected replies are the same: neither loss nor order could be seen")
    doubled: list[str] = []
    misplaced: list[str] = []
    latest, before = -1, ""
    for reply in seen:
        at = place.get(reply, -1)
        if at >= 0 and reply == before:
            doubled.append(reply)
        elif at <= latest:
            misplaced.append(reply)
        latest, before = max(at, latest), reply
    came = set(seen)
    lost = tuple(reply for reply in expected if reply not in came)
    return Verdict(len(expected), lost, tuple(doubled), tuple(misplaced))


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Many conversations as one."""
    whole = tuple(verdicts)
    return Verdict(
        sum(one.expected for one in whole),
        tuple(reply for one in whole for reply in one.lost),
        tuple(reply for one in whole for reply in one.doubled),
        tuple(reply for one in whole for reply in one.misplaced),
    )


@dataclass
class Talk:
    """What all clients share: how far they are, and whether to come to an end."""

    draw: Callable[["Talk"], None]
    patience: float = 240.0
    """Seconds after which a client takes a reply for lost. Lives are short and starts are slow: replies take their time."""
    stop: Event = field(default_factory=Event)
    sent: int = 0
    answered: int = 0
    kills: int = 0
    _lock: Lock = field(default_factory=Lock)

    def note(self, sent: int = 0, answered: int = 0, kills: int = 0) -> None:
        """Something has happened."""
        with self._lock:
            self.sent += sent
            self.answered += answered
            self.kills += kills
        self.draw(self)


@dataclass
class Asker:
    """Somebody in Telegram who asks one question after the other. ``titles``: of the answers he should get."""

    api: BotApi
    person: Person
    titles: list[str] = field(default_factory=list)

    def asks(self, count: int = 1) -> None:
        """Ask, without waiting for answers."""
        for question in material().questions[len(self.titles) : len(self.titles) + count]:
            self.person.says(question.text)
            self.titles.append(question.title)

    def hears(self, timeout: float = 60) -> Verdict:
        """What he has got, as soon as it is all there."""
        self.api.until(lambda: set(self.titles) <= set(self.seen()), timeout)
        return judge(self.titles, self.seen())

    def seen(self) -> list[str]:
        """What stands above the answers."""
        return [said.text.partition("\n")[0] for said in self.api.messages(self.person)]


@dataclass
class Case:
    """One user and his ticket. ``to_user``, ``to_staff``: the lines that have been written so far."""

    user: Person
    number: str = ""
    to_user: list[str] = field(default_factory=list)
    to_staff: list[str] = field(default_factory=list)


@dataclass
class Desk:
    """The staff chat and who is at work there."""

    api: BotApi
    room: Group
    staff: Person
    words: Wording
    talk: Talk
    cases: list[Case] = field(default_factory=list)

    def work(self, chance: Random) -> None:
        """One ticket after the other; the last one is brought to its end."""
        while not self.talk.stop.is_set():
            case = Case(self.api.person(f"User {len(self.cases)}"))
            self.cases.append(case)
            self._open(case)
            self._converse(case, chance)
            self._close(case)

    def _open(self, case: Case) -> None:
        case.user.says("转人工")
        opened = self.api.wait(case.user, timeout=self.talk.patience)
        found = _NUMBER.search(opened.text)
        if not found:
            raise AssertionError(f"no ticket: {opened.text}")
        case.number = found[0]
        for question in _BEFORE[1:4]:
            case.user.says(self.words.button_skip)
            self._await(lambda question=question: question in self._heard_by_user(case))  # type: ignore[misc]
        self._press_on_card(case, "认领")
        self._await(lambda: "ticket_taken" in self._heard_by_user(case))

    def _converse(self, case: Case, chance: Random) -> None:
        sides = ["u", "s"] * _LINES
        chance.shuffle(sides)
        for side in sides:
            if self.talk.stop.is_set():
                break
            lines = case.to_staff if side == "u" else case.to_user
            lines.append(f"（{side}{len(self.cases)}-{len(lines) + 1}）")
            if side == "u":
                case.user.says(f"考勤机那边的情况{lines[-1]}")
            else:
                self.staff.says(f"请看这条答复{lines[-1]}", chat=self.room, reply_to=self._card(case))
            self.talk.note(sent=1)
            self._await(lambda: self._under_way(case) <= _AHEAD)
            self.talk.stop.wait(chance.choice((0.0, 0.2, 0.6)))
        self._await(lambda: self._under_way(case) == 0)
        self.talk.note(answered=len(case.to_user) + len(case.to_staff))

    def _close(self, case: Case) -> None:
        self._press_on_card(case, "解决")
        self._await(lambda: "ticket_solved" in self._heard_by_user(case))
        asked = next(said for said in self.api.messages(case.user) if self._label(said, case) == "ticket_solved")
        case.user.presses(asked, self.words.button_solved)
        self._await(lambda: "ticket_confirmed" in self._heard_by_user(case) and _CLOSED in self._heard_by_staff(case))

    def _await(self, fits: Callable[[], object]) -> None:
        self.api.until(fits, self.talk.patience)

    def _under_way(self, case: Case) -> int:
        arrived = {*self._heard_by_user(case), *self._heard_by_staff(case)}
        return sum(line not in arrived for line in (*case.to_user, *case.to_staff))

    def _card(self, case: Case) -> SentMessage:
        return self.api.wait_for(self.room, lambda said: _is_card(said, case), self.talk.patience)

    def _press_on_card(self, case: Case, label: str) -> None:
        def offers(said: SentMessage) -> bool:
            return _is_card(said, case) and label in said.buttons

        self.staff.presses(self.api.wait_for(self.room, offers, self.talk.patience), label)

    def _heard_by_user(self, case: Case) -> list[str]:
        return [self._label(said, case) for said in self.api.messages(case.user)]

    def _label(self, said: SentMessage, case: Case) -> str:
        """A line by its mark, the bot's own words by their name; anything else stands for itself."""
        line = _LINE.search(said.text)
        if line:
            return line[0]
        words = {name: str(getattr(self.words, name)).format(number=case.number) for name in (*_BEFORE, *_AFTER)}
        return next((name for name, wording in words.items() if wording in said.text), said.text)

    def _heard_by_staff(self, case: Case) -> list[str]:
        """What concerns this ticket, but for the acknowledgements, which are all alike."""
        heard: list[str] = []
        said_closed = False
        for said in self.api.messages(self.room):
            line = _LINE.search(said.text)
            if _is_card(said, case):
                heard.append(_CARD)
                said_closed = said_closed or "已关闭" in said.text
            elif said.text.startswith(f"#{case.number} ") and (line or _CONFIRMED in said.text):
                heard.append(line[0] if line else _CONFIRMED)
        return [*heard, _CLOSED] if said_closed else heard

    def users_verdict(self) -> Verdict:
        """What became of what the staff wrote, and of the bot's words around it."""
        return together(judge([*_BEFORE, *case.to_user, *_AFTER], self._heard_by_user(case)) for case in self.cases)

    def room_verdict(self) -> Verdict:
        """What became of what the users wrote; and whether each has exactly one ticket."""
        tickets = {found[0] for said in self.api.messages(self.room) if (found := _NUMBER.search(_head(said)))}
        known = {case.number for case in self.cases}
        heard = together(
            judge([_CARD, *case.to_staff, _CONFIRMED, _CLOSED], self._heard_by_staff(case)) for case in self.cases
        )
        strays = tuple(f"ticket {number} of nobody" for number in sorted(tickets - known))
        return together([heard, Verdict(misplaced=strays)])


def _is_card(said: SentMessage, case: Case) -> bool:
    return f" 工单 {case.number} · " in _head(said)


def _head(said: SentMessage) -> str:
    return said.text.partition("\n")[0]
