"""A reply that comes as JSON, as a page shows it."""

from typing import Any

from tests.contract.client import Shown
from tests.contract.expected import texts_of


def as_shown(reply: dict[str, Any]) -> Shown:
    """All its sentences, and what can be pressed."""
    text = "\n".join(text for part in reply["parts"] for text in texts_of(part))
    return Shown(text, tuple(button["label"] for button in reply["buttons"]))
