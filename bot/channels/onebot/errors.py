"""How a call of OneBot can fail, and what that means for a message."""

import re

from bot.channels.onebot.shape import Answer
from bot.pipeline.channel import DeliveryError, LaterError, NeverError

_NEVER = re.compile(
    r"禁言|不是(?:对方)?好友|非好友|添加.{0,6}好友|先加.{0,4}好友|好友关系|不在.{0,4}群|群不存在|不存在.{0,4}群|非群成员|"
    r"不是群成员|已解散|被移[出除]|被踢|临时(?:消息|会话)|拉黑|muted|banned from|shut ?up|not (?:a |your )?friend|"
    r"not in (?:the |this )?group|group not found|user not found|no such (?:group|user)",
    re.IGNORECASE,
)
_DOUBTFUL = re.compile(r"超时|time[d ]? ?out", re.IGNORECASE)
_HASTY = re.compile(r"频繁|过快|太快|频率|风控|too (?:fast|many|frequent)|rate.?limit", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"不支持|未实现|不存在的 ?api|unsupported|not (?:supported|implemented)|unknown (?:action|api)", re.IGNORECASE
)
_MUTED = 120
"""What QQ itself says of a group in which the account may not speak; some implementations pass it on."""
_NO_SUCH_CALL = frozenset((404, 1404, 10002))
_AFTER_HASTE = 60.0


class CallError(Exception):
    """A call was not answered well."""


class NotSentError(CallError):
    """It did not leave: there is no connection, or the other side does not read."""


class DoubtfulError(CallError):
    """It left, and no answer came: it may have been done. ``echo``: its name, should the answer come late."""

    def __init__(self, why: str, echo: str = "") -> None:
        super().__init__(why)
        self.echo = echo


class RefusedCallError(CallError):
    """The other side said no."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.why)
        self.answer = answer

    @property
    def is_unknown(self) -> bool:
        """Whether it does not know such a call."""
        return self.answer.retcode in _NO_SUCH_CALL or bool(_UNKNOWN.search(self.answer.why))

    @property
    def is_hasty(self) -> bool:
        """Whether it wants to be left in peace for a while."""
        return bool(_HASTY.search(self.answer.why))


def failed(answer: Answer, echo: str) -> CallError:
    """The error behind a bad answer. “Timed out” is what implementations say when QQ did not confirm in time."""
    if _DOUBTFUL.search(answer.why) and not _NEVER.search(answer.why):
        return DoubtfulError(answer.why, echo)
    return RefusedCallError(answer)


def sorted_error(error: CallError) -> DeliveryError:
    """What an error means for the message, a doubtful one aside."""
    if isinstance(error, RefusedCallError):
        why = str(error)
        if error.answer.retcode == _MUTED or _NEVER.search(why):
            return NeverError(f"QQ 不让发：{why}")
        if error.is_hasty:
            return LaterError(why, after=_AFTER_HASTE)
        return LaterError(why)
    return LaterError(str(error), counts=False)
