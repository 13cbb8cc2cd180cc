"""The audit in words, and as a file for a spreadsheet."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, time, timedelta

from bot.desk.hours import SHANGHAI
from bot.desk.overview import CHANNEL_NAMES
from bot.figures.export import as_csv
from bot.figures.values import Sheet
from bot.storage import audits
from bot.storage.audits import Seen, Wanted
from bot.storage.database import Database

HEADS = ("时间", "渠道", "账号", "姓名", "操作", "工单", "结果", "说明")
ACTIONS: Mapping[str, str] = {
    "sign_in": "登录", "sign_in_throttled": "登录太频繁", "sign_out": "退出", "sign_out_all": "在所有设备上退出",
    "account_add": "添加人员", "account_role": "改角色", "account_password": "改密码", "account_disable": "停用人员", "account_enable": "启用人员",
    "list": "看工单列表", "view": "看工单", "show": "看工单", "mine": "看自己的工单", "stats": "看一周的数", "file": "看图片或文件",
    "claim": "认领", "reply": "回复", "note": "备注", "hand_over": "转组", "solve": "标为解决", "close": "关闭",
    "reopen": "重新打开", "urgent": "改紧急程度", "assign": "指派", "merge": "合并", "choose_team": "选组",
    "ask_reply": "准备回复", "ask_note": "准备备注", "back": "返回",
    "view_save": "存视图", "view_drop": "删视图", "template": "改模板",
    "notice": "发公告", "notice_down": "撤公告",
    "unanswered": "看没答上的问题", "cluster_view": "看一组问题", "cluster": "处理一组问题",
    "draft begin": "新建草稿", "draft save": "改草稿", "draft discard": "丢弃草稿",
    "knowledge edit": "发布知识", "knowledge import": "导入知识", "knowledge export": "导出知识", "knowledge rollback": "退回知识", "publish": "发布知识", "publish refused": "发布被拦下",
    "figures": "看数据", "figures_export": "导出数据", "audit": "看审计", "audit export": "导出审计",
}  # fmt: skip
"""What was done, in words. What is not among them stands as it was written down."""


def named(action: str) -> str:
    """What was done, in words."""
    return f"打开页面 {action.removeprefix('page ')}" if action.startswith("page ") else ACTIONS.get(action, action)


def cells(seen: Seen) -> tuple[str, ...]:
    """A line of the table."""
    when = seen.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    result = "成功" if seen.allowed else "拒绝"
    channel = CHANNEL_NAMES.get(seen.channel, seen.channel)
    ticket = str(seen.ticket or "")
    return (when, channel, seen.account, seen.name or "", named(seen.action), ticket, result, seen.detail or "")


def wanted(chosen: Mapping[str, str]) -> Wanted:
    """What was chosen on the page, or stands in the address of the file."""
    number = chosen.get("ticket", "").lstrip("#＃")
    last = _day(chosen.get("last", ""))
    return Wanted(
        who=chosen.get("who", ""),
        actions=tuple(filter(None, chosen.get("actions", "").split(","))),
        ticket=int(number) if number.isdecimal() and len(number) <= 9 else None,
        refused=chosen.get("refused") == "1",
        since=_day(chosen.get("first", "")),
        until=last + timedelta(days=1) if last else None,
    )


async def exported(database: Database, chosen: Mapping[str, str]) -> AsyncIterator[bytes]:
    """The file, a part at a time."""
    yield as_csv(Sheet("审计", HEADS, ()))
    async for lines in audits.every(database, wanted(chosen)):
        yield as_csv(Sheet("审计", HEADS, tuple(map(cells, lines))), goes_on=True)


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), SHANGHAI)
    except ValueError:
        return None
