"""Tickets as staff read them: one in full, a list, and the figures of the week."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.hours import SHANGHAI
from bot.desk.lifecycle import STATUS_NAMES
from bot.storage import conversations, outbox, records, tickets
from bot.storage.tickets import Case, Happened
from kb.knowledge import Knowledge

_WEEK = timedelta(days=7)
_TRANSCRIPT = 20
_LONGEST_LINE = 300
CHANNEL_NAMES = {
    "web": "网页",
    "telegram": "Telegram",
    "onebot": "QQ",
    "wecom": "企业微信",
    "wecom_app": "企业微信应用",
    "mp": "公众号",
    "api": "接口",
    "console": "控制台",
    "terminal": "终端",
}
_KINDS = {
    "opened": "提交工单",
    "detail": "补充",
    "said": "说",
    "picture": "发来图片或文件",
    "claim": "认领",
    "reply": "回复",
    "note": "备注",
    "hand_over": "转组",
    "solve": "标为解决",
    "close": "关闭",
    "reopen": "重新打开",
    "cancel": "取消",
    "confirm": "确认解决",
    "priority": "改紧急程度",
    "reminded": "提醒",
    "undelivered": "没有送达",
    "expired": "到期自动关闭",
    "moved": "转到私聊",
    "assign": "指派",
    "merge": "合并",
}
AUTHORS = {"user": "用户", "bot": "机器人", "staff": "客服"}
OUTCOME_NAMES = {
    "answer": "直接答出",
    "steps": "带着做",
    "choices": "给出选项",
    "contact": "给出电话",
    "ask": "追问",
    "escalate": "转人工",
    "unknown": "没有答案",
    "smalltalk": "闲聊",
    "silent": "静默",
}


def listing(cases: Sequence[Case], now: datetime, *, empty: str = "现在没有未完成的工单。") -> str:
    """One line a ticket."""
    return "\n".join(_line(case, now) for case in cases) or empty


def story(history: Sequence[Happened], longest: int | None = _LONGEST_LINE) -> str:
    """What happened to a ticket, one line each, at most ``longest`` characters of what was said."""
    return "\n".join(_happened(entry, longest) for entry in history)


async def full(tx: AsyncConnection, case: Case, knowledge: Knowledge, now: datetime) -> str:
    """A ticket with its details, its history and the conversation as the user saw it."""
    lines = await conversations.lines(tx, case.conversation_id, _TRANSCRIPT)
    said = "\n".join(f"{AUTHORS[line.author]}：{_short(line.text or '')}" for line in lines)
    blocks = (
        facts(case, knowledge, now),
        "经过：\n" + story(await tickets.history(tx, case.number)),
        f"对话：\n{said}",
    )
    return "\n\n".join(blocks)


def facts(case: Case, knowledge: Knowledge, now: datetime) -> str:
    """What is known of a ticket, a line each."""
    tried = "、".join(knowledge.record[record].title for record in case.tried if record in knowledge.record)
    lines = (
        _line(case, now),
        f"问题：{case.question or '（内容已清除）'}",
        f"渠道：{CHANNEL_NAMES.get(case.channel, case.channel)}{'（群里）' if case.group else ''}",
        f"项目：{case.project}" if case.project else "",
        f"称呼：{case.person}" if case.person else "",
        f"电话：{case.phone}" if case.phone else "",
        f"地区：{case.district}" if case.district else "",
        f"机器人答过：{tried}" if tried else "机器人没有答过",
    )
    return "\n".join(filter(None, lines))


async def stats(tx: AsyncConnection, now: datetime) -> str:
    """The figures of the last seven days."""
    counts = await tickets.count_by_status(tx)
    outcomes = await records.outcomes(tx, now - _WEEK)
    asked = sum(outcomes.values())
    states = "，".join(f"{name} {counts.get(status, 0)}" for status, name in STATUS_NAMES.items())
    shares = "，".join(
        f"{OUTCOME_NAMES.get(outcome, outcome)} {number}（{number / asked:.0%}）"
        for outcome, number in sorted(outcomes.items(), key=lambda item: -item[1])
    )
    failed = await outbox.undelivered(tx, now - _WEEK)
    return "\n".join(
        (
            f"工单：{states}",
            f"近 7 天消息 {asked} 条：{shares}" if asked else "近 7 天没有消息",
            f"近 7 天没送达的消息：{failed} 条",
        )
    )


def age(since: datetime, now: datetime) -> str:
    """How long ago, as people say it."""
    minutes = int((now - since).total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // 1440} 天"


def _line(case: Case, now: datetime) -> str:
    mark = "‼️" if case.priority == "urgent" else ""
    owner = case.agent or case.team or ""
    head = f"{mark}工单 {case.number} · {STATUS_NAMES[case.status]} · {age(case.opened_at, now)}"
    return " · ".join(filter(None, (head, owner, _short(case.question or "", 40))))


def _happened(entry: Happened, longest: int | None) -> str:
    when = entry.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
    who = entry.agent or {"user": "用户", "bot": "系统"}.get(entry.by, "客服")
    what = _KINDS.get(entry.kind, entry.kind)
    return f"{when} {who} {what}" + (f"：{_short(entry.text, longest)}" if entry.text else "")


def _short(text: str, most: int | None = _LONGEST_LINE) -> str:
    flat = " ".join(text.split())
    return flat if most is None or len(flat) <= most else f"{flat[: most - 1]}…"
