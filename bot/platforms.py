"""Which platforms are set up: one line for each."""

from collections.abc import Iterator

from bot.errors import UsageError
from bot.http_api import HttpApi
from bot.mp import Mp
from bot.onebot import OneBot
from bot.platform import Parts, Platform
from bot.telegram import Telegram
from bot.wecom import Wecom
from bot.wecom_app import WecomApp


def platforms(parts: Parts) -> Iterator[Platform]:
    """The platforms that the settings name a secret for. Raises UsageError where something that belongs to it is missing."""
    settings = parts.settings
    yield HttpApi(parts)
    if settings.telegram_token:
        yield Telegram(parts, settings.telegram_token.get_secret_value())
    if settings.onebot_token:
        yield OneBot(parts, settings.onebot_token.get_secret_value())
    if settings.wecom_bot_id or settings.wecom_bot_secret:
        if not (settings.wecom_bot_id and settings.wecom_bot_secret):
            raise UsageError("企业微信机器人要同时设置 HELPDESK_WECOM_BOT_ID 和 HELPDESK_WECOM_BOT_SECRET")
        yield Wecom(parts, settings.wecom_bot_id, settings.wecom_bot_secret.get_secret_value())
    if settings.wecom_token:
        yield WecomApp(parts)
    if settings.mp_token:
        yield Mp(parts)
