from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings import DeskHours, Settings, SettingsError, read_settings
from kb.load import CONTENT


@pytest.mark.parametrize(
    ("environment", "field", "value"),
    [
        ({}, "host", "127.0.0.1"),
        ({}, "port", 8080),
        ({}, "data", Path("var")),
        ({}, "content", CONTENT),
        ({}, "log_level", "INFO"),
        ({}, "desk_hours", DeskHours(days=(1, 2, 3, 4, 5), opens="08:30", closes="17:30")),
        ({"HELPDESK_HOST": "0.0.0.0"}, "host", "0.0.0.0"),
        ({"HELPDESK_HOST": ""}, "host", "127.0.0.1"),
        ({"HELPDESK_PORT": "0"}, "port", 0),
        ({"HELPDESK_PORT": "65535"}, "port", 65535),
        ({"HELPDESK_DATA": "/srv/helpdesk"}, "data", Path("/srv/helpdesk")),
        ({"HELPDESK_CONTENT": "content"}, "content", Path("content")),
        ({"HELPDESK_LOG_LEVEL": "WARNING"}, "log_level", "WARNING"),
        (
            {"HELPDESK_DESK_HOURS": "{days: [6, 7], opens: '09:00'}"},
            "desk_hours",
            DeskHours(days=(6, 7), opens="09:00"),
        ),
        ({"HELPDESK_DESK_HOURS": "{days: []}"}, "desk_hours", DeskHours(days=())),
        ({"PORT": "9", "HELPDESK_NONSENSE": "9", "helpdesk_port": "9"}, "port", 8080),
    ],
)
def test_environment(environment: dict[str, str], field: str, value: object) -> None:
    assert getattr(read_settings(environment), field) == value


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"HELPDESK_PORT": "abc"}, "HELPDESK_PORT"),
        ({"HELPDESK_PORT": "65536"}, "HELPDESK_PORT"),
        ({"HELPDESK_PORT": "-1"}, "HELPDESK_PORT"),
        ({"HELPDESK_PORT": "80.5"}, "HELPDESK_PORT"),
        ({"HELPDESK_DESK_HOURS": "always"}, "HELPDESK_DESK_HOURS"),
        ({"HELPDESK_DESK_HOURS": "{opens: '8'}"}, "HELPDESK_DESK_HOURS"),
        ({"HELPDESK_DESK_HOURS": "{days: [monday]}"}, "HELPDESK_DESK_HOURS"),
        ({"HELPDESK_DESK_HOURS": "{from: '08:00'}"}, "HELPDESK_DESK_HOURS"),
        ({"HELPDESK_PORT": "x", "HELPDESK_DESK_HOURS": "x"}, "HELPDESK_DESK_HOURS"),
        ({"HELPDESK_CONFIG": "/nowhere/helpdesk.yaml"}, "/nowhere/helpdesk.yaml"),
        ({"HELPDESK_DESK_HOURS": "{days: ["}, "HELPDESK_DESK_HOURS"),
        ({"HELPDESK_DESK_HOURS": "{days: [9]}"}, "HELPDESK_DESK_HOURS"),
        ({"HELPDESK_DESK_HOURS": "{opens: '99:99'}"}, "HELPDESK_DESK_HOURS"),
        ({"HELPDESK_LOG_LEVEL": "loud"}, "HELPDESK_LOG_LEVEL"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match="设置") as caught:
        read_settings(environment)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value).strip(), "one sentence"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("port: 9000\nhost: '::1'\n", {"port": 9000, "host": "::1"}),
        ("desk_hours:\n  days: [1]\n  closes: '12:00'\n", {"desk_hours": DeskHours(days=(1,), closes="12:00")}),
        ("", {"port": 8080}),
        ("# nothing yet\n", {"port": 8080}),
    ],
)
def test_file(text: str, expected: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "helpdesk.yaml"
    file.write_text(text, encoding="utf-8")
    settings = read_settings({"HELPDESK_CONFIG": str(file)})
    assert {name: getattr(settings, name) for name in expected} == expected


def test_the_environment_stands_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "helpdesk.yaml"
    file.write_text("port: 9000\nlog_level: DEBUG\n", encoding="utf-8")
    settings = read_settings({"HELPDESK_CONFIG": str(file), "HELPDESK_PORT": "9001"})
    assert (settings.port, settings.log_level) == (9001, "DEBUG")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"- port\n", "键: 值"),
        (b"port 9000\n", "键: 值"),
        (b"port: [\n", "读不了设置文件"),
        (b"\xff\xfe\x00", "读不了设置文件"),
        (b"prot: 9000\n", "PROT"),
        (b"port: high\n", "PORT"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, why: str, tmp_path: Path) -> None:
    file = tmp_path / "helpdesk.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_settings({"HELPDESK_CONFIG": str(file)})
    assert why in str(caught.value)


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[https://www.example.com]", ("https://www.example.com",)),
        ("https://a.example", ("https://a.example",)),
        ("https://a.example, http://b.example:8080", ("https://a.example", "http://b.example:8080")),
        (
            "[HTTPS://WWW.Example.com:443/, 'http://[::1]:80', 'https://x:8443']",
            ("https://www.example.com", "http://[::1]", "https://x:8443"),
        ),
    ],
)
def test_sites_are_named_as_browsers_name_them(text: str, expected: tuple[str, ...]) -> None:
    assert read_settings({"HELPDESK_WIDGET_ORIGINS": text}).widget_origins == expected


@pytest.mark.parametrize(
    "text",
    ["'*'", "https://*.example.com", "www.example.com", "https://a/b", "https://工地.cn", "'https://a;script-src *'"],
)
def test_what_is_no_site(text: str) -> None:
    with pytest.raises(SettingsError, match=r"HELPDESK_WIDGET_ORIGINS.*https://www\.example\.com"):
        read_settings({"HELPDESK_WIDGET_ORIGINS": f"[{text}]"})
