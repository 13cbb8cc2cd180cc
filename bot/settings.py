"""Settings: environment variables and one optional YAML file, read once into a frozen value."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from handlers.manners import Overhearing
from kb.load import CONTENT

_PREFIX = "HELPDESK_"
_URL = r"^https?://[^\s/]+"
_STRUCTURED = {
    "desk_hours": "{days: [1, 2, 3, 4, 5], opens: '08:30', closes: '17:30'}",
    "teams": "[{name: 江宁组, telegram_chat: -1001234567890, districts: [江宁区]}]",
    "agents": "[{telegram: 123456789, onebot: 10001, wecom: wangwu, name: 小王}]",
    "groups": "[{channel: onebot, group: '123456', answer_unaddressed: confident}]",
    "widget_origins": "[https://www.example.com]",
}
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
_WS_URL = r"^wss?://[^\s/]+"
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?")
_USUAL_PORT = {"http": "80", "https": "443"}
_ALL_GROUPS = "*"


class SettingsError(Exception):
    """The settings cannot be used; the text says which and why."""


def _origin(text: str) -> str:
    """A site as browsers name it: in small letters, and the port only where it is not the usual one."""
    found = _ORIGIN.fullmatch(text.strip().lower().removesuffix("/"))
    if not found:
        raise ValueError(f"“{text}”要写成 https://www.example.com 这样：不带路径，不能用 *，中文域名写 xn-- 的形式")
    scheme, host, port = found.groups()
    return f"{scheme}://{host}" + (f":{port}" if port and port != _USUAL_PORT[scheme] else "")


def _listed(value: object) -> object:
    """Several in one line are as good as a list."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


class DeskHours(BaseModel):
    """When the support desk is staffed, Asia/Shanghai. ``days``: 1 (Monday) to 7."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    opens: str = Field("08:30", pattern=_CLOCK)
    closes: str = Field("17:30", pattern=_CLOCK)


class Team(BaseModel):
    """A team of support staff and what it answers for: districts and project types by their names in the content."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1, max_length=40)
    telegram_chat: int | None = None
    onebot_group: int | None = None
    wecom_chat: str | None = None
    districts: frozenset[str] = frozenset()
    project_types: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _sits_somewhere(self) -> Self:
        if self.telegram_chat is None and self.onebot_group is None and self.wecom_chat is None:
            raise ValueError(f"{self.name}要写 telegram_chat、onebot_group 或 wecom_chat，工单才知道发到哪里")
        return self


class Agent(BaseModel):
    """Somebody who may act for the desk from any chat: his account on each platform he uses."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1, max_length=40)
    telegram: int | None = None
    onebot: int | None = None
    wecom: str | None = None

    def account(self, channel: str) -> str | None:
        """The account on a channel; both kinds of WeCom channel know the same people."""
        accounts = {"telegram": self.telegram, "onebot": self.onebot, "wecom": self.wecom, "wecom_app": self.wecom}
        found = accounts.get(channel)
        return None if found is None else str(found)


class GroupSettings(BaseModel):
    """How the bot behaves in one group, or (``*``) in all groups of a channel that are not named."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)
    channel: Literal["telegram", "onebot", "wecom", "api"]
    group: str = _ALL_GROUPS
    answer_unaddressed: Overhearing = "never"
    quiet_from: str | None = Field(None, pattern=_CLOCK)
    quiet_to: str | None = Field(None, pattern=_CLOCK)
    cool_down_minutes: float = Field(10, ge=0)

    def covers(self, channel: str, key: str) -> int:
        """How well this fits a group: 0 not at all, 1 as one of all, 2 by its own number."""
        if channel != self.channel:
            return 0
        own = key == self.group or key.rpartition(".")[2].removeprefix("g") == self.group
        return 2 if own else int(self.group == _ALL_GROUPS)


class Settings(BaseModel):
    """Everything that can be set; each name in capitals after ``HELPDESK_`` is its environment variable."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    data: Path = Path("var")
    content: Path = CONTENT
    desk_hours: DeskHours = DeskHours()
    database_url: SecretStr | None = None
    public_url: str | None = Field(None, pattern=_URL)
    """Where people reach the web chat; messengers that take no pictures from us get links to it."""
    telegram_token: SecretStr | None = None
    telegram_api_url: str = Field("https://api.telegram.org", pattern=_URL)
    telegram_webhook_url: str | None = Field(None, pattern=_URL)
    telegram_proxy: str | None = Field(None, pattern=_URL)
    telegram_staff_chat: int | None = None
    telegram_rate: float = Field(30, gt=0)
    """Messages a second to all chats together; what the Bot API allows is about 30."""
    onebot_token: SecretStr | None = None
    onebot_staff_group: int | None = None
    onebot_rate: float = Field(12, gt=0)
    """Messages a minute to one QQ group; who sends faster loses the account."""
    onebot_account_rate: float = Field(40, gt=0)
    """Messages a minute of one QQ account to all chats together."""
    onebot_accept_friends: bool = False
    onebot_accept_groups: bool = False
    wecom_bot_id: str | None = None
    wecom_bot_secret: SecretStr | None = None
    wecom_ws_url: str = Field("wss://openws.work.weixin.qq.com", pattern=_WS_URL)
    wecom_staff_chat: str | None = None
    wecom_corp_id: str | None = None
    wecom_agent_id: int | None = None
    wecom_secret: SecretStr | None = None
    wecom_token: SecretStr | None = None
    wecom_aes_key: SecretStr | None = None
    wecom_api_url: str = Field("https://qyapi.weixin.qq.com", pattern=_URL)
    mp_app_id: str | None = None
    mp_secret: SecretStr | None = None
    mp_token: SecretStr | None = None
    mp_aes_key: SecretStr | None = None
    mp_api_url: str = Field("https://api.weixin.qq.com", pattern=_URL)
    widget_origins: Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], BeforeValidator(_listed)] = ()
    """Sites that may show the chat in a frame of theirs."""
    groups: tuple[GroupSettings, ...] = ()
    teams: tuple[Team, ...] = ()
    agents: tuple[Agent, ...] = ()
    remind_minutes: float = Field(15, gt=0)
    """Time without a first reply to a ticket after which staff are reminded."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of this process; the environment stands before the file. Raises SettingsError."""
    values: dict[str, Any] = _from_file(environment.get(f"{_PREFIX}CONFIG"))
    for name in Settings.model_fields:
        value = environment.get(f"{_PREFIX}{name.upper()}")
        if value:
            values[name] = _parsed(name, value)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        lines = (f"{_PREFIX}{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise SettingsError("设置有误：" + "；".join(lines)) from error


def _parsed(name: str, value: str) -> object:
    """A variable's text as the setting wants it."""
    if name in _STRUCTURED:
        try:
            return yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise SettingsError(f"设置有误：{_PREFIX}{name.upper()} 要写成 {_STRUCTURED[name]}") from error
    return value.upper() if name == "log_level" else value


def _from_file(name: str | None) -> dict[str, Any]:
    if not name:
        return {}
    try:
        data = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"读不了设置文件 {name}：{error}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise SettingsError(f"设置文件 {name} 要写成 “键: 值” 的形式")
    return data
