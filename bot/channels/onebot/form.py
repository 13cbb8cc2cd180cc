"""QQ's way of putting things: plain text; what would fill a group's screen goes into one merged message."""

from collections.abc import Sequence

from bot.channels.onebot.lanes import NAME
from bot.channels.place import Place
from bot.channels.text_form import STAFF_HEAD, TextForm
from bot.desk.form import Where
from bot.desk.notes import Media, Note
from bot.desk.rooms import Room
from bot.storage.outbox import Outgoing
from handlers.message import Reply
from handlers.plain import plain_text
from kb.wording import Wording

LIMIT = 1500
"""Characters of a message. QQ cuts off or refuses at some 4500 bytes, three for each Chinese character."""
_MOST_PIECES = 3
_SEE_BELOW = "内容比较长，合成一条聊天记录发在下面，点开就能看。"


class OneBotForm(TextForm):
    """Connects to nothing. ``{"kind": "forward", "texts"}`` is a merged message, ``{"kind": "image", "url"}`` a picture.

    ``pictures`` in a text's payload: names of those that stand below it.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(NAME, LIMIT)

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        """Replies as text; in a group more than a few messages become one."""
        group = bool(Place.read(where.address).user)
        texts = [plain_text(reply.without_images(), words, group=group) for reply in replies]
        payloads = list(self.payloads(where, texts))
        pictures = [name for reply in replies for name in reply.images]
        if pictures and payloads:
            payloads[-1]["pictures"] = pictures
        if group and len(payloads) > _MOST_PIECES:
            # A merged message can neither quote nor call anybody.
            head = {**payloads[0], "text": _SEE_BELOW, "pictures": pictures}
            payloads = [head, {"kind": "forward", "texts": [payload["text"] for payload in payloads]}]
        return [self.outgoing(where, payload) for payload in payloads]

    def to_staff(self, room: Room, note: Note) -> Sequence[Outgoing]:
        """Lines for the staff's group; a picture from QQ as a picture."""
        if isinstance(note, Media) and note.channel == NAME and note.ref.get("url"):
            payload = {"kind": "image", "text": f"#{note.number} {note.text}", "url": note.ref["url"]}
            return [Outgoing(NAME, room.address, room.address, payload, "desk", ticket=note.number)]
        return super().to_staff(room, note)

    def pass_on(self, where: Where, media: dict[str, object]) -> Sequence[Outgoing]:
        """An agent's picture, by the address that QQ gave it."""
        if not media.get("url"):
            return []
        payload = {"kind": "image", "text": STAFF_HEAD.strip(), "url": media["url"], "quote": None}
        return [self.outgoing(where, payload | {"at": Place.read(where.address).user or None})]
