"""The contract's people in 企业微信's application chat and with a 公众号: what the tests of all channels call."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.channels.splitting import utf8
from tests.callbacks.api import ApiServer
from tests.callbacks.conftest import MP, WECOM, settings_of
from tests.callbacks.phone import MpPhone, Phone, WecomPhone
from tests.contract.client import Shown

_LINK = re.compile(r"<a [^>]*>([^<]*)</a>")


class CallbackClient:
    """People, and the platform that calls the program for them."""

    name: str
    limit = 2048
    length: Callable[[str], int] = staticmethod(utf8)
    _settings: str
    _phone: type[Phone]

    def __init__(self) -> None:
        self._api = ApiServer()
        # A quota that the contract's long answers do not use up.
        self._api.quota = 100
        self._api.__enter__()
        self._people: Phone | None = None

    def settings(self) -> dict[str, Any]:
        return {name: value for name, value in settings_of(self._api).items() if name.startswith(self._settings)}

    def attach(self, address: str, data: Path) -> None:
        account = WECOM if self._phone is WecomPhone else MP
        if self._people is None:
            self._people = self._phone(address, self._api, account)
        self._people.url = address

    def detach(self) -> None:
        """The platform keeps nothing for a program that is away longer than its three calls."""

    def say(self, user: str, text: str, *, group: str | None = None, addressed: bool = True) -> str:
        assert group is None, "nobody meets an application in a group"
        return self._them.says(user, text)

    def send_picture(self, user: str) -> str:
        return self._them.sends(user, MsgType="image", MediaId=f"m-{user}", PicUrl=f"{self._api.url}/picture")

    def redeliver(self, event: str) -> None:
        self._them.deliver(event)

    def waiting(self) -> bool:
        return False

    def leads(self, user: str, group: str) -> None:
        raise NotImplementedError("no groups here")

    def shown(self, user: str, *, group: str | None = None) -> Sequence[Shown]:
        seen = self._them.messages(user)
        return [Shown(_LINK.sub(r"\1", one.text), tuple(_LINK.findall(one.text))) for one in seen]

    def close(self) -> None:
        self._api.__exit__()

    @property
    def _them(self) -> Phone:
        assert self._people, "the program is not up"
        return self._people


class WecomAppClient(CallbackClient):
    name = "wecom_app"
    _settings = "wecom_"
    _phone = WecomPhone


class MpClient(CallbackClient):
    name = "mp"
    _settings = "mp_"
    _phone = MpPhone
