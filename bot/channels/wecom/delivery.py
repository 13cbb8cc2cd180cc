"""One message of the outbox → one frame or two, and the platform's answer → what the sender should do."""

import logging

from bot.channels.wecom.bodies import Body, card_message, markdown, stream, updated
from bot.channels.wecom.cards import button_card
from bot.channels.wecom.client import Client
from bot.channels.wecom.errors import GONE, UNSUBSCRIBED, LostError, SilentError, is_passing, sorted_error
from bot.channels.wecom.frames import RESPOND, SEND, UPDATE, Frame
from bot.channels.wecom.link import Link
from bot.channels.wecom.markdown import call
from bot.channels.wecom.markdown import markdown as in_markdown
from bot.channels.wecom.pace import Pace
from bot.channels.wecom.replies import Replies
from bot.pipeline.channel import DroppedError, LaterError
from bot.storage.outbox import Delivery

log = logging.getLogger(__name__)
_AFTER_LOSS = 0.5


class Delivering:
    """Replies where the platform still takes a reply, else by an active message."""

    def __init__(self, client: Client, replies: Replies, pace: Pace) -> None:
        self._client = client
        self._replies = replies
        self._pace = pace

    async def send(self, delivery: Delivery) -> str | None:
        """Send; the name by which the message's card is known. Raises bot.pipeline.channel.DeliveryError."""
        link = self._client.link
        if link is None:
            raise LaterError("没有连上企业微信", after=_AFTER_LOSS, counts=False)
        try:
            if delivery.payload.get("kind") == "signal":
                await self._mark(link, delivery.payload)
                return None
            return await self._say(link, delivery)
        except LostError as error:
            raise LaterError(str(error), after=_AFTER_LOSS, counts=False) from error
        except SilentError as error:
            raise LaterError(f"企业微信 {error}") from error

    async def _say(self, link: Link, delivery: Delivery) -> str:
        name, chat = name_of(delivery), delivery.lane
        wait = self._pace.wait(chat)
        if wait:
            raise LaterError("这个会话里说得太密，按平台的限额等一等", after=wait, counts=False)
        text = in_markdown(delivery.payload["text"])
        card = button_card(name, delivery.payload.get("buttons") or ())
        reply_to = self._replies.for_delivery(delivery, link)
        if reply_to and await self._replied(link, delivery, text, _once(card, delivery), reply_to):
            return name
        called = call(delivery.payload.get("at") or "") + text
        await self._active(link, chat, markdown(chat, called), f"{SEND}_{name}")
        if card:
            await self._add_card(link, chat, card)
        return name

    async def _replied(self, link: Link, delivery: Delivery, text: str, card: Body | None, req_id: str) -> bool:
        """Whether the reply was taken. What is refused as a reply may still go as an active message."""
        name = name_of(delivery)
        answer = await self._reply(link, delivery, stream(name, text, card), req_id)
        if card and not answer.is_good and answer.errcode not in GONE:
            answer = await self._reply(link, delivery, stream(name, text), req_id)
            if answer.is_good:
                await self._add_card(link, delivery.lane, card)
        self._replies.spent(delivery)
        return answer.is_good

    async def _reply(self, link: Link, delivery: Delivery, body: Body, req_id: str) -> Frame:
        answer = _good(link.late(req_id)) or await link.ask(RESPOND, body, req_id)
        self._pace.sent(delivery.lane)
        if not answer.is_good:
            log.info("wecom: %s as a reply not taken: %s %s", body["msgtype"], answer.errcode, answer.errmsg)
        if is_passing(answer) or answer.errcode == UNSUBSCRIBED:
            self._refuse(link, answer)  # an active message would fare no better now
        return answer

    async def _active(self, link: Link, chat: str, body: Body, req_id: str) -> None:
        answer = _good(link.late(req_id)) or await link.ask(SEND, body, req_id)
        self._pace.sent(chat)
        if not answer.is_good:
            self._refuse(link, answer)

    def _refuse(self, link: Link, answer: Frame) -> None:
        if answer.errcode == UNSUBSCRIBED:
            link.give_up("平台说这个连接没有订阅")
        raise sorted_error(answer)

    async def _add_card(self, link: Link, chat: str, card: Body) -> None:
        """The text has said it all; without its buttons it has to be typed."""
        if self._pace.wait(chat):
            return
        try:
            answer = await link.ask(SEND, card_message(chat, card), f"{SEND}_{card['task_id']}_card")
        except (LostError, SilentError) as error:
            log.info("wecom: a card was not sent: %s", error)
            return
        self._pace.sent(chat)
        if not answer.is_good:
            log.info("wecom: a card was not taken: %s %s", answer.errcode, answer.errmsg)

    async def _mark(self, link: Link, payload: Body) -> None:
        """Show on the card what was pressed."""
        req_id = self._replies.for_press(str(payload.get("id")), link)
        card = button_card(str(payload.get("task")), payload.get("buttons") or (), payload.get("chosen"))
        if not req_id or card is None:
            raise DroppedError("too late to mark the card")
        answer = await link.ask(UPDATE, updated(card, str(payload.get("user"))), req_id)
        if not answer.is_good:
            raise DroppedError(f"errcode {answer.errcode}: {answer.errmsg}")


def name_of(delivery: Delivery) -> str:
    """What a message is called on the platform: the same at every try, and no other bot's database makes the same."""
    return f"{int(delivery.created_at.timestamp() * 1000)}-{delivery.id}"


def _once(card: Body | None, delivery: Delivery) -> Body | None:
    """A card must not be sent twice; when a reply is tried again, the first may have arrived."""
    return card if delivery.attempts == 0 else None


def _good(late: Frame | None) -> Frame | None:
    return late if late and late.is_good else None
