"""The real program while the Bot API is in trouble: nothing is lost, nothing changes places, and the web chat answers.

One server goes through all of it, as it would have to. ``FAULTS_LATE`` is how many seconds the Bot API is away at first.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from tests.faults import Asker, Verdict
from tests.faults.server import RealServer, Visitor, gateway, material, title_of
from tests.telegram import NOT_JSON, WRONG_SHAPE, BotApi, Group, HasId, Json, Person

LATE = float(os.environ.get("FAULTS_LATE", "2"))
AT_ONCE = 2.0
"""Seconds in which somebody is answered whom the trouble does not concern."""
READ_TIMEOUT = 20.0
LONGEST_PAUSE = 30.0
STOPS_WITHIN = 10.0


@dataclass
class Scene:
    """The Bot API, the program, a staff chat, and somebody whose first message gets no answer for very long."""

    api: BotApi
    server: RealServer
    room: Group
    staff: Person
    visitor: Visitor
    patient: Asker
    is_up: bool = False

    def asker(self) -> Asker:
        return Asker(self.api, self.api.person("Person"))

    def comes_up(self) -> None:
        if self.is_up:
            return
        self.api.faults.hang("sendMessage", 600, chat=self.patient.person)
        self.patient.asks(2)
        self.api.start()
        self.is_up = True

    def web_answers(self) -> None:
        """The web chat does not mind."""
        question = material().questions[len(self.visitor.ids) % len(material().questions)]
        began = time.monotonic()
        assert title_of(self.visitor.ask(question.text, give_up_after=10)) == question.title
        assert time.monotonic() - began < AT_ONCE

    def telegram_says(self, words: str, timeout: float = 5) -> None:
        """Waits until the program says this of its connection."""
        give_up = time.monotonic() + timeout
        while words not in str(found := (self.server.state() or {})["channels"]["telegram"]):
            assert time.monotonic() < give_up, found
            time.sleep(0.05)

    def sends(self, since: float, chat: HasId | None = None) -> list[float]:
        """When messages were sent, or tried to be."""
        calls = [call for call in self.api.calls_of("sendMessage") if call.at > since]
        return [call.at for call in calls if chat is None or call.params["chat_id"] == chat.id]

    def at_once(self, askers: Sequence[Asker]) -> None:
        """All ask while sending pauses, so that their answers set out at the same moment."""
        refused, began = self.asker(), time.time()
        self.api.faults.fail("sendMessage", 429, retry_after=1, chat=refused.person)
        refused.asks()
        self.api.until(lambda: self.sends(began))
        for asker in askers:
            asker.asks()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    api = BotApi()
    staff = api.person("小王")
    room = api.group("客服", [staff])
    with ExitStack() as stack:
        server = stack.enter_context(RealServer(tmp_path_factory.mktemp("outages"), api, room.id))
        server.start()
        server.await_ready()
        visitor = stack.enter_context(closing(Visitor(server)))
        stack.callback(api.stop)
        yield Scene(api, server, room, staff, visitor, Asker(api, api.person("Patient")))


@pytest.fixture
def scene(before: Scene) -> Iterator[Scene]:
    before.comes_up()
    yield before
    before.api.faults.restore()
    before.web_answers()


def test_a_bot_api_that_comes_up_late(before: Scene) -> None:
    early = before.asker()
    early.asks(3)
    before.telegram_says("check the network", timeout=60)
    before.web_answers()
    time.sleep(LATE)
    before.web_answers()
    before.comes_up()
    assert early.hears(timeout=LONGEST_PAUSE + 10) == Verdict(3)


def test_429_on_a_private_chat_makes_all_sending_wait(scene: Scene) -> None:
    refused, other = scene.asker(), scene.asker()
    scene.api.faults.fail("sendMessage", 429, retry_after=2, chat=refused.person)
    began = time.time()
    refused.asks(3)
    scene.api.until(lambda: scene.sends(began))
    other.asks(2)
    scene.web_answers()
    assert (refused.hears(), other.hears()) == (Verdict(3), Verdict(2))
    first, second = scene.sends(began)[:2]
    assert second - first >= 2


def test_429_and_500_on_one_chat_concern_nobody_else(scene: Scene) -> None:
    unlucky, other = scene.asker(), scene.asker()
    scene.api.faults.fail("sendMessage", 500, times=2, chat=unlucky.person)
    scene.api.faults.fail("sendMessage", 429, retry_after=3, chat=scene.room)
    began = time.time()
    unlucky.asks(3)
    scene.staff.says("/tickets", chat=scene.room)
    scene.api.until(lambda: scene.sends(began, scene.room) and scene.sends(began, unlucky.person))
    other.asks()
    assert other.hears(timeout=AT_ONCE) == Verdict(1)
    assert unlucky.hears() == Verdict(3)
    scene.api.wait(scene.room)
    first, second = scene.sends(began, scene.room)
    assert second - first >= 3


@pytest.mark.parametrize("after", [False, True])
def test_connections_that_break(scene: Scene, after: bool) -> None:
    asker = scene.asker()
    scene.api.faults.reset("getUpdates", after=after)
    scene.api.faults.reset("sendMessage", after=after, chat=asker.person)
    asker.asks(3)
    assert asker.hears() == Verdict(3, doubled=(asker.titles[0],) if after else ())


@pytest.mark.parametrize(
    ("body", "after"), [(NOT_JSON, False), (WRONG_SHAPE, True), ('{"ok":true,"result":[1]}', True)]
)
def test_answers_that_are_garbage(scene: Scene, body: str, after: bool) -> None:
    asker = scene.asker()
    scene.api.faults.garbage("getUpdates", body=body, after=after)
    scene.api.faults.garbage("sendMessage", body=body, after=after, chat=asker.person)
    asker.asks(2)
    assert asker.hears() == Verdict(2, doubled=(asker.titles[0],) if after else ())


def test_a_token_that_is_revoked_and_restored(scene: Scene) -> None:
    asker = scene.asker()
    scene.api.faults.revoke()
    scene.telegram_says("BotFather")
    asker.asks(3)
    scene.web_answers()
    scene.api.faults.restore()
    assert asker.hears() == Verdict(3)


def test_another_program_takes_the_updates_for_a_while(scene: Scene) -> None:
    asker = scene.asker()
    scene.api.faults.fail("getUpdates", 409, times=2)
    scene.telegram_says("another program")
    asker.asks(2)
    scene.web_answers()
    assert asker.hears() == Verdict(2)


MALFORMED: list[Json] = [
    *({}, {"message": None}, {"message": "text"}, {"message": {}}, {"something_new": {"chat": {"id": 1}}}),
    {"message": {"message_id": 1, "date": 0, "chat": {}}},
    {"message": {"message_id": "x", "date": "y", "chat": [], "from": 5, "text": 7}},
    {"callback_query": {"id": 5, "data": {}}},
    {"my_chat_member": {"chat": {"id": 1, "type": "private"}}},
]


def test_malformed_updates_in_a_batch(scene: Scene) -> None:
    asker = scene.asker()
    with scene.api.world.changed:
        asker.asks()
        for update in MALFORMED:
            scene.api.push(update)
        asker.asks()
    assert asker.hears() == Verdict(2)
    scene.api.until(lambda: not scene.api.pending)


def test_updates_that_come_twice_and_out_of_order(scene: Scene) -> None:
    asker, late = scene.asker(), scene.asker()
    with scene.api.world.changed:
        asker.asks(4)
        known = scene.api.pending[-4:]
        for update in (known[2], known[0], known[3]):
            scene.api.push(update)
    assert asker.hears() == Verdict(4)
    for update in known:
        scene.api.push(update)
    late.asks()
    assert (late.hears(), asker.hears()) == (Verdict(1), Verdict(4))


def test_429_on_getting_updates(scene: Scene) -> None:
    scene.api.faults.fail("getUpdates", 429, retry_after=2)
    scene.api.until(lambda: scene.api.calls_of("getUpdates")[-2].status == 429)
    refused, next_one = scene.api.calls_of("getUpdates")[-2:]
    assert next_one.at - refused.at >= 2


def test_429_holds_while_something_else_arrives(scene: Scene) -> None:
    refused, slow, other = scene.asker(), scene.asker(), scene.asker()
    scene.api.faults.hang("sendMessage", 3, chat=slow.person)
    scene.api.faults.fail("sendMessage", 429, retry_after=6, chat=refused.person)
    began = time.time()
    slow.asks()
    scene.api.until(lambda: scene.sends(began, slow.person))
    refused.asks()
    scene.api.until(lambda: scene.sends(began, refused.person))
    slow.hears()
    other.asks()
    assert other.hears() == Verdict(1)
    assert scene.sends(began, other.person)[0] - scene.sends(began, refused.person)[0] >= 6


def test_an_answer_that_hangs(scene: Scene) -> None:
    """Ordered when the Bot API came up: the 20 s that the program waits have passed beside the other tests."""
    assert scene.patient.hears(timeout=READ_TIMEOUT + 10) == Verdict(2)


@pytest.mark.parametrize("status", [502, 403])
def test_a_gateway_answers_with_a_page(scene: Scene, status: int) -> None:
    asker, began = scene.asker(), time.time()
    scene.api.faults.hang("sendMessage", 60, chat=asker.person)
    asker.asks(2)
    scene.api.until(lambda: scene.sends(began, asker.person))
    scene.api.stop()
    with gateway(scene.api.port, status) as asked:
        scene.web_answers()
        assert asked.wait(10)
    scene.api.start()
    assert asker.hears(timeout=25) == Verdict(2)


def test_stopped_and_started_again(scene: Scene) -> None:
    """What is in hand is finished, so nothing comes twice; what is not goes out after the next start."""
    askers = [scene.asker() for _ in range(3)]
    for asker in askers:
        asker.asks(12)
    scene.api.wait(askers[0].person, 2)
    assert scene.server.stop() < STOPS_WITHIN
    askers[0].asks()
    scene.api.faults.revoke()
    scene.server.start()
    scene.server.await_ready()
    scene.telegram_says("BotFather")
    scene.api.faults.restore()
    assert [asker.hears(LONGEST_PAUSE + 10) for asker in askers] == [Verdict(13), Verdict(12), Verdict(12)]


def test_the_log_keeps_the_token_secret(scene: Scene) -> None:
    assert scene.api.token not in scene.server.log


def test_a_first_web_message_that_is_sent_again(scene: Scene) -> None:
    body = {"id": str(uuid4()), "text": "转人工", "label": None}
    cookies = httpx.get(f"{scene.server.url}/chat/start", trust_env=False).cookies
    sent = [httpx.post(f"{scene.server.url}/chat/send", json=body, cookies=cookies, trust_env=False) for _ in range(2)]
    first, second = (response.json()["replies"][0]["parts"][0]["number"] for response in sent)
    assert first == second


def test_one_moment_of_trouble_costs_one_pause(scene: Scene) -> None:
    askers = [scene.asker() for _ in range(10)]
    for asker in askers:
        scene.api.faults.reset("sendMessage", chat=asker.person)
    scene.at_once(askers)
    assert [asker.hears(timeout=20) for asker in askers] == [Verdict(1)] * 10


def test_a_private_chat_without_an_id(scene: Scene) -> None:
    """The last test: what it leaves behind stays."""
    scene.api.push({"message": {"message_id": 1, "date": 0, "chat": {"type": "private"}, "text": "x"}})
    scene.api.until(lambda: not scene.api.pending, timeout=30)
