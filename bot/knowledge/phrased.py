"""Which questions a new revision answers that the one before did not have."""

from kb.knowledge import Knowledge


def newly_phrased(before: Knowledge | None, after: Knowledge | None) -> dict[str, str]:
    """Way to ask → the record or topic that has it now and had it not before."""
    had = _phrased(before) if before else set()
    return dict(sorted(_phrased(after) - had)) if before and after else {}


def _phrased(knowledge: Knowledge | None) -> set[tuple[str, str]]:
    if knowledge is None:
        return set()
    records = {(each.text, record.id) for record in knowledge.records for each in record.phrasings}
    return records | {(text, topic.id) for topic in knowledge.topics for text in topic.phrasings}
