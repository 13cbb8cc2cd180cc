"""How replies are put in the chat of a 企业微信 application: as plain text."""

from bot.channels.callback.form import MORE, CallbackForm
from bot.channels.splitting import utf8

NAME = "wecom_app"
LIMIT = 2048 - utf8(MORE)
"""Bytes of a text message, by the platform's own limit; what is longer it cuts off; less what may have to stand below."""


def wecom_app_form(pictures: str = "") -> CallbackForm:
    """How this channel puts things."""
    return CallbackForm(NAME, LIMIT, utf8, pictures)
