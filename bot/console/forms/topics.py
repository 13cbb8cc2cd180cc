"""What people ask and the document does not answer: what is said then, and where to turn."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from pypinyin import lazy_pinyin

from bot.console.forms import fields
from bot.console.forms.kind import Filters, Kind, Row
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.parts import Edit, EditError, file_of, valid
from bot.knowledge.plain import plain
from kb.load import TopicsFile
from kb.model import Topic

_FILE, _NEW = "out_of_scope.yaml", "+"
_TURN_TO = {"contact": "给主管部门电话", "desk": "转人工", "none": "没有地方可问"}
_LONGEST_ID = 40


class TopicForm:
    """One topic."""

    def __init__(self, content: Content, key: str) -> None:
        topics = file_of(content, _FILE, TopicsFile).topics
        place = next((place for place, each in enumerate(topics) if each.id == key), None)
        if place is None and key != _NEW:
            raise EditError(f"没有 {key} 这个话题")
        self.old = topics[place] if place is not None else None
        self.where = f"topics.{place}" if place is not None else ""
        self.title = self.old.title if self.old else "新话题"

    def part(self, content: Content) -> Any:
        """The topic as it stands."""
        return plain(editing.topic_of(content, self.key()))

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        old = self.old
        self.name = fields.line("话题", old.title if old else "", hint="给编辑看的名字，像“补卡（忘记打卡）”")
        self.say = fields.area("怎么回", old.say if old else "", hint="老实说官方解答没有讲，不猜，不写电话号码")
        self.turn = fields.choice("接着指到哪里", _TURN_TO, old.turn_to if old else "contact")
        self.near = ui.switch("和考勤、工地有关（闲聊、别的行当就关掉）", value=old.near if old else True)
        count = f"（现在 {len(old.phrasings)} 种）" if old else ""
        hint = "越多样越好：短的、啰嗦的、只说症状的；十几种以上才分得清"
        self.phrasings = fields.lines(f"用户怎么问，一行一种{count}", old.phrasings if old else (), hint=hint)
        for field in (self.name, self.say, self.turn, self.near, self.phrasings):
            field.on_value_change(lambda _: changed())

    def value(self) -> Topic:
        """What was typed. Raises EditError."""
        title, say, phrasings = fields.text_of(self.name), fields.text_of(self.say), fields.lines_of(self.phrasings)
        if not title or not say or not phrasings:
            raise EditError("话题、怎么回、至少一种问法都要写。")
        return valid(
            Topic,
            {
                "id": self.key(), "title": title, "near": bool(self.near.value), "say": say,
                "turn_to": self.turn.value, "phrasings": phrasings,
            },
        )  # fmt: skip

    def edit(self) -> Edit:
        """The topic. Raises EditError."""
        topic, is_new = self.value(), self.old is None

        def changed(content: Content) -> Content:
            if is_new and any(each.id == topic.id for each in file_of(content, _FILE, TopicsFile).topics):
                raise EditError("已经有名字一样读的话题了，换个名字，或者到那个话题里加问法。")
            return editing.put_topic(content, topic)

        return changed

    def key(self) -> str:
        """Its id; a new one's is made from the sounds of its name."""
        if self.old:
            return self.old.id
        title = fields.text_of(self.name) if hasattr(self, "name") else ""
        sounds = "-".join("".join(filter(str.isalnum, each)) for each in lazy_pinyin(title, errors="ignore"))
        return f"oos-{sounds.lower()[:_LONGEST_ID].strip('-') or 'x'}"

    def deletion(self) -> tuple[str, Edit] | None:
        """It may go with all its phrasings."""
        if self.old is None:
            return None
        topic = self.old
        text = f"删除话题“{topic.title}”和它的 {len(topic.phrasings)} 种问法？以后这样问，可能会答到别的记录上。"
        return text, lambda content: editing.delete_topic(content, topic.id)


def _rows(content: Content) -> list[Row]:
    return [
        Row(
            each.id, f"topics.{place}", each.title, each.say, f"{len(each.phrasings)} 种问法", each.phrasings,
            (each.turn_to, "near" if each.near else "far"),
        )
        for place, each in enumerate(file_of(content, _FILE, TopicsFile).topics)
    ]  # fmt: skip


def _filters(_: Content) -> Filters:
    return {"near": "和考勤、工地有关", "far": "不相干的"} | _TURN_TO


KIND = Kind(
    path="topics", file=_FILE, title="不在范围的话题", icon="do_not_disturb_on",
    about="用户会问、官方解答没有讲的。写清楚了，机器人才不会拿别的答案硬凑。",
    rows=_rows, form=TopicForm, new={"新话题": _NEW}, filters=_filters,
)  # fmt: skip
