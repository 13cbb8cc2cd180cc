"""The picture of a step, on every channel that a program speaks on."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.base import KnowledgeBase
from tests.api.bridge import Bridge as ApiBridge
from tests.api.bridge import new_key
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, Phone, WecomPhone
from tests.callbacks.conftest import MP, WECOM
from tests.callbacks.conftest import settings_of as callbacks
from tests.onebot.client import PATH, TOKEN, Bridge, Fault
from tests.onebot.conftest import HASTE
from tests.onebot.office import STAFF
from tests.onebot.office import Office as QqOffice
from tests.pictures import picture, pictured, put_into
from tests.wecom.gateway import Gateway
from tests.wecom.office import Office as WecomOffice
from tests.wecom.office import settings_of as wecom

SHOWN = picture()
GONE = "0" * 32 + ".jpg"
START, SECOND = "带我一步步做 #faq-03", "#faq-03/get"
STEP = "第 2/5 步"
PUBLIC = "https://desk.example"
LINK = f"（这一步有配图）{PUBLIC}/pictures/{SHOWN.name}"


@dataclass(frozen=True)
class Town:
    """One program, and the platforms around it."""

    url: str
    data: Path
    qq: QqOffice
    wecom: WecomOffice
    phones: dict[str, Phone]


@pytest.fixture(scope="module")
def town(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    data, content = tmp_path_factory.mktemp("data"), put_into(tmp_path_factory.mktemp("content"), SHOWN)
    shown = pictured(base, "faq-03", {1: SHOWN.name, 2: GONE})
    with ApiServer() as api, Gateway() as gateway:
        onebot: dict[str, Any] = {"onebot_token": TOKEN, "onebot_staff_group": STAFF, **HASTE}
        settings = {**callbacks(api), **wecom(gateway), **onebot, "content": content, "public_url": f"{PUBLIC}/"}
        with serving(shown, data, **settings) as url:
            bridge = Bridge(url + PATH, heartbeat=5)
            bridge.add_group(STAFF)
            with bridge:
                gateway.subscribed()
                phones: dict[str, Phone] = {"mp": MpPhone(url, api, MP), "wecom_app": WecomPhone(url, api, WECOM)}
                yield Town(url, data, QqOffice(url, data, bridge), WecomOffice(url, data, gateway), phones)


@pytest.fixture
def visitor(town: Town) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=town.url, trust_env=False) as client:
        yield client


def test_the_page_is_told_where_it_is(visitor: httpx.Client) -> None:
    steps = [
        visitor.post("/chat/send", json={"text": text, "id": f"message-{text}"}).json()["replies"][0]["parts"][0]
        for text in (START, "下一步")
    ]
    assert [step["image"] for step in steps] == [None, f"/pictures/{SHOWN.name}"]


def test_a_picture_is_there_for_everybody_and_for_ever(visitor: httpx.Client) -> None:
    answer = visitor.get(f"/pictures/{SHOWN.name}")
    assert (answer.status_code, answer.content) == (200, SHOWN.data)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name",
    [
        GONE,
        "x.png",
        f"{SHOWN.name}.exe",
        SHOWN.name.upper(),
        SHOWN.name.replace(".png", ".jpg"),
        SHOWN.name.replace(".png", ".svg"),
        f"%2e%2e%2fimages%2f{SHOWN.name}",
        f"..%5cimages%5c{SHOWN.name}",
        f"{SHOWN.name}%00",
        "",
    ],
)
def test_only_pictures_that_are_there(name: str, visitor: httpx.Client) -> None:
    answer = visitor.get(f"/pictures/{name}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_a_bridge_gets_an_address_and_a_word(town: Town) -> None:
    bridge = ApiBridge(town.url, new_key(town.data)[0])
    bridge.says(START)
    [reply] = bridge.says("下一步")
    assert reply["parts"][0]["image"] == f"/pictures/{SHOWN.name}"
    assert "（这一步有配图）" in reply["text"]
    bridge.http.close()


def test_qq_gets_the_picture_below_the_words(town: Town) -> None:
    anna = town.qq.friend()
    town.qq.says(anna, SECOND)
    [said] = town.qq.hears(anna, STEP)
    assert said.pictures == (f"base64://{b64encode(SHOWN.data).decode()}",)
    assert "有配图" not in said.text
    town.qq.says(anna, "下一步")
    [said] = town.qq.hears(anna, "第 3/5 步")
    assert said.pictures == (), "what is nowhere keeps no words away"


def test_qq_gets_the_words_alone_where_the_picture_is_refused(town: Town) -> None:
    anna = town.qq.friend()
    town.qq.bridge.fail("send_private_msg", Fault("failed", answer={"retcode": 1200, "wording": "图片上传失败"}))
    town.qq.says(anna, SECOND)
    [said] = town.qq.hears(anna, STEP)
    assert said.pictures == ()


def test_wecom_is_told_where_to_see_it(town: Town) -> None:
    user = town.wecom.friend()
    town.wecom.forget()
    town.wecom.says(user, SECOND)
    [said, *_] = town.wecom.hears(user, STEP)
    assert LINK in said.plain


@pytest.mark.parametrize("name", ["mp", "wecom_app"])
def test_callbacks_are_told_where_to_see_it(name: str, town: Town) -> None:
    phone = town.phones[name]
    phone.says("zhao", SECOND)
    [said] = phone.hears("zhao", STEP)
    assert LINK in said.text
