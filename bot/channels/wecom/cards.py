"""Cards with buttons."""

from collections.abc import Sequence
from typing import Any

from bot.channels.splitting import clip

_TITLE = "可以直接点"
_HINT = "也可以打字，说法和按钮一样就行"
_LONGEST_DESCRIPTION = 30


def button_card(task: str, buttons: Sequence[Sequence[str]], chosen: str | None = None) -> dict[str, Any] | None:
    """A card with these buttons (label, text); None where there is none. ``chosen``: what was pressed on it."""
    if not buttons:
        return None
    hint = clip(f"已选：{chosen}", _LONGEST_DESCRIPTION, mark="…") if chosen else _HINT
    return {
        "card_type": "button_interaction",
        "main_title": {"title": _TITLE, "desc": hint},
        "button_list": [{"text": label, "style": 2, "key": send} for label, send in buttons],
        "task_id": task,
    }
