"""A month of the helpdesk: who asks when, and what comes of it, as rows of the tables."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.demo.asking import Asking
from bot.demo.lives import Lives
from bot.demo.people import Person, colleagues, crowd
from bot.demo.rows import Rows
from bot.demo.scenes import DISTRICT, NAME, NUMBER, PHONE, PROJECT, Line, Played, Stage, told_of
from bot.desk.hours import SHANGHAI
from bot.storage.figure_tables import missed
from bot.storage.tables import agent, audit, conversation, counter, feedback, message, question_log, ticket_event
from kb.base import KnowledgeBase
from kb.noise import Noise
from kb.reader import phrasing_texts

_PEOPLE = 620
_SCENES = 900
"""Conversations held with the bot; the others are these again."""
_A_DAY = 105
_WEEKDAYS = (1.2, 1.05, 1.0, 1.0, 0.95, 0.6, 0.22)
_HOURS = {6: 12, 7: 17, 8: 13, 9: 7, 10: 6, 11: 5, 12: 4, 13: 5, 14: 6, 15: 6, 16: 6, 17: 6, 18: 4, 19: 2, 20: 2, 21: 1}
_EARLIER = "0d1e7f52c0a4b936"
"""What stands for the knowledge before the one in force."""
_FORMER_DAYS = 12


@dataclass
class Month:
    """``until``: the last moment. The same seed and moment make the same month."""

    base: KnowledgeBase
    until: datetime
    seed: int = 1
    days: int = 30
    rows: Rows = field(default_factory=Rows)

    def make(self, progress: Callable[[int, int], None]) -> Rows:
        """All the rows; ``progress`` hears how much of how much is done."""
        random = Random(self.seed)  # noqa: S311 - the same seed makes the same month
        knowledge = self.base.knowledge
        noise = Noise(list(phrasing_texts(knowledge)), self.base.matcher.reader.segmenter.cut)
        people = crowd(knowledge, _PEOPLE, random)
        agents = colleagues()
        self._lives = Lives(self.rows, agents, knowledge.wording, random, self.until)
        scenes = self._hold(Asking(knowledge, noise, random), random, progress)
        for each in agents:
            who = {"channel": each.channel, "account": each.account, "name": each.name}
            self.rows.add(agent, id=each.id, **who, seen_at=self.until)
        weights = [person.talkative for person in people]
        self._met: dict[int, dict[str, Any]] = {}
        for at in self._moments(random):
            person = random.choices(people, weights)[0]
            played = random.choice(scenes[person.group is not None])
            self._tell(person, played, at, random)
        for values in sorted(self._met.values(), key=lambda row: row["id"]):
            self.rows.add(conversation, **values)
        self.rows.add(counter, name="ticket", value=self._lives.number)
        self._refused(random)
        return self.rows

    def _hold(
        self, asking: Asking, random: Random, progress: Callable[[int, int], None]
    ) -> Mapping[bool, list[Played]]:
        stage = Stage(self.base, self.until, random)
        scenes: dict[bool, list[Played]] = {False: [], True: []}
        for number in range(_SCENES):
            group = number % 5 == 4
            scenes[group].append(stage.play(asking.draw(), group=group))
            progress(number + 1, _SCENES)
        scenes[True] = [each for each in scenes[True] if each.opened is None]
        return scenes

    def _moments(self, random: Random) -> list[datetime]:
        """When somebody begins to write: the rush at the gates in the morning, hardly anybody on Sundays."""
        today = self.until.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        found: list[datetime] = []
        for back in range(self.days - 1, -1, -1):
            day = today - timedelta(days=back)
            number = round(_A_DAY * _WEEKDAYS[day.weekday()] * random.uniform(0.85, 1.15))
            hours = random.choices(list(_HOURS), list(_HOURS.values()), k=number)
            found += [day + timedelta(hours=hour, seconds=random.uniform(0, 3600)) for hour in hours]
        return sorted(at for at in found if at <= self.until - timedelta(minutes=10))

    def _tell(self, person: Person, played: Played, at: datetime, random: Random) -> None:
        row = self._met.get(person.number) or self._meet(person, at)
        key = row["id"]
        ticket_at = None
        own = self._own(person, self._lives.number + 1)
        first, began = len(self.rows.of(message)), at
        for line in played.lines:
            self._line(person, key, line, own, at, began)
            ticket_at = ticket_at or (at if line.log.outcome == "escalate" and played.opened else None)
            at += timedelta(seconds=random.uniform(8, 70))
        if played.opened and ticket_at:
            self._open(person, key, played, ticket_at, at)
        elif len(self.rows.of(message)) == first:
            return
        for each in played.missed:
            self._miss(person, key, each.question, each.why, each.record, began)
        row["updated_at"] = at
        row["state"] = json.loads(told_of(played.state, own))

    def _meet(self, person: Person, at: datetime) -> dict[str, Any]:
        row = {
            "id": len(self._met) + 1,
            "channel": person.channel,
            "key": person.key,
            "group_key": person.group,
            "person": person.account,
            "address": person.key,
            "state": None,
            "created_at": at,
            "updated_at": at,
        }
        self._met[person.number] = row
        return row

    def _own(self, person: Person, number: int) -> dict[str, str]:
        own = {str(NUMBER): str(number), PROJECT: person.project, NAME: person.name, PHONE: person.phone}
        return own | ({DISTRICT: person.district} if person.district else {})

    def _line(
        self, person: Person, key: int, line: Line, own: Mapping[str, str], at: datetime, began: datetime
    ) -> None:
        # Contacts differ by district, so what names one is told with the bot's own.
        mine = own if line.log.outcome != "contact" else {**own, DISTRICT: DISTRICT}
        said = {"conversation_id": key, "pushed": False}
        self.rows.add(
            message,
            **said,
            at=at,
            author="user",
            text=told_of(line.said, mine),
            reply=None,
            event_id=f"demo-{len(self.rows)}",
        )
        for reply, plain in line.replies:
            shown = {"text": told_of(plain, mine), "reply": json.loads(told_of(reply, mine))}
            self.rows.add(message, **said, at=at + timedelta(seconds=1), author="bot", event_id=None, **shown)
        revision = self._revision(began)
        self.rows.add(
            question_log,
            at=at,
            channel=person.channel,
            group_key=person.group,
            conversation_id=key,
            text=told_of(line.log.text, mine),
            outcome=line.log.outcome,
            records=list(line.log.records),
            confidence=line.log.confidence,
            revision=revision,
        )
        for each in line.feedback:
            said_of = {"record": each.record, "helped": each.helped, "revision": revision}
            self.rows.add(feedback, at=at, conversation_id=key, **said_of)

    def _open(self, person: Person, key: int, played: Played, opened: datetime, at: datetime) -> None:
        wanted = played.opened
        if wanted is None:
            return
        knowledge = self.base.knowledge
        district = knowledge.district.get(person.district or "")
        kind = knowledge.project_type.get(person.project_type or "")
        contacts = [each for each in (district and district.contact, kind and kind.contact) if each]
        told = {line.said for line in played.lines}
        values = {
            "question": wanted.question,
            "tried": list(wanted.tried),
            "district": person.district,
            "project_types": [kind.id] if kind else [],
            "contacts": contacts,
            "project": person.project if PROJECT in told else None,
            "person": person.name if NAME in told else None,
            "phone": person.phone if PHONE in told else None,
        }
        number = self._lives.number + 1
        note = {"ticket": number, "by": "user", "agent_id": None}
        self.rows.add(ticket_event, **note, at=opened, kind="opened", text=wanted.question)
        for name, label in (("project", "项目"), ("person", "称呼"), ("phone", "电话")):
            if values[name]:
                self.rows.add(ticket_event, **note, at=at, kind="detail", text=f"{label}：{values[name]}")
        self._lives.begin(person, key, at, values)

    def _miss(self, person: Person, key: int, question: str, why: str, record: str | None, at: datetime) -> None:
        who = {"channel": person.channel, "group_key": person.group, "conversation_id": key}
        self.rows.add(missed, at=at, **who, text=question, why=why, record=record)

    def _revision(self, at: datetime) -> str:
        former = self.until - timedelta(days=self.days - _FORMER_DAYS)
        return _EARLIER if at < former else self.base.revision

    def _refused(self, random: Random) -> None:
        """Some who are no staff tried what only staff may do."""
        for number in range(4):
            at = self.until - timedelta(days=random.uniform(1, self.days - 1))
            who = {"channel": "telegram", "account": str(990_000_100 + number), "name": "群友"}
            self.rows.add(audit, at=at, **who, action="claim", ticket=1001 + number, allowed=False, detail=None)
