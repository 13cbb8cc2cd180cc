"""A record in full, as a reader sees it: answer, every step of every branch, notes and warnings."""

from collections.abc import Iterator

from kb.graph import branches
from kb.model import Contact, Record, Step

_ENDS = {"solved": "（完成）", "contact": "（接着给出主管部门电话）", "ticket": "（接着转人工）"}


def show_record(record: Record) -> str:
    """The whole record as text."""
    return "\n".join(_record(record))


def show_contact(contact: Contact) -> str:
    """The whole contact as text."""
    lines = [f"{contact.id}  {contact.label}", contact.name, "电话：" + "、".join(contact.phones)]
    lines += ["QQ群：" + "、".join(contact.qq_groups)] if contact.qq_groups else []
    return "\n".join(lines)


def _record(record: Record) -> Iterator[str]:
    yield f"{record.id}  【{record.title}】  依据：{record.source}"
    yield record.question
    yield from _list("屏幕文字：", record.screen)
    yield ""
    yield record.answer.short
    yield from _list("出现原因：", record.causes)
    yield from _list("注意：", record.answer.warnings)
    yield from _list("说明：", record.answer.notes)
    if record.steps:
        yield "步骤："
        for label, run in branches(record):
            if label:
                yield f"〔{label}〕"
            for number, step in enumerate(run, start=1):
                yield from _step(number, step)
    if record.related:
        yield "相关：" + "、".join(record.related)
    if record.fuller:
        yield f"更完整的回答：{record.fuller}"


def _step(number: int, step: Step) -> Iterator[str]:
    yield f"{number}. {step.text}{_ENDS.get(step.end or '', '')}"
    if step.detail:
        yield f"   {step.detail}"
    if step.warning:
        yield f"   注意：{step.warning}"
    if step.image:
        yield f"   配图：{step.image}"
    for option in step.options:
        yield f"   - {option.label} → {option.goto}"


def _list(head: str, items: tuple[str, ...]) -> Iterator[str]:
    if items:
        yield head
        yield from (f"· {item}" for item in items)
