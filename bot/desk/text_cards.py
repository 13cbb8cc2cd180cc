"""A ticket as the staff see it on a channel without buttons: plain lines, and what can be typed about it."""

from bot.desk.hours import SHANGHAI
from bot.desk.lifecycle import STATUS_NAMES
from bot.desk.notes import Card, Words
from bot.desk.overview import CHANNEL_NAMES

_MARKS = {"open": "🔴", "claimed": "🟡", "waiting": "🔵", "solved": "🟢", "closed": "⚪️"}
_LONGEST_QUESTION = 700
_WAYS = {
    "open": "认领 {n}｜回复 {n} 内容｜备注 {n} 内容｜解决 {n}",
    "solved": "重开 {n}｜关闭 {n}",
    "closed": "重开 {n}",
}
_TAKEN = "回复 {n} 内容｜备注 {n} 内容｜解决 {n}｜关闭 {n}"


def card_text(card: Card) -> str:
    """The ticket in full when it is new, in one line when it has changed."""
    return "\n".join(_full(card) if card.anew else _changed(card))


def words_text(words: Words) -> str:
    """A line for the staff."""
    return f"#{words.about} {words.text}" if words.about else words.text


def _full(card: Card) -> list[str]:
    opened = card.opened_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
    where = CHANNEL_NAMES.get(card.channel, card.channel) + ("（群里）" if card.in_group else "")
    facts = (
        ("项目", card.project),
        ("称呼", card.person),
        ("电话", card.phone),
        ("工地", "、".join(card.site)),
        ("附件", f"{card.files} 个" if card.files else None),
        ("机器人答过", "、".join(card.tried) if card.tried else "没有"),
    )
    return [
        _head(card),
        f"{opened} · {where}" + (f" · {card.team}" if card.team else ""),
        f"“{card.question[:_LONGEST_QUESTION]}”",
        *(f"{name}：{value}" for name, value in facts if value),
        *(f"对口电话：{line.label} {'、'.join(line.phones)}" for line in card.contacts),
        *([card.note] if card.note else [_ways(card)]),
    ]


def _changed(card: Card) -> list[str]:
    if card.note:
        return [_head(card), card.note]
    if card.teams is not None:
        return [_head(card), *(f"转给 {card.number} {team}" for team in card.teams)]
    details = [f"{name}：{value}" for name, value in (("项目", card.project), ("电话", card.phone)) if value]
    return [" · ".join([_head(card), *details])]


def _head(card: Card) -> str:
    urgent = "‼️ " if card.priority == "urgent" else ""
    agent = f"（{card.agent}）" if card.agent else ""
    return f"{_MARKS[card.status]} {urgent}工单 {card.number} · {STATUS_NAMES[card.status]}{agent}"


def _ways(card: Card) -> str:
    return "可以发：" + _WAYS.get(card.status, _TAKEN).format(n=card.number)
