"""Pictures of people who have a ticket are kept, for the platform forgets them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.callback import api as client
from bot.channels.callback import files
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, Phone, WecomPhone
from tests.callbacks.conftest import MP, WECOM, settings_of

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40


@pytest.fixture(params=[WecomPhone, MpPhone])
def phone(
    request: pytest.FixtureRequest, base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Phone]:
    """Somebody who has a ticket."""
    monkeypatch.setattr(files, "_EVERY_SECONDS", 0.05)
    with ApiServer() as api, serving(base, tmp_path, **settings_of(api)) as url:
        one = request.param(url, api, WECOM if request.param is WecomPhone else MP)
        one.says("li", "转人工")
        one.hears("li", "已经登记")
        yield one


def kept(folder: Path) -> list[Path]:
    """What is there, sooner or later."""
    for _ in range(150):
        found = sorted(folder.glob("*"))
        if found and found[-1].stat().st_size:
            return found
        time.sleep(0.02)
    return []


def sends_picture(phone: Phone, media: str) -> None:
    phone.sends("li", MsgType="image", MediaId=media, PicUrl="http://127.0.0.1:9/p")


def test_a_picture_is_kept(phone: Phone, tmp_path: Path) -> None:
    phone.api.media["m1"] = PICTURE
    # The token has been refused in the meantime.
    phone.api.forget_token()
    sends_picture(phone, "m1")
    [copy] = kept(tmp_path / "files")
    assert copy.read_bytes() == PICTURE
    assert copy.suffix == ".jpg"


def test_what_fails_is_tried_again(phone: Phone, tmp_path: Path) -> None:
    phone.api.media["../../m2"] = PICTURE
    phone.api.fails("media/get", -1, 1)
    sends_picture(phone, "../../m2")
    [copy] = kept(tmp_path / "files")
    assert copy.parent == tmp_path / "files"


def test_what_is_gone_or_too_big_is_not_there(phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_BIGGEST_FILE", 1000)
    phone.api.media["m3"] = PICTURE
    sends_picture(phone, "m3")
    sends_picture(phone, "forgotten")
    time.sleep(0.5)
    assert list((tmp_path / "files").glob("*")) == []
    phone.says("li", "我的工单")
    assert phone.messages("li")
