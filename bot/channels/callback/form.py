"""How replies are put where every message is dear: all that is said at once is one message, if it fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.text_form import TextForm
from bot.desk.form import Where
from bot.storage.outbox import Outgoing
from handlers.message import Reply
from handlers.plain import plain_text
from kb.wording import Wording

MORE = "\n\n（后面还有，随便回复一句接着看）"
"""Stands below a message where another one has to wait; the forms leave room for it."""


@dataclass(frozen=True, slots=True)
class CallbackForm(TextForm):
    """A callback can carry one message only, and active ones are counted."""

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        """All replies as one text, in as many messages as it needs."""
        whole = "\n\n".join(text for reply in replies if (text := self.text(reply, words)))
        # Nobody can be quoted here: every chat is between two.
        return [self.outgoing(where, payload) for payload in self.payloads(where, [whole] if whole else [])]

    def text(self, reply: Reply, words: Wording) -> str:
        """One reply."""
        return plain_text(reply, words, pictures=self.pictures)
