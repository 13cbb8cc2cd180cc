"""How the long connection and what is asked over it can fail, and what that means for a message."""

from bot.channels.wecom.frames import Frame
from bot.pipeline.channel import DeliveryError, LaterError, NeverError

GONE = frozenset((846605, 846608))
"""The callback that is replied to is not known (any more), or its stream has ended."""
UNSUBSCRIBED = 846609
_HASTY = frozenset((846607, 45009, 45033, 45047))
_BUSY = frozenset((-1, 6000, 6001, 40201))
"""Trouble of theirs; 40201 is the check for spam, which may think better of it."""
_NEVER = {
    40003: "没有这个成员，或者他不在机器人的可见范围里",
    40008: "平台不支持这种消息",
    40035: "平台不接受消息里的参数",
    40056: "平台不认识这个会话",
    40058: "平台不接受消息里的参数",
    60111: "没有这个成员，或者他不在机器人的可见范围里",
    81013: "对方不在机器人的可见范围里",
    86001: "没有这个群，或者机器人不在群里",
    86003: "没有这个群，或者机器人不在群里",
    86008: "机器人不在这个群里",
    93001: "这个群不让机器人主动发消息，或者机器人不在群里",
    93006: "没有这个群，或者机器人不在群里",
    93008: "机器人不在这个群里",
}
AFTER_HASTE = 60.0


class LostError(Exception):
    """The connection is gone; whether what was on its way has arrived nobody knows."""


class DisplacedError(Exception):
    """Another program has subscribed with the same bot, and the platform closes this connection."""


class RefusedError(Exception):
    """The platform does not take the bot's id and secret."""

    def __init__(self, answer: Frame) -> None:
        super().__init__(f"errcode {answer.errcode}：{answer.errmsg}")
        self.answer = answer


class SilentError(Exception):
    """No answer came in time; the request may have been done."""


def is_passing(answer: Frame) -> bool:
    """Whether it is only the moment that is wrong."""
    return answer.errcode in _HASTY | _BUSY


def sorted_error(answer: Frame) -> DeliveryError:
    """What a bad answer to an active message means for it."""
    why = f"errcode {answer.errcode}：{answer.errmsg}"
    if answer.errcode in _HASTY:
        return LaterError(f"企业微信说发得太频繁（{why}）", after=AFTER_HASTE, counts=False)
    if answer.errcode == UNSUBSCRIBED:
        return LaterError(f"企业微信的连接没有订阅（{why}）", after=1.0, counts=False)
    if answer.errcode in _NEVER:
        return NeverError(f"{_NEVER[answer.errcode]}（{why}）")
    return LaterError(f"企业微信没有收下（{why}）")
