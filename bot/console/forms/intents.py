"""What people say to the bot itself: greetings, commands, and asking whom to call."""

from collections.abc import Callable
from typing import Any

from bot.console.forms import fields
from bot.console.forms.kind import Filters, Kind, Row
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.parts import Edit, EditError, file_of, item_of
from bot.knowledge.plain import plain
from kb.load import IntentsFile
from kb.model import Intent

_FILE = "intents.yaml"
_KINDS = {"chat": "寒暄", "command": "口令", "routing": "问电话"}
_NAMES = {
    "greeting": "打招呼", "thanks": "道谢", "bye": "再见", "about": "问机器人是谁", "help": "问怎么用", "praise": "夸",
    "complaint": "抱怨", "presence": "问在不在", "filler": "随口应一声", "wait": "让等一下", "apology": "说不好意思",
    "next": "下一步", "back": "上一步", "restart": "重新开始", "quit": "退出", "resume": "接着刚才的", "walk": "一步步做",
    "resolved": "解决了", "unresolved": "没解决", "tried_all": "都试过了", "handoff": "转人工", "ticket_query": "查工单",
    "ticket_cancel": "取消工单", "skip": "跳过", "more": "还有呢", "none_of_these": "都不是", "repeat": "再说一遍",
    "yes": "是", "no": "不是", "who_to_call": "该打哪个电话",
}  # fmt: skip
_SHOWN = 6


class IntentForm:
    """One thing people say."""

    def __init__(self, content: Content, key: str) -> None:
        intents = file_of(content, _FILE, IntentsFile).intents
        place = next((place for place, each in enumerate(intents) if each.id == key), None)
        if place is None:
            raise EditError(f"没有 {key} 这种说法")
        self.old, self.where = intents[place], f"intents.{place}"
        self.title = _NAMES.get(key, key)

    def part(self, content: Content) -> Any:
        """The intent as it stands."""
        return plain(item_of(content, _FILE, "intents", Intent, self.old.id))

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the field."""
        label = f"用户怎么说，一行一种（现在 {len(self.old.phrasings)} 种）"
        hint = "一句话只能归一种；按钮上的字也要在这里，不然打字听不懂"
        self.phrasings = fields.lines(label, self.old.phrasings, hint=hint)
        self.phrasings.on_value_change(lambda _: changed())

    def edit(self) -> Edit:
        """The phrasings. Raises EditError."""
        phrasings = fields.lines_of(self.phrasings)
        if not phrasings:
            raise EditError("至少要有一种说法。")
        return lambda content: editing.put_intent_phrasings(content, self.old.id, phrasings)

    def key(self) -> str:
        """Its id."""
        return self.old.id

    def deletion(self) -> None:
        """It stays: the program knows it."""
        return


def _rows(content: Content) -> list[Row]:
    return [
        Row(
            each.id, f"intents.{place}", _NAMES.get(each.id, each.id), fields.joined(each.phrasings[:_SHOWN]),
            f"{len(each.phrasings)} 种说法", each.phrasings, (each.kind,),
        )
        for place, each in enumerate(file_of(content, _FILE, IntentsFile).intents)
    ]  # fmt: skip


def _filters(_: Content) -> Filters:
    return _KINDS


KIND = Kind(
    path="intents", file=_FILE, title="寒暄和口令", icon="waving_hand",
    about="用户对机器人说的话：打招呼、下一步、转人工、问该打哪个电话。",
    rows=_rows, form=IntentForm, filters=_filters,
)  # fmt: skip
