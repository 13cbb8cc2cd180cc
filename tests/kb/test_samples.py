from kb.knowledge import Knowledge
from kb.samples import Sample, samples


def test_samples_are_everything_that_people_say(knowledge: Knowledge) -> None:
    found = samples(knowledge)
    record, topic, intent = knowledge.records[0], knowledge.topics[0], knowledge.intents[0]
    assert Sample(record.question, record.id) in found
    assert Sample(record.title, record.id) in found
    assert Sample(topic.phrasings[0], topic.id) in found
    assert Sample(intent.phrasings[0], intent.id) in found
    assert {sample.label for sample in found} == {*knowledge.record, *knowledge.topic, *knowledge.intent}


def test_what_the_screen_shows_is_a_sample(knowledge: Knowledge) -> None:
    shown = {Sample(text, record.id) for record in knowledge.records for text in record.screen}
    assert len(shown) > 10
    assert shown <= {Sample(sample.text, sample.label) for sample in samples(knowledge)}


def test_also_is_kept(knowledge: Knowledge) -> None:
    shared = [(phrasing, record.id) for record in knowledge.records for phrasing in record.phrasings if phrasing.also]
    assert shared
    assert {Sample(phrasing.text, label, phrasing.also) for phrasing, label in shared} <= set(samples(knowledge))


def test_no_phrasing_has_a_key_in_it(knowledge: Knowledge) -> None:
    assert [sample for sample in samples(knowledge) if "also:" in sample.text] == []


def test_golden_questions_are_not_learned(knowledge: Knowledge) -> None:
    learned = {phrasing.text for record in knowledge.records for phrasing in record.phrasings}
    assert [golden.q for golden in knowledge.golden if golden.q in learned] == []


def test_each_sentence_comes_once_for_each_meaning_and_always_in_the_same_order(knowledge: Knowledge) -> None:
    found = samples(knowledge)
    assert len(set(found)) == len(found)
    assert found == samples(knowledge)
