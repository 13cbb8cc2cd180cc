"""Updates that Telegram posts, and posts that are not Telegram's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.channels.telegram.webhook import HEADER, webhook_for
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.bot.telegram.office import Office, settings_of
from tests.telegram import BotApi, Json, Person

_PROXY_URL = "https://helpdesk.example/telegram"


@dataclass(kw_only=True)
class Hooked(Office):
    """An office that Telegram calls; ``client`` is anybody who knows the address."""

    client: httpx.Client
    secret: str

    def posts(self, content: bytes, secret: str | None = None) -> int:
        headers = {HEADER: self.secret if secret is None else secret} if secret != "missing" else {}
        return self.client.post("/telegram", content=content, headers=headers).status_code


@pytest.fixture(scope="module")
def hooked(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    data: Path = tmp_path_factory.mktemp("hooked")
    with BotApi() as api:
        staff = api.group("客服", [])
        settings = settings_of(api, staff) | {"telegram_webhook_url": "https://helpdesk.example"}
        with serving(base, data, **settings) as url, httpx.Client(base_url=url, trust_env=False) as client:
            api.until(lambda: api.calls_of("setWebhook") and api.calls_of("setMyCommands"))
            assert api.world.webhook
            secret = api.world.webhook.secret
            # In the real world something with a certificate stands in between.
            api.world.webhook.url = f"{url}/telegram"
            yield Hooked(api, data, staff, client=client, secret=secret)


@pytest.fixture
def anna(hooked: Hooked) -> Person:
    hooked.forget()
    return hooked.api.person("Anna")


def body(person: Person, text: str = "岗位选错了怎么办", number: int = 1) -> str:
    """A post as Telegram makes it, with escapes."""
    chat = f'{{"id": {person.id}, "type": "private"}}'
    who = f'{{"id": {person.id}, "is_bot": false, "first_name": "A"}}'
    return f'{{"update_id": {number}, "message": {{"message_id": 1, "date": 1, "chat": {chat}, "from": {who}, "text": "{text}"}}}}'


def test_telegram_is_told_where_and_with_what_secret(hooked: Hooked) -> None:
    [call] = hooked.api.calls_of("setWebhook")
    assert call.params["url"] == _PROXY_URL
    assert call.params["secret_token"] == hooked.secret
    assert len(hooked.secret) >= 32
    assert hooked.api.token.partition(":")[2] not in hooked.secret
    assert call.params["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert hooked.api.calls_of("getUpdates") == []


def test_a_conversation(hooked: Hooked, anna: Person) -> None:
    anna.says("岗位选错了怎么办")
    [answer] = hooked.hears(anna, "岗位选错了")
    anna.presses(answer, "带我一步步做")
    [step] = hooked.hears(anna, "第 1/3 步")
    anna.presses(step, "下一步")
    hooked.hears(anna, "第 2/3 步")


@pytest.mark.parametrize("secret", ["missing", "", "wrong", "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_a_post_without_the_secret_is_refused(secret: str, hooked: Hooked, anna: Person) -> None:
    headers = {} if secret == "missing" else {HEADER.encode(): secret.encode()}
    content = body(anna, number=2).encode()
    assert hooked.client.post("/telegram", content=content, headers=headers).status_code == 403
    hooked.hears(anna)


GARBAGE: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"garbage", 400),
    (b"\xff\xfe", 400),
    (b'{"update_id": 1', 400),
    (b"[" * 100_000, 400),
    (b"x" * (1024 * 1024 + 1), 413),
    (b"[]", 200),
    (b"null", 200),
    (b"1", 200),
    (b"{}", 200),
    (b'{"update_id": null}', 200),
    (b'{"update_id": "1", "message": {}}', 200),
    (b'{"update_id": 3, "message": "x"}', 200),
    (b'{"update_id": 4, "message": {"chat": {"type": "private"}}}', 200),
    (b'{"update_id": 5, "message": {"chat": {"type": "private", "id": "\\ud83d"}, "from": {"id": "\\ud83d"}}}', 200),
    (b'{"update_id": 6, "callback_query": {"id": [], "from": null}}', 200),
    (b'{"update_id": 1e400}', 200),
    (b'{"update_id": ' + b"9" * 400 + b"}", 200),
]


@pytest.mark.parametrize(("content", "status"), GARBAGE, ids=lambda value: str(value)[:30])
def test_garbage(content: bytes, status: int, hooked: Hooked, anna: Person) -> None:
    assert hooked.posts(content) == status
    assert hooked.posts(body(anna, number=anna.id).encode()) == 200
    hooked.hears(anna, "岗位选错了")


@pytest.mark.parametrize("text", ["\\ud83d", "\\u0000", "岗位\\udead选错了怎么办", "\\ud83d\\ude00"])
def test_signs_that_are_none(text: str, hooked: Hooked, anna: Person) -> None:
    assert hooked.posts(body(anna, text, number=2 * anna.id).encode()) == 200
    hooked.settle()
    hooked.forget()
    anna.says("岗位选错了怎么办")
    hooked.hears(anna, "岗位选错了")
    assert hooked.rows("SELECT error FROM inbox WHERE error IS NOT NULL") == []


def test_a_post_that_comes_again_is_answered_once(hooked: Hooked, anna: Person) -> None:
    for _ in range(3):
        assert hooked.posts(body(anna, number=3 * anna.id).encode()) == 200
    hooked.hears(anna, "岗位选错了")


def test_only_posts_and_only_where_a_webhook_is_set(hooked: Hooked, address: str) -> None:
    assert hooked.client.get("/telegram").status_code == 405
    assert httpx.post(f"{address}/telegram", content=b"{}", trust_env=False).status_code == 404


@pytest.mark.parametrize(
    ("url", "full"),
    [
        ("https://a.example", "https://a.example/telegram"),
        ("https://a.example/", "https://a.example/telegram"),
        ("https://a.example/hook", "https://a.example/hook"),
        ("https://a.example/some/where/", "https://a.example/some/where/"),
    ],
)
def test_addresses(url: str, full: str) -> None:
    assert webhook_for(url, "1:a").url == full
    assert webhook_for(url, "1:a").secret != webhook_for(url, "1:b").secret


def test_the_webhook_is_taken_down_where_none_is_set(base: KnowledgeBase) -> None:
    with BotApi() as api:
        api.call("setWebhook", url="https://old.example/telegram")
        anna = api.person("Anna")
        with serving(base, telegram_token=api.token, telegram_api_url=api.url):
            anna.says("岗位选错了怎么办")
            api.wait_for(anna, lambda said: said.text.startswith("岗位选错了"))
        assert _webhook(api) == ""


def _webhook(api: BotApi) -> str:
    shown: Json = api.call("getWebhookInfo")["result"]
    return str(shown["url"])
