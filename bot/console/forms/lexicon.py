"""The words of the trade: what else people call a thing, how they misspell it, what is kept whole and what asks nothing."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from bot.console.forms import fields
from bot.console.forms.kind import Filters, Form, Kind, Row
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.parts import Edit, EditError, file_of, item_of, valid
from bot.knowledge.plain import plain
from kb.model import Lexicon, Term

_FILE, _NEW, _LOOSE, _ARROW = "lexicon.yaml", "+", "*", "→"


class TermForm:
    """One term, its other names, and its wrong spellings."""

    def __init__(self, content: Content, key: str) -> None:
        lexicon = file_of(content, _FILE, Lexicon)
        place = next((place for place, each in enumerate(lexicon.terms) if each.term == key), None)
        if place is None and key != _NEW:
            raise EditError(f"词典里没有“{key}”")
        self.old = lexicon.terms[place] if place is not None else None
        self.where = f"terms.{place}" if place is not None else ""
        self.title = self.old.term if self.old else "新词"
        self._wrong = tuple(wrong for wrong, right in lexicon.confusions.items() if right == key)

    def part(self, content: Content) -> Any:
        """The term as it stands."""
        if self.old is None:
            return None
        wrong = [each for each, right in file_of(content, _FILE, Lexicon).confusions.items() if right == self.old.term]
        return plain(item_of(content, _FILE, "terms", Term, self.old.term, key="term")) | {"confusions": wrong}

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        old = self.old
        self.term = fields.line("标准写法", old.term if old else "", hint="官方文件里的写法")
        hint = "简称、俗称、拼音首字母；读到这些就当成标准写法"
        self.aliases = fields.lines("别的说法，一行一个", old.aliases if old else (), hint=hint)
        self.wrong = fields.lines("常见的错字，一行一个", self._wrong, hint="形近、音近的错法，像“考勒”")
        for field in (self.term, self.aliases, self.wrong):
            field.on_value_change(lambda _: changed())

    def edit(self) -> Edit:
        """The term. Raises EditError."""
        term = fields.text_of(self.term)
        if not term:
            raise EditError("标准写法要写。")
        value = valid(Term, {"term": term, "aliases": fields.lines_of(self.aliases)})
        wrong, old = fields.lines_of(self.wrong), self.old.term if self.old else None

        def changed(content: Content) -> Content:
            if old is None and any(each.term == term for each in file_of(content, _FILE, Lexicon).terms):
                raise EditError(f"词典里已经有“{term}”了。")
            content = editing.put_term(content, value, old)
            if old is not None and old != term:
                content = editing.put_misspellings(content, old, ())
            return editing.put_misspellings(content, term, wrong)

        return changed

    def key(self) -> str:
        """The term itself."""
        return fields.text_of(self.term)

    def deletion(self) -> tuple[str, Edit] | None:
        """It may go."""
        if self.old is None:
            return None
        term = self.old.term
        return f"从词典里删除“{term}”？它的别名和错字也一起删。", lambda content: editing.delete_term(content, term)


class LooseForm:
    """Words that belong to no term."""

    title, where = "整词、含糊的话、别的错字", "words"

    def __init__(self, content: Content) -> None:
        self._lexicon = file_of(content, _FILE, Lexicon)

    def part(self, content: Content) -> Any:
        """The lists as they stand."""
        lexicon = file_of(content, _FILE, Lexicon)
        return {"words": list(lexicon.words), "vague": list(lexicon.vague), "confusions": _loose(lexicon)}

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        lexicon = self._lexicon
        ui.label("标准写法和别名本来就是整词，不用再写在这里。").classes("muted")
        self.words = fields.words("整词", lexicon.words, hint="分词时不拆开的词")
        self.vague = fields.words("含糊的话", lexicon.vague, hint="只说这些加一个名词时，机器人会反问，不硬答")
        wrong = [f"{wrong} {_ARROW} {right}" for wrong, right in _loose(lexicon).items()]
        self.wrong = fields.lines("别的错字，一行一个：错字 → 正字", wrong, hint="词典里有的词，错字写在那个词下面")
        for field in (self.words, self.vague, self.wrong):
            field.on_value_change(lambda _: changed())

    def edit(self) -> Edit:
        """The lists. Raises EditError."""
        words, vague = fields.words_of(self.words), fields.words_of(self.vague)
        confusions: dict[str, str] = {}
        for line in fields.lines_of(self.wrong):
            wrong, arrow, right = (part.strip() for part in line.partition(_ARROW))
            if not (wrong and arrow and right):
                raise EditError(f"错字要写成“错字 → 正字”，这一行不是：{line[:40]}")
            confusions[wrong] = right
        return lambda content: editing.put_loose_words(content, words, vague, confusions)

    def key(self) -> str:
        """Where the form is found."""
        return _LOOSE

    def deletion(self) -> None:
        """They stay."""
        return


def _loose(lexicon: Lexicon) -> dict[str, str]:
    """Wrong spellings of words that are no terms."""
    terms = {each.term for each in lexicon.terms}
    return {wrong: right for wrong, right in lexicon.confusions.items() if right not in terms}


def _form(content: Content, key: str) -> Form:
    return LooseForm(content) if key == _LOOSE else TermForm(content, key)


def _rows(content: Content) -> list[Row]:
    lexicon = file_of(content, _FILE, Lexicon)
    wrong: dict[str, list[str]] = {}
    for spelling, right in lexicon.confusions.items():
        wrong.setdefault(right, []).append(spelling)
    loose = (*lexicon.words, *lexicon.vague, *_loose(lexicon))
    about = "分词时不拆开的词，只说这些等于没问的话，别的错字"
    first = Row(_LOOSE, "words", LooseForm.title, about, f"{len(loose)} 个", loose, ("loose",))
    return [first] + [
        Row(
            each.term, f"terms.{place}", each.term, fields.joined((*each.aliases, *wrong.get(each.term, ()))),
            f"{len(each.aliases)} 个别名", (), ("wrong",) if each.term in wrong else (),
        )
        for place, each in enumerate(lexicon.terms)
    ]  # fmt: skip


def _filters(_: Content) -> Filters:
    return {"wrong": "写了错字的", "loose": LooseForm.title}


KIND = Kind(
    path="lexicon", file=_FILE, title="词典", icon="spellcheck",
    about="行话、简称、错字都认成同一个词，用户随便怎么说都听得懂。",
    rows=_rows, form=_form, new={"添加词": _NEW}, filters=_filters,
)  # fmt: skip
