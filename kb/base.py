"""The knowledge ready for use: what it says, what a message means, and whose site it is."""

from dataclasses import dataclass

from kb.knowledge import Knowledge
from kb.matcher import Matcher
from kb.meaning import Encoder
from kb.places import Gazetteer
from kb.reader import Reader
from kb.routing import Router
from kb.sayings import Sayings
from kb.store import Compiled
from kb.works import Works


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """One revision of the knowledge, with everything that answers from it."""

    knowledge: Knowledge
    matcher: Matcher
    router: Router
    sayings: Sayings
    revision: str


def assemble(compiled: Compiled, encoder: Encoder | None) -> KnowledgeBase:
    """Put a compiled knowledge base to work. Without an encoder it answers by the fit that needs none."""
    knowledge = compiled.knowledge
    reader = Reader(knowledge, compiled.word_counts)
    matcher = Matcher(reader, compiled.phrasings, compiled.fits, encoder, knowledge)
    router = Router(knowledge, Gazetteer(knowledge, reader.segmenter), Works(knowledge))
    return KnowledgeBase(knowledge, matcher, router, Sayings(knowledge), compiled.revision)
