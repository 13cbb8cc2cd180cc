"""Settings: environment variables and one optional YAML file, read once into a frozen value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.load import CONTENT

_PREFIX = "HELPDESK_"
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class SettingsError(Exception):
    """The settings cannot be used; the text says which and why."""


class DeskHours(BaseModel):
    """When the support desk is staffed, Asia/Shanghai. ``days``: 1 (Monday) to 7."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    opens: str = Field("08:30", pattern=_CLOCK)
    closes: str = Field("17:30", pattern=_CLOCK)


class Settings(BaseModel):
    """Everything that can be set; each name in capitals after ``HELPDESK_`` is its environment variable."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    data: Path = Path("var")
    content: Path = CONTENT
    desk_hours: DeskHours = DeskHours()
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
    if name == "desk_hours":
        try:
            return yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise SettingsError(
                f"设置有误：{_PREFIX}DESK_HOURS 要写成 {{days: [1, 2, 3, 4, 5], opens: '08:30', closes: '17:30'}}"
            ) from error
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
