"""How replies and tickets are put on a channel that has only text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.place import Place
from bot.channels.splitting import Length, split
from bot.desk.form import Where
from bot.desk.notes import Card, Media, Note, Prompt, Words
from bot.desk.rooms import Room
from bot.desk.text_cards import card_text, words_text
from bot.storage.outbox import Outgoing
from handlers.message import Reply
from handlers.plain import plain_text
from kb.wording import Wording

STAFF_HEAD = "👷 工作人员\n"
_CALL = "你的工单有消息\n"


@dataclass(frozen=True, slots=True)
class TextForm:
    """Connects to nothing. ``limit``: the longest text of one message, as ``length`` measures it.

    Payloads are ``{"kind": "text", "text", "quote", "at"}``: ``quote`` is the message that is answered, ``at`` the person
    in a group who is called, or None. ``pictures``: the address below which people find pictures, where there is one.
    """

    name: str
    limit: int
    length: Length = len
    pictures: str = ""

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        """Each reply as text, in as many messages as it needs."""
        group = bool(Place.read(where.address).user)
        texts = [plain_text(reply, words, group=group, pictures=self.pictures) for reply in replies]
        return [self.outgoing(where, payload) for payload in self.payloads(where, texts)]

    def payloads(self, where: Where, texts: Sequence[str]) -> Iterator[dict[str, Any]]:
        """What is sent: staff are named as such; in a group the first message quotes or calls the one it is for."""
        user = Place.read(where.address).user
        head = (_CALL if where.unasked and user else "") + (STAFF_HEAD if where.purpose == "staff" else "")
        first = True
        for text in texts:
            for piece in split(head + text if first else text, self.limit, self.length):
                yield {
                    "kind": "text",
                    "text": piece,
                    "quote": where.quote if first else None,
                    "at": user or None if first else None,
                }
                first = False

    def outgoing(self, where: Where, payload: dict[str, Any]) -> Outgoing:
        """A message for a user."""
        return Outgoing(
            self.name,
            Place.read(where.address).chat,
            where.address,
            payload,
            where.purpose,
            conversation_id=where.conversation_id or None,
            ticket=where.ticket,
        )

    def to_staff(self, room: Room, note: Note) -> Sequence[Outgoing]:
        """Lines for a staff room. Nothing can be edited here, so a change is a line, and only where it is news."""
        match note:
            case Card(anew=False, news=False, note=None, teams=None):
                return []
            case Card():
                text = card_text(note)
            case Words():
                text = words_text(note)
            case Prompt():
                text = f"#{note.number} {note.text}"
            case Media():
                text = f"#{note.number} {note.text}，请到控制台或用户所在的平台查看。"
        about = note.about if isinstance(note, Words) else note.number
        return [self._to_room(room, piece, about) for piece in split(text, self.limit, self.length)]

    def _to_room(self, room: Room, text: str, about: int | None) -> Outgoing:
        payload = {"kind": "text", "text": text, "quote": None, "at": None}
        return Outgoing(self.name, Place.read(room.address).chat, room.address, payload, "desk", ticket=about)

    def pass_on(self, where: Where, media: dict[str, object]) -> Sequence[Outgoing]:  # noqa: ARG002 - a form's signature
        """Pictures of an agent's are not passed on; he is told so."""
        return []
