from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.kb_commands import score
from kb.base import KnowledgeBase
from kb.evaluate import Report, summary
from kb.load import CONTENT
from tests import floors

SETS = Path(__file__).parent / "sets"
FILES = {
    "open set": [*sorted(SETS.glob("*.jsonl")), SETS / "dialogues.yaml"],
    "golden": [CONTENT / "golden.yaml"],
}
FLOORS = [("open set", floor) for floor in floors.OPEN_SET] + [("golden", floor) for floor in floors.GOLDEN]


@pytest.fixture(scope="module")
def reports(base: KnowledgeBase) -> Mapping[str, Report]:
    return {name: score(base, files) for name, files in FILES.items()}


@pytest.mark.parametrize(("name", "floor"), FLOORS, ids=[f"{name}: {floor}" for name, floor in FLOORS])
def test_floor(name: str, floor: floors.Floor, reports: Mapping[str, Report]) -> None:
    report = reports[name]
    share = report.share(floor.part, *floor.scores)
    assert floor.holds(share), f"{share:.3f}, wanted {floor}\n\n{summary(report)}\n\n{_bad(report, floor.part)}"


@pytest.mark.parametrize("name", FILES)
def test_no_number_is_invented(name: str, reports: Mapping[str, Report]) -> None:
    invented = [verdict.q for verdict in reports[name].verdicts if verdict.invented]
    assert len(invented) == reports[name].invented <= floors.MOST_INVENTED, invented


@pytest.mark.parametrize("name", FILES)
def test_enough_was_seen(name: str, reports: Mapping[str, Report]) -> None:
    seen = {part: reports[name].counts(part).total() for part in floors.LEAST_SEEN[name]}
    assert all(seen[part] >= least for part, least in floors.LEAST_SEEN[name].items()), seen


def test_every_turn_of_the_dialogues_is_right(reports: Mapping[str, Report]) -> None:
    report = reports["open set"]
    assert report.turns_right == report.turns > 12, summary(report)


def _bad(report: Report, part: str) -> str:
    good = {"direct_right", "offered_right", "right", "refused", "offered"}
    bad = [verdict for verdict in report.verdicts if verdict.part == part and verdict.score not in good]
    return "\n".join(f"{v.score}: {v.q} — wanted {', '.join(v.wanted)}, told {', '.join(v.told) or '—'}" for v in bad)
