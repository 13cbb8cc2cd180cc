"""Golden questions: what each has to be answered with. No change of the knowledge may make one wrong."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from bot.console.forms import fields
from bot.console.forms.kind import Filters, Kind, Row
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.parts import Edit, EditError, file_of, item_of, valid
from bot.knowledge.plain import plain
from kb.load import ContactsFile, GoldenFile
from kb.model import Golden

_FILE, _NEW = "golden.yaml", "+"
_WANTED = {
    "answer": "答一条记录", "nothing": "不回答（不在范围）", "contacts": "给电话", "ask": "反问", "elsewhere": "不给电话（外地）",
}  # fmt: skip
_ASK = {"project_type": "问工程类型", "district": "问在哪个区", "either": "问类型或者区", "detail": "问工单的详情"}
_KINDS = {
    "paraphrase": "换个说法", "terse": "很短", "rambling": "很啰嗦", "colloquial": "口语", "indirect": "只说情况", "fragment": "半句话",
    "homophone": "同音错字", "pinyin": "拼音", "abbrev": "缩写", "ocr": "截图文字", "voice": "语音转的", "traditional": "繁体",
    "prompt_text": "弹窗原文", "shared_words": "词像意思不像", "near": "本行但不在范围", "far": "不相干", "chitchat": "闲聊",
    "gibberish": "乱码", "project_type": "说工程类型", "district": "说区", "place": "说地名", "both": "类型和区都说", "neither": "都没说",
    "no_line_district": "没有单独电话的区", "other_city": "外地",
}  # fmt: skip


class GoldenForm:
    """One question."""

    def __init__(self, content: Content, key: str) -> None:
        questions = file_of(content, _FILE, GoldenFile).golden
        place = next((place for place, each in enumerate(questions) if each.q == key), None)
        if place is None and key != _NEW:
            raise EditError("没有这个检验问题")
        self.old = questions[place] if place is not None else None
        self.where = f"golden.{place}" if place is not None else ""
        self.title = self.old.q if self.old else "新的检验问题"
        self._records = {each: f"{each} {title}" for each, title in editing.titles(content).items()}
        self._lines = {each.id: each.label for each in file_of(content, "contacts.yaml", ContactsFile).contacts}

    def part(self, content: Content) -> Any:
        """The question as it stands."""
        return plain(item_of(content, _FILE, "golden", Golden, self.old.q, key="q")) if self.old else None

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        old, self._changed = self.old, changed
        hint = "写成用户会打的样子；不能和任何一种问法相同，不然等于背答案"
        self.question = fields.area("问题", old.q if old else "", hint=hint)
        ui.label("应该怎么回").classes("heading")
        self.wanted = ui.radio(_WANTED, value=wanted_of(old) if old else "answer").props("inline dense")
        accept, contacts = (old.accept or (), old.contacts or ()) if old else ((), ())
        self.records = fields.choices("答这些记录都算对，最好的放第一个", self._records, accept)
        self.lines = fields.choices("要给的电话，一个不多一个不少", self._lines, contacts)
        self.ask = fields.choice("反问什么", _ASK, (old.ask if old else None) or "either")
        self.kind = fields.choice("属于哪种说法", _KINDS, old.kind if old else "paraphrase", hint="只用来分开统计")
        for field in (self.question, self.wanted, self.records, self.lines, self.ask, self.kind):
            field.on_value_change(self._look)
        self._look(None)

    def _look(self, event: Any) -> None:
        if event is not None:
            self._changed()
        for wanted, field in (("answer", self.records), ("contacts", self.lines), ("ask", self.ask)):
            field.set_visibility(self.wanted.value == wanted)

    def value(self) -> Golden:
        """What was typed. Raises EditError."""
        question, wanted = " ".join(fields.text_of(self.question).split()), self.wanted.value
        records, lines = fields.picked(self.records), fields.picked(self.lines)
        if not question:
            raise EditError("问题要写。")
        if (wanted == "answer" and not records) or (wanted == "contacts" and not lines):
            raise EditError("选出至少一条算对的。")
        outcomes: dict[str, dict[str, Any]] = {
            "answer": {"accept": records}, "nothing": {"accept": ()}, "contacts": {"contacts": lines},
            "ask": {"contacts": (), "ask": self.ask.value}, "elsewhere": {"contacts": ()},
        }  # fmt: skip
        return valid(Golden, {"q": question, "kind": self.kind.value, **outcomes[wanted]})

    def edit(self) -> Edit:
        """The question. Raises EditError."""
        golden, old = self.value(), self.old.q if self.old else None

        def changed(content: Content) -> Content:
            if old is None and any(each.q == golden.q for each in file_of(content, _FILE, GoldenFile).golden):
                raise EditError("已经有一样的检验问题了。")
            return editing.put_golden(content, golden, old)

        return changed

    def key(self) -> str:
        """Its words."""
        return " ".join(fields.text_of(self.question).split())

    def deletion(self) -> tuple[str, Edit] | None:
        """It may go."""
        if self.old is None:
            return None
        question = self.old.q
        text = f"删除检验问题“{question}”？以后改知识时，不再检查它答得对不对。"
        return text, lambda content: editing.delete_golden(content, question)


def wanted_of(golden: Golden) -> str:
    """Which outcome a question has to have, as a key of the choices."""
    if golden.contacts is None:
        return "answer" if golden.accept else "nothing"
    return "contacts" if golden.contacts else "ask" if golden.ask else "elsewhere"


def _rows(content: Content) -> list[Row]:
    titles = editing.titles(content)
    lines = {each.id: each.label for each in file_of(content, "contacts.yaml", ContactsFile).contacts}
    return [_row(place, each, titles, lines) for place, each in enumerate(file_of(content, _FILE, GoldenFile).golden)]


def _row(place: int, golden: Golden, titles: dict[str, str], lines: dict[str, str]) -> Row:
    wanted = wanted_of(golden)
    names = [f"{each} {titles.get(each, '')}".strip() for each in golden.accept or ()]
    names += [lines.get(each, each) for each in golden.contacts or ()]
    about = f"{_WANTED[wanted]}：{fields.joined(names)}" if names else _ASK.get(golden.ask or "", _WANTED[wanted])
    tags = (wanted, *(golden.accept or ()), *(golden.contacts or ()))
    return Row(golden.q, f"golden.{place}", golden.q, about, _KINDS.get(golden.kind, golden.kind), (), tags)


def _filters(content: Content) -> Filters:
    records = {each: f"{each} {title}" for each, title in editing.titles(content).items()}
    return {key: label for key, label in _WANTED.items() if key != "answer"} | records


KIND = Kind(
    path="golden", file=_FILE, title="检验问题", icon="verified",
    about="每次发布前都拿来考一遍，原来答得对的不能变错。不会拿去训练。",
    rows=_rows, form=GoldenForm, new={"添加检验问题": _NEW}, filters=_filters,
)  # fmt: skip
