"""What a frame that is no answer means for us: messages go to the inbox, the rest is looked at and done with."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from bot.channels.complaints import Complaints
from bot.channels.onebot.account import Account
from bot.channels.onebot.accounts import Accounts
from bot.channels.onebot.envelope import event_of
from bot.channels.onebot.errors import CallError
from bot.channels.onebot.link import Link
from bot.channels.onebot.reading import unknown_kinds
from bot.channels.onebot.segments import Json
from bot.channels.onebot.shape import Message, Meta, Notice, Request
from bot.storage.inbox import Event

log = logging.getLogger(__name__)
_MOST_CHORES = 100
_OWN_WORDS = "message_sent"
_MEMBERSHIP = ("group_increase", "group_decrease")


@dataclass(slots=True)
class Inflow:
    """``staff``: the staff's groups; ``accept_friends`` and ``accept_groups``: whether those who ask are let in."""

    accounts: Accounts
    complaints: Complaints
    staff: Collection[str] = ()
    accept_friends: bool = False
    accept_groups: bool = False
    woken: Callable[[], None] = lambda: None
    _chores: set[asyncio.Task[object]] = field(default_factory=set)

    def came(self, account: Account, link: Link) -> None:  # noqa: ARG002 - the door's signature
        """An account has connected: learn who it is, and send what has waited for it."""
        self._begin(self._introduce(account))
        self.woken()

    async def _introduce(self, account: Account) -> None:
        await account.introduce()
        self.woken()

    def read(self, account: Account, link: Link, content: Json) -> Event | None:
        """The event in a frame, if it is one for the inbox."""
        if str(content.get("self_id") or account.id) != account.id:
            self.complaints.add("an event of another account", account.id)
            return None
        try:
            return self._read(account, link, content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            self.complaints.add("a malformed event", f"{content.get('post_type')}: {first['loc']}: {first['msg']}")
            return None

    def _read(self, account: Account, link: Link, content: Json) -> Event | None:
        match content.get("post_type"):
            case "message":
                return self._message(account, Message.model_validate({**content, "self_id": account.id}))
            case "meta_event":
                self._meta(account, link, Meta.model_validate(content))
            case "notice":
                self._notice(account, Notice.model_validate(content))
            case "request":
                self._request(account, Request.model_validate(content))
            case kind if kind != _OWN_WORDS:
                self.complaints.add("an event of unknown type", str(kind))
        return None

    def _message(self, account: Account, message: Message) -> Event | None:
        if message.user_id in self.accounts.ids:
            return None  # two accounts of ours would talk to each other for ever
        for kind in unknown_kinds(message.message):
            self.complaints.add("a segment of unknown type", kind)
        if message.message_type == "private":
            return event_of(message, self.staff)
        group = message.group_id
        if group is None:
            self.complaints.add("a malformed event", "a group message without a group")
            return None
        if account.heard_in(group) and account.can_send:
            self._begin(account.learn_card(group))
        speaker = self.accounts.speaker(group) if group in self.staff else account
        # Every account of ours in the staff's group hears the same command; one does it.
        return event_of(message, self.staff) if speaker in (account, None) else None

    def _meta(self, account: Account, link: Link, meta: Meta) -> None:
        if meta.meta_event_type != "heartbeat":
            return
        link.beat(meta.interval)
        online = meta.status.online is not False
        if online and not account.is_online:
            account.is_online = True
            self.woken()
        elif not online and account.is_online:
            log.warning("onebot: QQ has logged out account %s; somebody has to log it in again", account.id)
            account.is_online = False

    def _notice(self, account: Account, notice: Notice) -> None:
        if notice.notice_type == "friend_add" and notice.user_id:
            account.friends.add(notice.user_id)
        if notice.notice_type in _MEMBERSHIP and notice.user_id == account.id and account.can_send:
            self._begin(account.list_groups())

    def _request(self, account: Account, request: Request) -> None:
        """Left for a person to decide, unless the settings say otherwise; who may join a group is never ours to say."""
        if request.request_type == "friend" and self.accept_friends:
            self._begin(self._approve(account, "set_friend_add_request", request, {}))
        elif request.request_type == "group" and request.sub_type == "invite" and self.accept_groups:
            self._begin(self._approve(account, "set_group_add_request", request, {"sub_type": "invite"}))
        else:
            log.info("onebot: account %s is asked (%s) and does not answer", account.id, request.request_type)

    async def _approve(self, account: Account, action: str, request: Request, more: Json) -> None:
        try:
            await account.call(action, flag=request.flag, approve=True, **more)
            log.info("onebot: account %s approved a request (%s)", account.id, request.request_type)
        except CallError as error:
            log.warning("onebot: account %s: %s: %s", account.id, action, error)

    def _begin(self, chore: Coroutine[Any, Any, object]) -> None:
        """Do something beside reading; it has to end by itself."""
        if len(self._chores) >= _MOST_CHORES:
            chore.close()
            return
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    def stop(self) -> None:
        """Nothing of it matters any more."""
        for task in self._chores:
            task.cancel()
