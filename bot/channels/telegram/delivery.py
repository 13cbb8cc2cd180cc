"""One outgoing message → one call of the Bot API, mostly; and its refusals → what the sender should do."""

import logging
from dataclasses import replace
from typing import Any

from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.client import Client, advice, asked, retry_after
from bot.channels.telegram.photos import Photos
from bot.pipeline.channel import DroppedError, LaterError, NeverError
from bot.storage.outbox import Delivery

log = logging.getLogger(__name__)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_UNCHANGED = "not modified"
_GONE_TO_EDIT = ("message to edit not found", "message can't be edited", "message_id_invalid")
_OF_ANOTHER_KIND = "in the message to edit"
"""There is no text, or no media, in it."""
_GONE_THREAD = ("thread not found", "topic_deleted", "topic_closed")
_SHUT_OUT = ("chat not found", "not enough rights", "have no rights", "chat_write_forbidden", "administrator rights")
_ROOM_AGAIN = 30.0
"""Seconds after which a staff room that is shut is tried again."""
_FROM_A_GATEWAY = "Parsing the server response"
"""What python-telegram-bot says of an answer that is not JSON."""
_PLACEHOLDER = "写在这里"


async def send(client: Client, photos: Photos, delivery: Delivery, chat: str) -> str | None:
    """Send to ``chat``; the id of the message (of a topic: its thread). Raises telegram.error.TelegramError."""
    try:
        return await _send(client, photos, delivery, chat)
    except BadRequest as error:
        if not (delivery.purpose == "desk" and delivery.thread and _lacks_thread(error)):
            raise
        # What a user says must not be lost with the topic that somebody tidied away.
        log.warning("the topic of ticket %s is gone (%s); its messages go to the group", delivery.ticket, error.message)
        return await _send(client, photos, replace(delivery, thread=None), chat)


async def _send(client: Client, photos: Photos, delivery: Delivery, chat: str) -> str | None:
    payload = delivery.payload
    match payload.get("kind"):
        case "signal":
            await asked(
                client.answer_callback_query(
                    payload["id"], text=payload.get("text") or None, show_alert=payload.get("alert")
                )
            )
            return None
        case "topic":
            topic = await asked(client.create_forum_topic(chat, name=payload["name"][:128]))
            return str(topic.message_thread_id)
        case "copy":
            copied = await asked(
                client.copy_message(
                    chat, payload["from"], payload["message"], message_thread_id=_thread(delivery), **_quoting(payload)
                )
            )
            return str(copied.message_id)
        case _:
            return await _post(client, photos, delivery, chat)


async def _post(client: Client, photos: Photos, delivery: Delivery, chat: str) -> str:
    """In the place of the message it replaces; where that is gone or of another kind, as a new one."""
    payload = delivery.payload
    of_another_kind = False
    if delivery.edit and payload.get("replaces"):
        try:
            if await _edit(client, photos, delivery, chat, int(delivery.edit)):
                return delivery.edit
        except BadRequest as error:
            if _OF_ANOTHER_KIND not in error.message.lower():
                raise
            of_another_kind = True
            delivery = replace(delivery, payload={**payload, "quote": None})
    sent = await _say(client, photos, delivery, chat)
    if of_another_kind and delivery.edit:
        await _take_away(client, chat, int(delivery.edit))
    return str(sent.message_id)


async def _say(client: Client, photos: Photos, delivery: Delivery, chat: str) -> Message:
    payload = delivery.payload
    how: dict[str, Any] = {
        "parse_mode": ParseMode.HTML,
        "message_thread_id": _thread(delivery),
        "reply_markup": _markup(payload),
        "disable_notification": payload.get("quiet"),
        **_quoting(payload),
    }
    if payload.get("picture"):
        caption = payload["html"] or None
        shown = await photos.show(
            payload["picture"], lambda photo: client.send_photo(chat, photo, caption=caption, **how)
        )
        if isinstance(shown, Message):
            return shown
        if not caption:
            raise DroppedError("the picture cannot be shown")
    return await asked(client.send_message(chat, payload["html"], link_preview_options=_NO_PREVIEW, **how))


async def _edit(client: Client, photos: Photos, delivery: Delivery, chat: str, number: int) -> bool:
    """Put the new in the place of the old; False where that message cannot be edited any more.

    A text does not become a picture, nor a picture a text: then BadRequest says so.
    """
    payload = delivery.payload
    markup = _markup(payload)
    keys = markup if isinstance(markup, InlineKeyboardMarkup) else None
    try:
        if payload.get("picture"):
            shown = await photos.show(
                payload["picture"],
                lambda photo: client.edit_message_media(
                    InputMediaPhoto(photo, payload["html"], ParseMode.HTML), chat, number, reply_markup=keys
                ),
            )
            if shown:
                return True
        await asked(
            client.edit_message_text(
                payload["html"],
                chat,
                number,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keys,
            )
        )
    except BadRequest as error:
        text = error.message.lower()
        if _UNCHANGED in text:
            return True
        if any(sign in text for sign in _GONE_TO_EDIT):
            return False
        raise
    return True


async def _take_away(client: Client, chat: str, number: int) -> None:
    """Of a walk only the step that somebody is at stays; what is older than two days stays too."""
    try:
        await asked(client.delete_message(chat, number))
    except TelegramError as error:
        log.info("telegram: message %d was not taken away: %s", number, error.message)


def _thread(delivery: Delivery) -> int | None:
    thread = delivery.thread or delivery.payload.get("thread")
    return int(thread) if thread else None


def _quoting(payload: dict[str, Any]) -> dict[str, Any]:
    quote = payload.get("quote")
    return {"reply_parameters": ReplyParameters(int(quote), allow_sending_without_reply=True)} if quote else {}


def _markup(payload: dict[str, Any]) -> InlineKeyboardMarkup | ForceReply | None:
    if payload.get("force_reply"):
        return ForceReply(input_field_placeholder=_PLACEHOLDER)
    rows = payload.get("keyboard") or ()
    buttons = [[InlineKeyboardButton(key["label"], callback_data=key["data"]) for key in row] for row in rows]
    return InlineKeyboardMarkup(buttons) if buttons else None


def sorted_error(error: TelegramError, delivery: Delivery) -> Exception:
    """What an error means for this message."""
    why = f"{error.message} ({advice(error)})"
    if delivery.purpose == "signal":
        # A toast is for now: later nobody looks.
        return DroppedError(why)
    if _FROM_A_GATEWAY in error.message:
        # A page of HTML is no word of the Bot API's, whatever its number.
        return LaterError(why, everyone=True, counts=False)
    if isinstance(error, RetryAfter):
        # Groups have limits of their own; who talks to the bot alone should not wait for a busy group.
        return LaterError(why, after=retry_after(error), everyone=not delivery.lane.startswith("-"), counts=False)
    if isinstance(error, ChatMigrated):
        return LaterError(why, after=0.1, counts=False)
    if (
        isinstance(error, InvalidToken)
        and "not found" in error.message.lower()
        and delivery.payload.get("kind") != "post"
    ):
        # A Bot API server that lacks a method says so with the same number as for a wrong token.
        return DroppedError(why)
    if isinstance(error, InvalidToken | Conflict):
        return LaterError(why, everyone=True, counts=False)
    if delivery.purpose == "desk" and _shuts_out(error):
        # Somebody will let the bot into the staff's room again; what users have asked must still be there.
        return LaterError(why, after=_ROOM_AGAIN, counts=False)
    if isinstance(error, Forbidden):
        return NeverError("对方屏蔽了机器人，或机器人不在群里")
    if isinstance(error, BadRequest):
        return _refused(error, delivery)
    if "internal server error" in error.message.lower():
        return LaterError(why)
    return LaterError(why, everyone=True, counts=False)


def _refused(error: BadRequest, delivery: Delivery) -> Exception:
    """The request itself is refused: what is optional can go without."""
    text = error.message.lower()
    if delivery.payload.get("kind") == "topic":
        log.info("no topic for ticket %s (%s); its messages go to the group itself", delivery.ticket, error.message)
        return DroppedError(error.message)
    if _lacks_thread(error):
        return NeverError("话题已删除或关闭")
    if "chat not found" in text:
        return NeverError("对方没有和机器人对话过，或这个群不存在")
    return NeverError(error.message)


def _shuts_out(error: TelegramError) -> bool:
    """Whether the bot may not write into a chat at all, whatever it wants to write."""
    text = error.message.lower()
    return isinstance(error, Forbidden) or (
        isinstance(error, BadRequest) and any(sign in text for sign in _SHUT_OUT) and "topic" not in text
    )


def _lacks_thread(error: BadRequest) -> bool:
    return any(sign in error.message.lower() for sign in _GONE_THREAD)
