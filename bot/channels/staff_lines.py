"""What agents type on a channel without buttons, as actions of the desk."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.heard import Heard
from bot.desk.actions import Action, Actor, Command, overlong, parse
from bot.pipeline.happening import Announced, Happening, Refused, StaffActed
from bot.storage.outbox import Sent

_ALONE = ("list", "mine", "stats")
_NOT_DONE = "这句没有照做，后面多了字。只发“{command}”就会做；要对用户说话，请用“回复 工单号 内容”。"
_EXPLAINED = "格式：认领 工单号，例如“认领 1001”；“/tickets”看全部，“/mine”看我的，“/stats”看统计。"


@dataclass(frozen=True, slots=True)
class StaffLines:
    """``agents``: name by account, of those who may act from any chat; ``stranger``: what others are told."""

    agents: Mapping[str, str]
    stranger: str

    def in_room(self, heard: Heard, room: str, sent: Sent | None) -> Happening | None:
        """A line in a staff room; None where it is no business of the desk's. ``sent``: our message that it answers."""
        ticket = sent.ticket if sent else None
        command = parse(heard.text, about=ticket)
        if command:
            return self._commanded(command, heard, room)
        meant = overlong(heard.text)
        if meant:
            return Announced(room, _NOT_DONE.format(command=meant), heard.message_id)
        if ticket is not None and (heard.text or heard.attachments):
            # Answering a ticket's card or line is answering its user.
            media = heard.attachments[0].ref if heard.attachments else None
            return StaffActed(Action("reply", self._actor(heard), room, ticket, heard.text, media))
        return None

    def alone(self, heard: Heard) -> Happening | None:
        """A line in a private chat: agents on the list may command from there; others are told no."""
        command = parse(heard.text)
        if command is None or (command.number is None and command.verb not in _ALONE):
            return None
        if heard.user in self.agents:
            return self._commanded(command, heard, heard.chat)
        if not heard.text.startswith("/"):
            return None  # “工单 1024” is what users say
        return Refused(self._actor(heard), f"command {command.verb}", self.stranger, command.number, address=heard.chat)

    def _commanded(self, command: Command, heard: Heard, room: str) -> Happening:
        if command.number is None and command.verb not in _ALONE:
            odd = f"没有看懂工单号“{command.wrong}”。" if command.wrong else ""
            return Announced(room, odd + _EXPLAINED, heard.message_id)
        return StaffActed(Action(command.verb, self._actor(heard), room, command.number, command.text))

    def _actor(self, heard: Heard) -> Actor:
        return Actor(heard.channel, heard.user, self.agents.get(heard.user) or heard.name or heard.user)
