"""What one message says, before anything is decided: its meaning, its commands, its pointers and its site."""

import re
from dataclasses import dataclass
from functools import cached_property

from handlers.message import Incoming
from kb.base import KnowledgeBase
from kb.matcher import Ranking
from kb.normalise import plain
from kb.routing import Site

_POINTER = re.compile(r"#(?P<record>(?:faq|prompt)-\d+)(?:/(?P<step>[a-z0-9-]+))?")
_NUMBER = re.compile(
    r"^(?:选|选择|我选|就选|看|回复)?第?\s*(?P<number>\d{1,3}|[一二两三四五六七八九十]|[①②③④⑤⑥⑦⑧⑨])\s*(?:个|项|条|种|号|点)?"
    r"\s*(?:吧|呢|啊|的|那个|就是)?[.。、)）!！]?$"
)
_NUMERALS = {char: place for place, char in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_CIRCLED = {char: place for place, char in enumerate("①②③④⑤⑥⑦⑧⑨", start=1)}
_ASKS = re.compile(
    r"[?？]|怎么|怎样|咋|如何|吗|么|哪|谁|多少|能不能|可不可以|行不行|要不要|用不用|是不是|有没有|什么|啥|为什么|提示|显示"
)
_ONLY_ASKS = re.compile(r"^(怎么|怎样|如何|为什么|为啥|咋)|([?？]|吗|怎么办|咋办|怎么弄|咋弄)$")
_LEAST_INTENT = 0.5
_SURELY_OUTSIDE = 0.9
_OTHER_CITY = "oos-other-city"
_STEPWISE = re.compile(
    r"(?:(?:带|教|领|陪|指导)着?我)?(?:一步一?步|分步骤?|手把手|按步骤)(?:地|的|来)*(?:(?:教|带|领|说|讲|指导|告诉)(?:一下|下)?(?:我|俺)?)?"
)
_URGENT = ("tried_all", "handoff")
_CLAUSE = re.compile(r"[\s,，。.!！?？;；、]+")
_PLAIN = 0.9
_LONGEST_CALL = 30
_LEAST_SUBJECT = 3
_SHORT = 14


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a button points at: a record or one of its steps, and the verb before it (“没解决 #faq-13”)."""

    record: str
    step: str | None
    verb: str


@dataclass(frozen=True)
class Understanding:
    """One message, understood as far as anybody asks: each part is worked out when first looked at."""

    incoming: Incoming
    text: str
    base: KnowledgeBase

    @cached_property
    def pointer(self) -> Pointer | None:
        """The record or step that the message points at, if it exists in this revision of the knowledge."""
        found = _POINTER.search(self.text)
        record = self.base.knowledge.record.get(found["record"]) if found else None
        if not found or not record:
            return None
        step = found["step"] if any(step.id == found["step"] for step in record.steps) else None
        return Pointer(record.id, step, self.text[: found.start()].strip())

    @cached_property
    def number(self) -> int | None:
        """The number that the message consists of (2, 第二个, ②)."""
        found = _NUMBER.match(plain(self.text))
        if not found:
            return None
        said = found["number"]
        return _NUMERALS.get(said) or _CIRCLED.get(said) or int(said)

    @cached_property
    def ranking(self) -> Ranking:
        """What the message may mean by itself; that it wants steps says nothing about the subject."""
        subject = _STEPWISE.sub(" ", self.text).strip()
        return self.base.matcher.rank(subject if len(subject) > _LEAST_SUBJECT else self.text)

    @cached_property
    def site(self) -> Site:
        """What it says about the site."""
        return self.base.router.hear(self.ranking.utterance)

    @cached_property
    def said(self) -> frozenset[str]:
        """Intents that the message says in so many words."""
        whole = self.base.sayings.whole(self.text)
        return frozenset([whole] if whole else self.base.sayings.clauses(self.text))

    @cached_property
    def said_only(self) -> bool:
        """Whether the message is nothing but sayings."""
        return self.base.sayings.whole(self.text) is not None or self.base.sayings.nothing_else(self.text)

    @cached_property
    def has_question(self) -> bool:
        """Whether it has the form of a question."""
        return bool(_ASKS.search(self.text))

    @cached_property
    def asks_something(self) -> bool:
        """Whether it has the form of a question and a clear subject, or can be nothing but a question."""
        return (self.ranking.band == "answer" and self.has_question) or bool(_ONLY_ASKS.search(self.text.strip()))

    @cached_property
    def intent(self) -> str | None:
        """The one thing it says to the bot itself, in so many words or most likely."""
        if self.said:
            clauses = self.base.sayings.clauses(self.text)
            urgent = next((intent for intent in _URGENT if intent in clauses), None)
            return self.base.sayings.whole(self.text) or urgent or list(clauses)[-1]
        if self._urgent_clause:
            return self._urgent_clause
        ranking = self.ranking
        best = next((found for found in ranking.intents if found.id != "who_to_call"), None)
        if best is None or best.chance <= max(ranking.confidence, ranking.outside):
            return None
        least = _LEAST_INTENT / 2 if len(self.text) <= _SHORT else _LEAST_INTENT
        return best.id if best.chance >= least else None

    @cached_property
    def _urgent_clause(self) -> str | None:
        """What a clause of a short message most likely says, where it must not be missed (你啥都不懂，叫个人来)."""
        clauses = [clause for clause in _CLAUSE.split(self.text) if _LEAST_SUBJECT <= len(clause) <= _SHORT]
        if len(self.text) > _LONGEST_CALL or not _CLAUSE.search(self.text) or self.ranking.band == "answer":
            return None
        rankings = [self.base.matcher.rank_by_words(clause) for clause in clauses[:4]]
        return next((name for name in _URGENT for found in rankings if found.intent(name) >= _PLAIN), None)

    @cached_property
    def wants_steps(self) -> bool:
        """Whether it asks to be walked through (一步步教我)."""
        return (
            self.intent == "walk" or bool(_STEPWISE.search(self.text)) or self.base.sayings.contains(self.text, "walk")
        )

    @cached_property
    def has_tried_all(self) -> bool:
        """Whether it says that everything was tried in vain."""
        if self.intent == "tried_all" or "tried_all" in self.said:
            return True
        unresolved = self.intent == "unresolved" or "unresolved" in self.said
        return unresolved and self.base.sayings.contains(self.text, "tried_all")

    @cached_property
    def asks_for_contact(self) -> bool:
        """Whether it asks whom to call. What it asks of its site it would ask of any other as well."""
        if self._asks(self.ranking, _LEAST_INTENT):
            return True
        if not self.site.known or self.ranking.band == "answer" or self.outside(self.ranking) >= _SURELY_OUTSIDE:
            return False
        named = self.base.router.in_plain_names(self.ranking.utterance)
        return self._asks(self.base.matcher.rank(named), _LEAST_INTENT / 2)

    def outside(self, ranking: Ranking) -> float:
        """How likely no record answers; a site in Nanjing is not in another city, whatever its name looks like."""
        ours = self.site.place is not None and not self.site.place.elsewhere
        return ranking.outside - (ranking.topic(_OTHER_CITY) if ours else 0.0)

    def _asks(self, ranking: Ranking, least: float) -> bool:
        chance = ranking.intent("who_to_call")
        return chance >= least and chance > max(ranking.confidence, self.outside(ranking))

    @property
    def empty(self) -> bool:
        """Nothing was typed."""
        return not plain(self.text)
