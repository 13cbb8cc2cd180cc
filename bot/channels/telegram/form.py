"""Telegram's way of putting things: replies as HTML posts with buttons, tickets as cards for the staff."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.telegram.places import NAME, Place
from bot.channels.telegram.post import CAPTION, LIMIT, Post
from bot.channels.telegram.render import compose
from bot.channels.telegram.staff_cards import card_post, prompt_post, topic_name, words_posts
from bot.desk.form import Where
from bot.desk.notes import Card, Media, Note, Prompt, Words
from bot.desk.rooms import Room
from bot.storage.outbox import Outgoing
from handlers.message import Reply
from kb.wording import Wording

_LONGEST_HEAD = 40
"""Code units that stand above a text and are part of its message."""


class TelegramForm:
    """Composes; connects to nothing."""

    name = NAME

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        """Replies as posts. A step that answers a step's button takes its place."""
        place = Place.read(where.address)
        less = _LONGEST_HEAD if _head(where, place) else 0
        posts = [(reply, post) for reply in replies for post in _posts(reply, words, less)]
        return [
            self._to_user(where, place, reply, post, first=number == 0, only=len(posts) == 1)
            for number, (reply, post) in enumerate(posts)
        ]

    def _to_user(self, where: Where, place: Place, reply: Reply, post: Post, *, first: bool, only: bool) -> Outgoing:
        edits = where.edit is not None and only and reply.outcome == "steps"
        html = _head(where, place) + post.html if first else post.html
        payload = {
            **_wire(post, html),
            "step": reply.outcome == "steps" and only,
            "replaces": edits,
            "thread": place.thread,
            "quote": where.quote if first else None,
        }
        return Outgoing(
            NAME,
            place.chat,
            where.address,
            payload,
            where.purpose,
            conversation_id=where.conversation_id,
            ticket=where.ticket,
            replaces=f"={where.edit}" if edits else None,
        )

    def to_staff(self, room: Room, note: Note) -> Sequence[Outgoing]:
        """A card with buttons (edited when the ticket changes), lines, prompts, and the user's pictures."""
        match note:
            case Card():
                return self._card(room, note)
            case Words():
                return [self._staff(room, _wire(post), about=note.about) for post in words_posts(note)]
            case Prompt():
                post = prompt_post(note)
                payload = {**_wire(post), "force_reply": True}
                return [self._staff(room, payload, about=note.number, handle=f"prompt:{note.purpose}:{note.number}")]
            case Media(channel="telegram"):
                payload = {"kind": "copy", "from": note.ref["chat"], "message": note.ref["message"]}
                return [self._staff(room, payload, about=note.number)]
            case _:
                return [
                    self._staff(room, _wire(post), about=note.number)
                    for post in words_posts(Words(note.text, note.number))
                ]

    def _card(self, room: Room, card: Card) -> Sequence[Outgoing]:
        post = card_post(card)
        handle = f"card:{card.number}"
        if not card.anew:
            return [
                self._staff(room, {**_wire(post), "replaces": True}, about=card.number, handle=handle, replaces=handle)
            ]
        topic = self._staff(
            room,
            {"kind": "topic", "name": topic_name(card)},
            about=card.number,
            handle=f"thread:{card.number}",
            within=None,
        )
        return [topic, self._staff(room, _wire(post), about=card.number, handle=handle)]

    def _staff(
        self,
        room: Room,
        payload: Mapping[str, Any],
        *,
        about: int | None,
        handle: str | None = None,
        replaces: str | None = None,
        within: str | None = "thread",
    ) -> Outgoing:
        place = Place.read(room.address)
        return Outgoing(
            NAME,
            place.chat,
            room.address,
            {**payload, "thread": place.thread},
            "desk",
            ticket=about,
            handle=handle,
            replaces=replaces,
            within=f"thread:{about}" if about and within else None,
        )

    def pass_on(self, where: Where, media: dict[str, object]) -> Sequence[Outgoing]:
        """An agent's picture or file, copied to the user without the agent's name."""
        place = Place.read(where.address)
        payload = {"kind": "copy", "from": media["chat"], "message": media["message"], "thread": place.thread}
        return [
            Outgoing(
                NAME,
                place.chat,
                where.address,
                payload,
                where.purpose,
                conversation_id=where.conversation_id,
                ticket=where.ticket,
            )
        ]


def _posts(reply: Reply, words: Wording, less: int) -> Sequence[Post]:
    """A reply with one picture is its caption where it is short enough; else pictures stand above it."""
    if len(reply.images) == 1:
        caption = compose(reply, words, CAPTION - less)
        if len(caption) == 1:
            return [caption[0].model_copy(update={"picture": reply.images[0]})]
    return [*(Post(html="", picture=name) for name in reply.images), *compose(reply, words, LIMIT - less)]


def _wire(post: Post, html: str | None = None) -> dict[str, Any]:
    picture = {"picture": post.picture} if post.picture else {}
    return {"kind": "post", "html": html or post.html, **post.model_dump(mode="json", include={"keyboard"}), **picture}


def _head(where: Where, place: Place) -> str:
    """Says when a person speaks; in a group, what comes unasked calls the one it is for."""
    call = f'<a href="tg://user?id={place.user}">你的工单有消息</a>\n' if where.unasked and place.user else ""
    return call + ("👷 <b>工作人员</b>\n" if where.purpose == "staff" else "")
