"""The bot's own sentences, changed without losing what the program fills in."""

from collections.abc import Iterable, Sequence
from string import Formatter

from bot.knowledge.content import Content
from bot.knowledge.parts import EditError, data_of
from bot.knowledge.plain import as_it_stood, plain
from bot.knowledge.splicing import spliced
from kb.wording import PageGroup
from kb.yamlfile import parse

_FILE = "phrases.yaml"


class OwnWords:
    """phrases.yaml as a content has it, beside the program's own, which knows what is filled in."""

    def __init__(self, content: Content) -> None:
        own = parse(_FILE, content.base.get(_FILE, "")).data
        self._own = own if isinstance(own, dict) else {}
        self.data = data_of(content, _FILE)

    def own(self, name: str) -> str:
        """The program's own sentence; what stands now where it has none."""
        said = self._own.get(name, self.data.get(name))
        if not isinstance(said, str):
            raise EditError(f"{_FILE} 里没有 {name} 这句话")
        return said

    def needed(self, name: str) -> frozenset[str]:
        """What is filled into a sentence."""
        return placeholders(self.own(name))


def placeholders(sentence: str) -> frozenset[str]:
    """What is filled in: ``{number}`` … Raises EditError where the braces do not fit together.

    >>> sorted(placeholders("第 {number}/{of} 步"))
    ['number', 'of']
    """
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError as error:
        raise EditError("花括号要成对，里面只写要填的那一项，像 {number}。") from error
    if any(spec or conversion or not name for _, name, spec, conversion in parts if name is not None):
        raise EditError("花括号里只写要填的那一项，像 {number}。")
    return frozenset(name for _, name, _, _ in parts if name)


def put_sentence(content: Content, name: str, sentence: str) -> Content:
    """One sentence. Raises EditError where it does not fill in exactly what the program's own does."""
    words = OwnWords(content)
    needed, told = words.needed(name), placeholders(sentence)
    if needed - told:
        raise EditError(f"少了{_braced(needed - told)}：程序要在这里填上内容，请留着。")
    if told - needed:
        raise EditError(f"这句话里填不了{_braced(told - needed)}，请去掉花括号。")
    changed = {**words.data, name: sentence.strip()}
    return content.put(_FILE, spliced(content.texts[_FILE], as_it_stood(words.data, changed)))


def put_first_screen(content: Content, starters: Sequence[str], groups: Sequence[PageGroup]) -> Content:
    """The questions offered with a greeting, and those on the first screen."""
    data = data_of(content, _FILE)
    changed = {**data, "starters": list(starters), "page_groups": [plain(group) for group in groups]}
    return content.put(_FILE, spliced(content.texts[_FILE], as_it_stood(data, changed)))


def _braced(names: Iterable[str]) -> str:
    return "、".join(f" {{{name}}}" for name in sorted(names)) + " "
