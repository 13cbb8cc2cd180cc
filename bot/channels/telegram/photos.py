"""Pictures of steps on their way to Telegram: whole the first time, after that by the name that Telegram gave them."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from telegram import Message
from telegram.error import BadRequest

from bot.channels.pictures import Pictures
from bot.channels.telegram.client import asked

log = logging.getLogger(__name__)
_MOST_KNOWN = 1000
_OF_THE_MESSAGE = ("message to edit", "message is not modified", "message can't be edited", "message_id_invalid")
"""Refusals that say nothing about the picture."""
Call = Callable[[str | bytes], Awaitable[Message | bool]]


class Photos:
    """``pictures``: where the bytes are. What Telegram calls them is forgotten at the end of the program."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._known: OrderedDict[str, str] = OrderedDict()

    async def show(self, name: str, call: Call) -> Message | bool | None:
        """The answer to a call made with the picture; None where it cannot be shown, and the words go alone.

        Raises telegram.error.TelegramError.
        """
        known = self._known.get(name)
        if known:
            shown = await self._try(name, known, call)
            if shown:
                return shown
            self._known.pop(name, None)
        data = await self._pictures(name)
        if data is None:
            log.warning("telegram: there is no picture %s", name)
            return None
        return await self._try(name, data, call)

    async def _try(self, name: str, photo: str | bytes, call: Call) -> Message | bool | None:
        try:
            shown = await asked(call(photo))
        except BadRequest as error:
            if any(sign in error.message.lower() for sign in _OF_THE_MESSAGE):
                raise
            log.warning("telegram: picture %s was not taken: %s", name, error.message)
            return None
        if isinstance(shown, Message) and shown.photo:
            self._known[name] = shown.photo[-1].file_id
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return shown
