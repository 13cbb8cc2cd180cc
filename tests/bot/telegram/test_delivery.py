from datetime import UTC, datetime, timedelta

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.delivery import sorted_error
from bot.pipeline.channel import DroppedError, LaterError, NeverError
from bot.storage.outbox import Delivery


def delivery(purpose: str = "reply", kind: str = "post", lane: str = "7") -> Delivery:
    return Delivery(1, "telegram", lane, lane, {"kind": kind}, purpose, 0, datetime.now(UTC), None)


@pytest.mark.parametrize(
    ("error", "message", "kind", "after", "everyone", "counts"),
    [
        (RetryAfter(3), delivery(), LaterError, 3, True, False),
        (RetryAfter(timedelta(seconds=3)), delivery(lane="-100"), LaterError, 3, False, False),
        (ChatMigrated(-100), delivery(), LaterError, 0.1, False, False),
        (InvalidToken("Unauthorized"), delivery(), LaterError, None, True, False),
        (InvalidToken("Not Found"), delivery(kind="topic"), DroppedError, None, None, None),
        (InvalidToken("Not Found"), delivery(), LaterError, None, True, False),
        (Conflict("terminated"), delivery(), LaterError, None, True, False),
        (TimedOut(), delivery(), LaterError, None, True, False),
        (NetworkError("Bad Gateway"), delivery(), LaterError, None, True, False),
        (NetworkError("Internal Server Error"), delivery(), LaterError, None, False, True),
        (TelegramError("Invalid server response"), delivery(), LaterError, None, True, False),
        (Forbidden("bot was blocked by the user"), delivery(), NeverError, None, None, None),
        (BadRequest("Chat not found"), delivery(), NeverError, None, None, None),
        (BadRequest("Message thread not found"), delivery(), NeverError, None, None, None),
        (BadRequest("Message is too long"), delivery(), NeverError, None, None, None),
        (BadRequest("not enough rights to create a topic"), delivery(kind="topic"), DroppedError, None, None, None),
        (BadRequest("not enough rights to create a topic"), delivery("desk", "topic"), DroppedError, None, None, None),
        *[
            (error, delivery("desk", kind, lane="-100"), LaterError, 30, False, False)
            for kind in ("post", "topic")
            for error in (
                Forbidden("bot was kicked from the supergroup chat"),
                BadRequest("Chat not found"),
                BadRequest("not enough rights to send text messages to the chat"),
                BadRequest("CHAT_WRITE_FORBIDDEN"),
            )
        ],
        *[
            (error, delivery("signal", "signal"), DroppedError, None, None, None)
            for error in (RetryAfter(3), TimedOut(), Forbidden("x"), BadRequest("query is too old"))
        ],
    ],
)
def test_errors(
    error: TelegramError,
    message: Delivery,
    kind: type[Exception],
    after: float | None,
    everyone: bool | None,
    counts: bool | None,
) -> None:
    found = sorted_error(error, message)
    assert type(found) is kind
    if isinstance(found, LaterError):
        assert (found.after, found.everyone, found.counts) == (after, everyone, counts)
