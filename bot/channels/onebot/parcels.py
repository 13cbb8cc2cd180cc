"""One outgoing message as calls of OneBot: mostly one, several where a merged message is not to be had."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.onebot.lanes import Lane, unmarked
from bot.channels.onebot.segments import Segment


@dataclass(frozen=True, slots=True)
class Parcel:
    """A call. ``instead``: what to send where this kind is refused; ``heavy``: also where it is not known to have arrived."""

    action: str
    params: Mapping[str, Any]
    instead: tuple["Parcel", ...] = ()
    heavy: bool = False


def parcels(
    payload: Mapping[str, Any], lane: Lane, account: str, name: str, pictures: Sequence[bytes] = ()
) -> tuple[Parcel, ...]:
    """The calls for a payload; ``account`` and ``name``: who speaks; ``pictures``: what stands below a text."""
    match payload.get("kind"):
        case "forward":
            texts = payload["texts"]
            nodes = [Segment.node(account, name or account, text).wire() for text in texts]
            instead = tuple(_message(lane, [Segment.of_text(text)]) for text in texts)
            return (
                Parcel("send_group_forward_msg", {"group_id": int(lane.group), "messages": nodes}, instead, heavy=True),
            )
        case "image":
            head, words = _head(payload, lane, account), Segment.of_text(payload["text"])
            plain = Segment.of_text(f"{payload['text']}\n{payload['url']}")
            instead = (_message(lane, [*head, plain]),)
            seen = _message(lane, [*head, words, Segment.picture(payload["url"])])
            return (Parcel(seen.action, seen.params, instead, heavy=True),)
        case _:
            head, text = _head(payload, lane, account), Segment.of_text(payload["text"])
            whole = _message(lane, [*head, text])
            # A message that was recalled or is too old cannot be quoted, and some implementations refuse the answer with it.
            unquoted = [segment for segment in head if segment.type != "reply"]
            instead = () if unquoted == head else (_message(lane, [*unquoted, text]),)
            alone = Parcel(whole.action, whole.params, instead)
            if not pictures:
                return (alone,)
            shown = _message(lane, [*head, text, *(Segment.picture(_inside(picture)) for picture in pictures)])
            return (Parcel(shown.action, shown.params, (alone,), heavy=True),)


def _inside(picture: bytes) -> str:
    """A picture that travels with the message: the implementation may be where our address cannot be reached."""
    return f"base64://{b64encode(picture).decode()}"


def _head(payload: Mapping[str, Any], lane: Lane, account: str) -> list[Segment]:
    """Quotes and calls the one it is for."""
    quoted = unmarked(payload.get("quote") or "", account)
    head = [Segment.reply(quoted)] if quoted else []
    user = payload.get("at") or ""
    if lane.is_group and user.isdigit():
        head += [Segment.mention(user), Segment.of_text(" ")]
    return head


def _message(lane: Lane, segments: list[Segment]) -> Parcel:
    message = [segment.wire() for segment in segments]
    if lane.is_group:
        return Parcel("send_group_msg", {"group_id": int(lane.group), "message": message})
    met_in = {"group_id": int(lane.group)} if lane.group else {}
    return Parcel("send_private_msg", {"user_id": int(lane.user), **met_in, "message": message})
