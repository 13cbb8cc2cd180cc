"""Things people say to the bot itself, recognised word by word: 下一步, 转人工, 没解决, 谢谢 …"""

import re
from collections.abc import Mapping

from kb.knowledge import Knowledge
from kb.normalise import plain

_PUNCTUATION = re.compile(r"[^\w]+")
_TAIL = re.compile(r"[啊吧呀呢哈哦噢喔啦嘛么了的]+$")
_CLAUSE = re.compile(r"[\s,，。.!！?？;；、~…]+")
_LEAST_INSIDE = 3
"""Characters a saying needs before it is recognised inside a longer clause."""
_LONGEST = 30
_URGENT = frozenset(("handoff", "tried_all"))
"""What counts wherever in a message it is said (转人工，快点)."""


class Sayings:
    """Exact look-up of what the intents say, whole or as a clause of a short message."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._exact: dict[str, str] = {}
        for intent in knowledge.intents:
            if intent.kind != "routing":
                for phrasing in intent.phrasings:
                    self._exact.setdefault(_key(phrasing), intent.id)
                    self._exact.setdefault(_TAIL.sub("", _key(phrasing)), intent.id)
        self._exact.pop("", None)
        self._inside = {
            intent.id: tuple(sorted({_key(text) for text in intent.phrasings if len(_key(text)) >= _LEAST_INSIDE}))
            for intent in knowledge.intents
            if intent.kind == "command"
        }

    def whole(self, text: str) -> str | None:
        """The intent of a message that is nothing but a saying."""
        key = _key(plain(text))
        return self._exact.get(key) or self._exact.get(_TAIL.sub("", key))

    def clauses(self, text: str) -> Mapping[str, str]:
        """Intent → the clause that says it, for a short message whose last clause says something to the bot."""
        if len(text) > _LONGEST:
            return {}
        clauses = [clause for clause in _CLAUSE.split(plain(text)) if clause]
        found = {clause: self.whole(clause) or self._within(clause) for clause in clauses}
        if not clauses or not (found[clauses[-1]] or _URGENT & set(found.values())):
            return {}
        return {intent: clause for clause, intent in found.items() if intent}

    def nothing_else(self, text: str) -> bool:
        """Whether every clause of a short message is a saying."""
        clauses = [clause for clause in _CLAUSE.split(plain(text)) if clause]
        return len(text) <= _LONGEST and bool(clauses) and all(self.whole(clause) for clause in clauses)

    def contains(self, text: str, intent: str) -> bool:
        """Whether a saying of this intent stands anywhere in the message."""
        key = _key(plain(text))
        return any(saying in key for saying in self._inside.get(intent, ()))

    def _within(self, clause: str) -> str | None:
        key = _key(clause)
        hits = (
            (len(saying), intent) for intent, sayings in self._inside.items() for saying in sayings if saying in key
        )
        longest = max(hits, default=None)
        # A saying that is a small part of a clause is only mentioned in it.
        return longest[1] if longest and longest[0] * 2 >= len(key) else None


def _key(text: str) -> str:
    return _PUNCTUATION.sub("", text.lower())
