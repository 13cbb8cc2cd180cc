"""What of an utterance the views look at: words, characters and sounds, each in short runs."""

from collections.abc import Iterator, Sequence

from kb.reader import Utterance

VIEWS = ("words", "chars", "sounds")


def runs(items: Sequence[str], longest: int) -> Iterator[str]:
    """Every run of one to ``longest`` neighbouring items."""
    for length in range(1, longest + 1):
        for start in range(len(items) - length + 1):
            yield "\x1f".join(items[start : start + length])


def features(utterance: Utterance) -> dict[str, list[str]]:
    """View → features, repeated as often as they occur."""
    letters = [char for char in utterance.text if char.isalnum()]
    return {
        "words": list(runs(utterance.words, 2)),
        "chars": list(runs(letters, 3)),
        "sounds": list(runs(utterance.sounds, 3)),
    }
