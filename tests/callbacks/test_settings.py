"""Settings that cannot work are said at the start, in a sentence for the person who can act."""

from typing import Any

import pytest

from bot.errors import UsageError
from bot.mp import Mp
from bot.platform import Parts, Platform
from bot.settings import Settings
from bot.wecom_app import WecomApp
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, WecomPhone
from tests.callbacks.conftest import MP, WECOM, settings_of


@pytest.mark.parametrize(
    ("build", "wrong", "words"),
    [
        (WecomApp, {"wecom_aes_key": "short"}, "HELPDESK_WECOM_AES_KEY 不对"),
        (WecomApp, {"wecom_corp_id": None}, "HELPDESK_WECOM_CORP_ID"),
        (Mp, {"mp_aes_key": "!" * 43}, "HELPDESK_MP_AES_KEY 不对"),
        (Mp, {"mp_app_id": None}, "HELPDESK_MP_APP_ID"),
    ],
)
def test_what_cannot_work(build: type[Platform], wrong: dict[str, Any], words: str) -> None:
    with ApiServer() as api:
        settings = Settings(**{**settings_of(api), **wrong})
    nobody: Any = None
    with pytest.raises(UsageError, match=words):
        build(Parts(settings, nobody, nobody, nobody, nobody, nobody))  # type: ignore[call-arg]


def test_without_a_secret_the_application_still_answers(base: KnowledgeBase) -> None:
    with ApiServer() as api:
        settings = {**settings_of(api), "wecom_secret": None, "wecom_agent_id": None, "mp_secret": None}
        with serving(base, **settings) as url:
            for phone in (WecomPhone(url, api, WECOM), MpPhone(url, api, MP)):
                phone.says("li", "岗位选错了怎么办")
                phone.hears("li", "【岗位选错了】")
        assert not api.calls
