"""The methods of the Bot API, as far as a helpdesk can want them, with the refusals of the real ones."""

import json
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from telegram.constants import ChatAction, ReactionEmoji

from tests.telegram.faults import CONFLICT, Refusal, bad_request
from tests.telegram.standin import Params, Upload
from tests.telegram.world import MOST_FETCHED, Chat, File, Json, Stored, Webhook, World, units

MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_UPLOADED = 50 * 1024 * 1024
NO_EFFECT = frozenset(
    (
        *("setmydescription", "setmyshortdescription", "setmyname", "setchatmenubutton", "unpinchatmessage"),
        *("unpinallchatmessages", "logout", "close"),
    )
)
"""Methods that are answered with ``true`` and change nothing that anybody could see here."""
MEDIA = ("photo", "document", "video", "animation", "audio", "voice", "sticker")
_ENVELOPE = frozenset(
    (
        *("message_id", "from", "sender_chat", "chat", "date", "edit_date", "message_thread_id", "is_topic_message"),
        *("reply_to_message", "reply_markup", "forward_origin"),
    )
)
_WRITTEN = ("text", "entities", "caption", "caption_entities")
_WRONG_FILE = "wrong remote file identifier specified: Wrong string length"
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


class Methods:
    """Answers the calls; every public method is one of the Bot API, in lower case with underscores."""

    def __init__(self, world: World) -> None:
        self.world, self.bot, self._polls = world, world.bot_id, 0
        public = [name for name in dir(self) if not name.startswith("_") and name not in ("world", "bot")]
        self._known: dict[str, Callable[[Params], Any]] = {
            name.replace("_", ""): getattr(self, name) for name in public
        }
        self._known |= {f"send{kind}": partial(self._send_media, kind) for kind in MEDIA}

    def __call__(self, name: str, params: Params) -> Any:
        """The ``result`` of a call, or a ``Refusal``."""
        known = self._known.get(name.lower())
        if known is None and name.lower() not in NO_EFFECT:
            raise Refusal(404, "Not Found: method not found")
        with self.world.changed:
            return True if known is None else known(params)

    def get_updates(self, params: Params) -> list[Json]:
        world = self.world
        if world.webhook:
            raise Refusal(409, CONFLICT[2])
        self._polls += 1
        poll = self._polls
        world.changed.notify_all()
        self._allow(params)
        world.forget(params.number("offset"))
        patience = min(params.number("timeout"), 50)
        world.changed.wait_for(
            lambda: bool(world.pending or world.webhook or poll != self._polls or world.disturbed()), patience
        )
        if poll != self._polls:
            raise Refusal(409, CONFLICT[0])
        if world.webhook:
            raise Refusal(409, CONFLICT[1])
        batch = world.pending[: min(max(params.number("limit", 100), 1), 100)]
        return [item.take() for item in batch]

    def set_webhook(self, params: Params) -> bool:
        url, secret = params.words("url"), params.words("secret_token")
        if url and not re.match(r"https?://[^/\s]+", url):
            raise bad_request("bad webhook: invalid webhook URL specified")
        if not re.fullmatch(r"[\w-]{0,256}", secret, re.ASCII):
            raise bad_request("secret token contains unallowed characters")
        self._allow(params)
        return self._hook(Webhook(url, secret, params.number("max_connections", 40)) if url else None, params)

    def delete_webhook(self, params: Params) -> bool:
        return self._hook(None, params)

    def get_webhook_info(self, params: Params) -> Json:
        hook = self.world.webhook
        shown: Json = {"has_custom_certificate": False, "pending_update_count": len(self.world.pending)}
        shown["url"] = hook.url if hook else ""
        if hook:
            shown["max_connections"] = hook.max_connections
        if hook and hook.last_error:
            shown |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error}
        return shown | ({"allowed_updates": sorted(self.world.allowed)} if self.world.allowed else {})

    def _hook(self, hook: Webhook | None, params: Params) -> bool:
        if params.flag("drop_pending_updates"):
            self.world.pending.clear()
        self.world.webhook = hook
        self.world.changed.notify_all()
        return True

    def _allow(self, params: Params) -> None:
        if params.get("allowed_updates") is not None:
            self.world.allowed = frozenset(params.rows("allowed_updates"))

    def send_message(self, params: Params) -> Json:
        return self._say(params, _text(params), params.words("text"))

    def edit_message_text(self, params: Params) -> Json:
        content, stored = _text(params), self._own(params)
        if "text" not in stored.body:
            raise bad_request("there is no text in the message to edit")
        return self._edit(stored, params, content, params.words("text"))

    def edit_message_media(self, params: Params) -> Json:
        """A picture for a picture: the server of those who run their own may be too old to make one of a text."""
        media, stored = params.table("media"), self._own(params)
        if not any(kind in stored.body for kind in MEDIA):
            raise bad_request("there is no media in the message to edit")
        kind = str(media.get("type"))
        given = {**params, kind: media.get("media"), "caption": media.get("caption")}
        shown = self._media(kind, Params(given))
        caption = Params({"caption": media.get("caption"), "parse_mode": media.get("parse_mode")})
        for old in MEDIA:
            stored.body.pop(old, None)
        stored.body |= {kind: shown}
        return self._edit(stored, params, caption.written("caption", MOST_CAPTION), caption.words("caption"))

    def edit_message_caption(self, params: Params) -> Json:
        stored = self._own(params)
        return self._edit(stored, params, params.written("caption", MOST_CAPTION), params.words("caption"))

    def edit_message_reply_markup(self, params: Params) -> Json:
        stored = self._own(params)
        kept = {key: stored.body[key] for key in _WRITTEN if key in stored.body}
        return self._edit(stored, params, kept, stored.html)

    def delete_message(self, params: Params) -> bool:
        chat = self._chat(params)
        stored = self._message(chat, params, "message to delete not found")
        if stored.body["from"]["id"] != self.bot and not chat.rules(self.bot):
            raise bad_request("message can't be deleted")
        del chat.messages[stored.body["message_id"]]
        return True

    def copy_message(self, params: Params) -> Json:
        source, content = self._source(params, "copy", "copied")
        if params.get("caption") is not None:
            content = {key: value for key, value in content.items() if key not in _WRITTEN}
            content |= params.written("caption", MOST_CAPTION)
        return {"message_id": self._say(params, content, source.html)["message_id"]}

    def forward_message(self, params: Params) -> Json:
        source, content = self._source(params, "forward", "forwarded")
        origin = {"type": "user", "sender_user": source.body["from"], "date": source.body["date"]}
        return self._say(params, {**content, "forward_origin": origin}, source.html)

    def _source(self, params: Params, verb: str, done: str) -> tuple[Stored, Json]:
        source = self._message(self._chat(params, "from_chat_id"), params, f"message to {verb} not found")
        if source.is_service:
            raise bad_request(f"message can't be {done}")
        return source, {key: value for key, value in source.body.items() if key not in _ENVELOPE}

    def send_chat_action(self, params: Params) -> bool:
        if params.words("action") not in list(ChatAction):
            raise bad_request("wrong parameter action in request")
        self._thread(self._chat(params), params)
        return True

    def answer_callback_query(self, params: Params) -> bool:
        if params.words("callback_query_id") not in self.world.callbacks:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if units(params.words("text")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        self.world.callbacks[params.words("callback_query_id")] = dict(params)
        return True

    def set_message_reaction(self, params: Params) -> bool:
        chat = self._chat(params)
        self._message(chat, params, "message to react not found")
        wanted = params.rows("reaction")
        if any(one.get("type") == "emoji" and one.get("emoji") not in list(ReactionEmoji) for one in wanted):
            raise bad_request("REACTION_INVALID")
        self.world.reactions[chat.id, params.number("message_id")] = wanted
        return True

    def pin_chat_message(self, params: Params) -> bool:
        chat = self._chat(params)
        stored = self._message(chat, params, "message to pin not found")
        self._need(chat, "not enough rights to manage pinned messages in the chat")
        self.world.post(chat, self.bot, {"pinned_message": stored.quoted})
        return True

    def get_file(self, params: Params) -> Json:
        file = self.world.files.get(params.words("file_id"))
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if file.size > MOST_FETCHED:
            raise bad_request("file is too big")
        return {**file.json, "file_path": file.path}

    def _send_media(self, kind: str, params: Params) -> Json:
        shown = self._media(kind, params)
        return self._say(params, {kind: shown, **params.written("caption", MOST_CAPTION)}, params.words("caption"))

    def _media(self, kind: str, params: Params) -> Any:
        given = params.get(kind)
        if isinstance(given, str) and given.startswith("attach://"):
            given = params.get(given.removeprefix("attach://"))
        if not given:
            raise bad_request(f"there is no {kind} in the request")
        if isinstance(given, Upload):
            if len(given.content) > MOST_UPLOADED:
                raise Refusal(413, "Request Entity Too Large")
            file: File | None = self.world.keep(len(given.content), f"{kind}s/file_{{}}", given.content)
        else:
            file = self.world.files.get(str(given))
        if file is None:
            raise bad_request("failed to get HTTP URL content" if str(given).startswith("http") else _WRONG_FILE)
        shown: Any = file.json | ({"file_name": given.name} if isinstance(given, Upload) and kind == "document" else {})
        if kind == "photo":
            shown = [{**shown, "width": 1280, "height": 960}]
        return shown

    def get_me(self, params: Params) -> Json:
        can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
        return self.world.users[self.bot] | can | {"can_connect_to_business": False, "has_main_web_app": False}

    def get_chat(self, params: Params) -> Json:
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
        return self._chat(params, writes=False).json | full

    def get_chat_member(self, params: Params) -> Json:
        chat = self._chat(params, writes=False)
        if params.number("user_id") not in self.world.users:
            raise bad_request("user not found")
        return self.world.member(chat, params.number("user_id"))

    def get_chat_administrators(self, params: Params) -> list[Json]:
        chat = self._chat(params, writes=False)
        if chat.is_private:
            raise bad_request("there are no administrators in the private chat")
        return [self.world.member(chat, user) for user in chat.members if chat.rules(user)]

    def leave_chat(self, params: Params) -> bool:
        chat = self._chat(params)
        if chat.is_private:
            raise bad_request("chat member status can't be changed in private chats")
        self.world.turn(chat, self.bot, "left", self.bot)
        return True

    def create_forum_topic(self, params: Params) -> Json:
        chat = self._forum(params)
        self._need(chat, "not enough rights to create a topic")
        name = params.words("name").strip()
        if not 1 <= len(name) <= 128:
            raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
        look = {key: params[key] for key in ("icon_color", "icon_custom_emoji_id") if key in params}
        return self.world.open_topic(chat, self.bot, name, **look)

    def edit_forum_topic(self, params: Params) -> bool:
        return self._change_topic(params, "forum_topic_edited", {"name": params.words("name")})

    def close_forum_topic(self, params: Params) -> bool:
        return self._change_topic(params, "forum_topic_closed", {"closed": True})

    def reopen_forum_topic(self, params: Params) -> bool:
        return self._change_topic(params, "forum_topic_reopened", {"closed": False})

    def _change_topic(self, params: Params, service: str, change: Json) -> bool:
        chat = self._forum(params)
        thread = params.number("message_thread_id")
        topic = chat.topics.get(thread)
        if topic is None:
            raise bad_request("message thread not found")
        if topic["by"] != self.bot:
            self._need(chat, "not enough rights to manage topics")
        if topic | change == topic:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic |= change
        self.world.post(chat, self.bot, {service: change if "name" in change else {}}, thread=thread)
        return True

    def set_my_commands(self, params: Params) -> bool:
        commands = params.rows("commands")
        if any(not re.fullmatch(r"[a-z0-9_]{1,32}", str(one.get("command"))) for one in commands):
            raise bad_request("BOT_COMMAND_INVALID")
        if any(not 1 <= len(str(one.get("description", ""))) <= 256 for one in commands):
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self.world.commands[_scope(params)] = commands
        return True

    def get_my_commands(self, params: Params) -> list[Json]:
        return self.world.commands.get(_scope(params), [])

    def delete_my_commands(self, params: Params) -> bool:
        self.world.commands.pop(_scope(params), None)
        return True

    def _chat(self, params: Params, name: str = "chat_id", writes: bool = True) -> Chat:
        if params.get(name) in (None, ""):
            raise bad_request(f"{name} is empty")
        return self.world.enter(params[name], writes)

    def _forum(self, params: Params) -> Chat:
        chat = self._chat(params)
        if not chat.forum:
            raise bad_request("the chat is not a forum")
        return chat

    def _need(self, chat: Chat, otherwise: str) -> None:
        if not chat.rules(self.bot):
            raise bad_request(otherwise)

    def _message(self, chat: Chat, params: Params, otherwise: str) -> Stored:
        stored = chat.messages.get(params.number("message_id"))
        if stored is None:
            raise bad_request(otherwise)
        return stored

    def _own(self, params: Params) -> Stored:
        stored = self._message(self._chat(params), params, "message to edit not found")
        if stored.body["from"]["id"] != self.bot or stored.is_service:
            raise bad_request("message can't be edited")
        return stored

    def _say(self, params: Params, content: Json, html: str) -> Json:
        chat = self._chat(params)
        place = (self._reply(chat, params), self._thread(chat, params))
        body = self.world.post(chat, self.bot, {**content, **_markup(params)}, *place, html).body
        return {key: value for key, value in body.items() if key != "reply_markup" or "inline_keyboard" in value}

    def _edit(self, stored: Stored, params: Params, content: Json, html: str) -> Json:
        markup = _markup(params)
        if markup and "inline_keyboard" not in markup["reply_markup"]:
            raise bad_request("inline keyboard expected")
        changing = (*_WRITTEN, "reply_markup")
        new = {**content, **markup}
        if new == {key: stored.body[key] for key in changing if key in stored.body}:
            raise bad_request(_NOT_MODIFIED)
        for key in changing:
            stored.body.pop(key, None)
        stored.body |= {**new, "edit_date": int(time.time())}
        stored.html, stored.edits = html, stored.edits + 1
        self.world.changed.notify_all()
        return dict(stored.body)

    def _reply(self, chat: Chat, params: Params) -> int | None:
        wanted = params.table("reply_parameters") or {
            "message_id": params.get("reply_to_message_id"),
            "allow_sending_without_reply": params.flag("allow_sending_without_reply"),
        }
        number = wanted.get("message_id")
        if number is None or int(number) in chat.messages:
            return number and int(number)
        if not wanted.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return None

    def _thread(self, chat: Chat, params: Params) -> int | None:
        thread = params.number("message_thread_id") or None
        if thread is not None and thread not in chat.topics:
            raise bad_request("message thread not found")
        if thread is not None and chat.topics[thread]["closed"] and not chat.rules(self.bot):
            raise bad_request("TOPIC_CLOSED")
        return thread


def _text(params: Params) -> Json:
    content = params.written("text", MOST_TEXT)
    if "text" not in content:
        raise bad_request("text must be non-empty" if params.words("text") else "message text is empty")
    return content


def _markup(params: Params) -> Json:
    markup = params.table("reply_markup")
    buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
    for button in buttons:
        _check_button(button)
    if len(buttons) > 100:
        raise bad_request("reply markup is too long")
    return {"reply_markup": markup} if markup and markup != {"inline_keyboard": []} else {}


def _check_button(button: Json) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    data, url = button.get("callback_data"), button.get("url")
    if data is not None and not 1 <= len(str(data).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None:
        parts = urlsplit(str(url))
        if parts.scheme != "tg" and not (parts.scheme in ("http", "https") and "." in parts.netloc):
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if len(button) < 2:
        raise bad_request("text buttons are unallowed in the inline keyboard")


def _scope(params: Params) -> tuple[str, str]:
    scope = params.table("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), params.words("language_code")
