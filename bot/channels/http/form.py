"""How words are put for a bridge: structured and as plain text; how they are shown is the bridge's to decide."""

from collections.abc import Sequence

from bot.channels.http.places import NAME
from bot.channels.place import Place
from bot.desk.form import Where
from bot.desk.notes import Note
from bot.desk.rooms import Room
from bot.present import present
from bot.storage.outbox import Outgoing
from handlers.message import Reply
from handlers.plain import plain_text
from kb.wording import Wording


class HttpForm:
    """Connects to nothing. Each reply is one row, for webhooks; ``to``: the event that is answered."""

    name = NAME

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        """One message a reply, however long."""
        return [self._outgoing(where, reply, words) for reply in replies]

    def _outgoing(self, where: Where, reply: Reply, words: Wording) -> Outgoing:
        payload = {
            "from": "staff" if where.purpose == "staff" else "bot",
            "text": plain_text(reply, words),
            "reply": present(reply),
            "to": where.quote,
        }
        return Outgoing(
            NAME,
            Place.read(where.address).chat,
            where.address,
            payload,
            where.purpose,
            conversation_id=where.conversation_id or None,
            ticket=where.ticket,
        )

    def to_staff(self, room: Room, note: Note) -> Sequence[Outgoing]:  # noqa: ARG002 - a form's signature
        """None: staff do not sit behind bridges."""
        return []

    def pass_on(self, where: Where, media: dict[str, object]) -> Sequence[Outgoing]:  # noqa: ARG002 - a form's signature
        """Pictures of an agent's are not passed on; he is told so."""
        return []
