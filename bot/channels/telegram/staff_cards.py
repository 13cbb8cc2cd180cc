"""A ticket as the staff see it in Telegram, and the data behind its buttons."""

from html import escape
from zlib import crc32

from bot.channels.splitting import split
from bot.channels.telegram.post import Key, Post
from bot.desk.actions import Verb
from bot.desk.hours import SHANGHAI
from bot.desk.lifecycle import STATUS_NAMES
from bot.desk.notes import Card, Prompt, Words
from bot.desk.overview import CHANNEL_NAMES

PREFIX = "desk:"
_MARKS = {"open": "🔴", "claimed": "🟡", "waiting": "🔵", "solved": "🟢", "closed": "⚪️"}
_LONGEST_QUESTION = 700
_LONGEST_NAME = 40
_LIMIT = 4000
_Rows = tuple[tuple[tuple[str, Verb], ...], ...]
_WAYS: dict[str, _Rows] = {
    "open": (
        (("认领", "claim"), ("回复", "ask_reply"), ("转给…", "choose_team")),
        (("解决", "solve"), ("关闭", "close"), ("加备注", "ask_note")),
    ),
    "solved": ((("重开", "reopen"), ("关闭", "close"), ("加备注", "ask_note")),),
    "closed": ((("重开", "reopen"), ("加备注", "ask_note")),),
}
_TAKEN: _Rows = (
    (("回复", "ask_reply"), ("转给…", "choose_team")),
    (("解决", "solve"), ("关闭", "close"), ("加备注", "ask_note")),
)


def data_of(verb: Verb, number: int, team: str = "") -> str:
    """What a button of a ticket's card sends."""
    return f"{PREFIX}{verb}:{number}" + (f":{team_code(team)}" if team else "")


def team_code(team: str) -> str:
    """A short stand-in for a team's name: button data holds 64 bytes."""
    return f"{crc32(team.encode()):08x}"


def card_post(card: Card) -> Post:
    """The ticket at a glance."""
    return Post(html="\n".join(_lines(card)), keyboard=_keyboard(card))


def topic_name(card: Card) -> str:
    """The name of the ticket's topic."""
    return f"{card.number} {' '.join(card.question.split())}"[:_LONGEST_NAME]


def words_posts(words: Words) -> tuple[Post, ...]:
    """A line for the staff, in as many posts as it needs."""
    head = f"<b>#{words.about}</b> " if words.about else ""
    pieces = split(words.text, _LIMIT, lambda text: len(text.encode("utf-16-le")) // 2)
    return tuple(
        Post(html=(head if place == 0 else "") + escape(piece, quote=False)) for place, piece in enumerate(pieces)
    )


def prompt_post(prompt: Prompt) -> Post:
    """Asks an agent to answer this very message."""
    mark = "✏️" if prompt.purpose == "reply" else "📝"
    return Post(html=f"{mark} <b>#{prompt.number}</b> {escape(prompt.text, quote=False)}")


def _lines(card: Card) -> list[str]:
    urgent = "‼️ " if card.priority == "urgent" else ""
    status = STATUS_NAMES[card.status] + (f"（{_safe(card.agent)}）" if card.agent else "")
    opened = card.opened_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
    where = CHANNEL_NAMES.get(card.channel, card.channel) + ("（群里）" if card.in_group else "")
    lines = [
        f"{_MARKS[card.status]} {urgent}<b>工单 {card.number}</b> · {status}",
        f"{opened} · {where}" + (f" · {_safe(card.team)}" if card.team else ""),
        "",
        f"<blockquote>{_safe(card.question[:_LONGEST_QUESTION])}</blockquote>",
    ]
    facts = (
        ("项目", card.project),
        ("称呼", card.person),
        ("电话", card.phone),
        ("工地", "、".join(card.site)),
        ("附件", f"{card.files} 个" if card.files else None),
    )
    lines += [f"{name}：{_safe(value)}" for name, value in facts if value]
    lines.append("机器人答过：" + ("、".join(_safe(title) for title in card.tried) if card.tried else "没有"))
    lines += [f"对口电话：{_safe(line.label)} {'、'.join(line.phones)}" for line in card.contacts]
    lines += [f"<i>{_safe(card.note)}</i>"] if card.note else []
    can_answer = card.status in ("open", "claimed", "waiting") and not card.note
    lines += ["", "<i>回复这条消息，内容就发给用户。</i>"] if can_answer else []
    return lines


def _keyboard(card: Card) -> tuple[tuple[Key, ...], ...]:
    if card.note:
        return ()
    if card.teams is not None:
        rows = tuple((Key(label=team, data=data_of("hand_over", card.number, team)),) for team in card.teams)
        return (*rows, (Key(label="返回", data=data_of("back", card.number)),))
    return tuple(
        tuple(Key(label=label, data=data_of(verb, card.number)) for label, verb in row)
        for row in _WAYS.get(card.status, _TAKEN)
    )


def _safe(text: str | None) -> str:
    return escape(text or "", quote=False)
