"""The Bot API as this program uses it: python-telegram-bot's Bot, with updates taken raw and its errors sorted."""

import logging
import os
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar, cast

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, BaseRateLimiter, ExtBot
from telegram.request import HTTPXRequest

log = logging.getLogger(__name__)
POLL_SECONDS = 25
_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 20.0
_CONNECTIONS = 32
_GROUP_MESSAGES = 20
_GROUP_SECONDS = 60.0
GARBAGE = (KeyError, TypeError, ValueError, AttributeError)
"""What python-telegram-bot raises over an answer that is JSON and yet not the Bot API's."""
_QUESTIONS = ("getChatMember", "getChat")
T = TypeVar("T")
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


class Client(ExtBot[None]):
    """A bot whose updates come as the dictionaries that the server sent, so that one odd update cannot spoil a batch."""

    async def raw_updates(self, offset: int | None, seconds: int) -> list[dict[str, Any]]:
        """Updates from ``offset`` on; waits up to ``seconds`` for one. Asking for an offset confirms all before it."""
        data = {"offset": offset, "timeout": seconds, "allowed_updates": list(UPDATES)}
        found = await self._post(
            "getUpdates",
            {name: value for name, value in data.items() if value is not None},
            read_timeout=seconds + _ANSWER_SECONDS,
            connect_timeout=_CONNECT_SECONDS,
            pool_timeout=_CONNECT_SECONDS,
        )
        if not isinstance(found, list):
            raise TelegramError("Invalid server response")
        return [update for update in cast("list[object]", found) if isinstance(update, dict)]


class _Limiter(AIORateLimiter):
    """Counts what is said in chats. Questions about a chat are none of it, and somebody waits for their answer."""

    async def process_request(
        self, callback: Any, args: Any, kwargs: Any, endpoint: str, *more: Any, **named: Any
    ) -> Any:
        """Without a queue for questions."""
        if endpoint in _QUESTIONS:
            return await callback(*args, **kwargs)
        return await super().process_request(callback, args, kwargs, endpoint, *more, **named)


def build_client(token: str, api_url: str, proxy: str | None, messages_a_second: float) -> Client:
    """A client for the Bot API server at ``api_url``; nothing is connected yet."""
    # Waits are spans of time in python-telegram-bot from now on; without this it warns that they used to be numbers.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    root = api_url.rstrip("/")
    limiter = _Limiter(
        overall_max_rate=messages_a_second,
        overall_time_period=1,
        group_max_rate=_GROUP_MESSAGES,
        group_time_period=_GROUP_SECONDS,
        max_retries=0,
    )
    return Client(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=_requests(_CONNECTIONS, proxy),
        get_updates_request=_requests(2, proxy),
        rate_limiter=cast("BaseRateLimiter[None]", limiter),
    )


def _requests(connections: int, proxy: str | None) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        proxy=proxy,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_ANSWER_SECONDS,
        write_timeout=_ANSWER_SECONDS,
        pool_timeout=_ANSWER_SECONDS,
    )


async def asked(call: Awaitable[T]) -> T:
    """The answer to a call. What is wrong with its arguments is our own fault and was found before; this is theirs."""
    try:
        return await call
    except GARBAGE as error:
        raise telegram_error(error) from error


def telegram_error(error: Exception) -> TelegramError:
    """The error as one of the Bot API's."""
    return error if isinstance(error, TelegramError) else TelegramError(f"Invalid server response ({error!r})")


def retry_after(error: TelegramError) -> float:
    """The seconds that the Bot API asks us to wait; 0 where it asks for nothing."""
    if not isinstance(error, RetryAfter):
        return 0.0
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def advice(error: TelegramError) -> str:
    """What to do about an error, for the log."""
    if isinstance(error, InvalidToken):
        return "the token is not accepted: look it up at @BotFather, set HELPDESK_TELEGRAM_TOKEN and start again"
    if isinstance(error, Conflict):
        return "another program takes this bot's updates: stop it, or use another bot"
    if isinstance(error, Forbidden):
        return "the bot may not do this: has it been removed from the chat or blocked?"
    if isinstance(error, BadRequest | ChatMigrated):
        return "the Bot API refuses the request"
    if isinstance(error, RetryAfter):
        return "too much at once: waiting as the Bot API asks"
    return "the Bot API does not answer as it should: check the network, HELPDESK_TELEGRAM_API_URL and HELPDESK_TELEGRAM_PROXY"
