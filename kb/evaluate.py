"""Scores the bot on sets of labelled messages and conversations. It is handed the function that answers.

The sets and scores are those of the open evaluation set: questions and out-of-scope messages (``accept``), contact
requests (``contacts``/``ask``) in JSON lines, conversations (``turns``) in YAML; golden.yaml is read as well.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Answer = Mapping[str, Any]
Ask = Callable[[str, str | None], Answer]
"""(message, conversation or None) → a line of output as ``ask --jsonl`` has it."""

_MOST_CHOICES = 4
_ALL_CONTACTS = "faq-28"
_PHONE = re.compile(r"(?<!\d)\d{8}(?!\d)")
SCORES = {
    "questions": ("direct_right", "offered_right", "wrong", "missed"),
    "out_of_scope": ("false_answer", "offered", "refused"),
    "routing": ("right", "extra", "missing", "false_contact"),
    "dialogues": ("right", "wrong"),
}


class SetError(Exception):
    """A set cannot be read; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one message (or conversation) fared. ``told``: the records or contacts that were given."""

    part: str
    kind: str
    score: str
    q: str
    wanted: tuple[str, ...]
    told: tuple[str, ...]
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts on one or more sets."""

    verdicts: tuple[Verdict, ...]
    turns: int = 0
    turns_right: int = 0

    def parts(self) -> tuple[str, ...]:
        """The parts that were scored, in order."""
        return tuple(part for part in SCORES if any(verdict.part == part for verdict in self.verdicts))

    def counts(self, part: str, kind: str | None = None) -> Counter[str]:
        """Score → how many."""
        return Counter(v.score for v in self.verdicts if v.part == part and kind in (None, v.kind))

    def share(self, part: str, *scores: str) -> float:
        """The share (0 to 1) of a part's messages with one of the scores."""
        counts = self.counts(part)
        return sum(counts[score] for score in scores) / max(1, counts.total())

    def kinds(self, part: str) -> tuple[str, ...]:
        """The kinds of a part, most frequent first."""
        counts = Counter(verdict.kind for verdict in self.verdicts if verdict.part == part)
        return tuple(kind for kind, _ in counts.most_common())

    def confusions(self, most: int = 10) -> list[tuple[str, str, int]]:
        """(wanted, told instead, how often) of the wrong answers and useless lists, worst first."""
        bad = (v for v in self.verdicts if v.part == "questions" and v.score in ("wrong", "missed"))
        pairs = Counter((v.wanted[0], v.told[0] if v.told else "—") for v in bad)
        return [(wanted, told, count) for (wanted, told), count in pairs.most_common(most)]

    @property
    def invented(self) -> int:
        """Replies with a number that the document does not have, or under another's name."""
        return sum(verdict.invented for verdict in self.verdicts)


def evaluate(
    paths: Sequence[Path],
    ask: Ask,
    phones: Mapping[str, tuple[str, ...]],
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Report:
    """Run every set through ``ask``. ``phones``: contact id → its numbers. Raises SetError."""
    items = [item for path in paths for item in read_set(path)]
    verdicts: list[Verdict] = []
    turns = right = 0
    for done, item in enumerate(items, start=1):
        if "turns" in item:
            results = [judge_turn(turn["expect"], ask(turn["user"], f"{item['id']}")) for turn in item["turns"]]
            turns, right = turns + len(results), right + sum(results)
            wanted = tuple(turn["user"] for turn, ok in zip(item["turns"], results, strict=True) if not ok)
            verdicts.append(
                Verdict("dialogues", "dialogue", "right" if all(results) else "wrong", item["id"], wanted, ())
            )
        else:
            verdicts.append(judge(item, ask(item["q"], None), phones))
        progress(done, len(items))
    return Report(tuple(verdicts), turns, right)


def read_set(path: Path) -> Iterator[dict[str, Any]]:
    """The items of one file."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            yield from (json.loads(line) for line in text.splitlines() if line.strip())
            return
        data = yaml.safe_load(text)
        yield from (data["golden"] if isinstance(data, dict) else data)
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise SetError(f"读不了评测集 {path}：{error}") from error


def judge(item: Mapping[str, Any], answer: Answer, phones: Mapping[str, tuple[str, ...]]) -> Verdict:
    """The score of one message."""
    invented = _invents(answer, phones)
    kind = item.get("kind", "other")
    if item.get("contacts") is not None:
        score = _routing(item, answer)
        wanted = (*item["contacts"], *([f"ask {item['ask']}"] if item.get("ask") else []))
        return Verdict("routing", kind, score, item["q"], wanted, tuple(answer["contacts"]), invented)
    accept = tuple(item["accept"])
    part, score = ("questions", _question(accept, answer)) if accept else ("out_of_scope", _outside(answer))
    return Verdict(part, kind, score, item["q"], accept, tuple(answer["records"]), invented)


def _question(accept: tuple[str, ...], answer: Answer) -> str:
    outcome, records = answer["outcome"], answer["records"]
    if _ALL_CONTACTS in accept and outcome in ("contact", "ask"):
        return "direct_right" if outcome == "contact" else "offered_right"
    if outcome in ("answer", "steps"):
        return "direct_right" if records and records[0] in accept else "wrong"
    if outcome == "contact":
        return "wrong"
    if outcome == "choices" and len(records) <= _MOST_CHOICES and set(records) & set(accept):
        return "offered_right"
    return "missed"


def _outside(answer: Answer) -> str:
    if answer["outcome"] in ("answer", "steps", "contact"):
        return "false_answer"
    return "offered" if answer["outcome"] == "choices" else "refused"


def _routing(item: Mapping[str, Any], answer: Answer) -> str:
    wanted, told = set(item["contacts"]), set(answer["contacts"])
    asked = answer["ask"] if answer["outcome"] == "ask" else None
    if not wanted and item.get("ask") is None:
        return "false_contact" if told else "missing" if asked else "right"
    if wanted:
        return "missing" if wanted - told else "extra" if told - wanted else "right"
    fits = asked is not None and (item["ask"] == "either" or asked in (item["ask"], "either"))
    return "right" if fits and not told else "missing"


def _invents(answer: Answer, phones: Mapping[str, tuple[str, ...]]) -> bool:
    shown = set(_PHONE.findall(answer["text"]))
    allowed = {number for contact in answer["contacts"] for number in phones[contact]}
    return bool(shown - allowed)


def judge_turn(expect: Mapping[str, Any], answer: Answer) -> bool:
    """Whether everything that is expected of a turn holds."""
    text = _bare(answer["text"])
    outcome = expect.get("outcome", answer["outcome"])
    return (
        answer["outcome"] in ([outcome] if isinstance(outcome, str) else outcome)
        and (not expect.get("records_any") or bool(set(expect["records_any"]) & set(answer["records"])))
        and set(expect.get("contacts_all", ())) <= set(answer["contacts"])
        and all(_bare(part) in text for part in expect.get("text_contains", ()))
        and not any(_bare(part) in text for part in expect.get("text_excludes", ()))
    )


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def summary(report: Report) -> str:
    """The scores as text, by part and kind, and the worst confusions."""
    lines: list[str] = []
    for part in report.parts():
        scores = SCORES[part]
        lines += [
            f"{part} ({report.counts(part).total()})",
            _row("", scores),
            _shares("all", report.counts(part), scores),
        ]
        kinds = report.kinds(part)
        lines += [_shares(kind, report.counts(part, kind), scores) for kind in kinds if len(kinds) > 1]
        lines.append("")
    if report.turns:
        lines += [f"turns_right {report.turns_right}/{report.turns}", ""]
    lines.append(f"invented {report.invented}")
    confusions = report.confusions()
    if confusions:
        lines += ["", "worst confusions (wanted → told)", *(f"  {w} → {t}  {n}" for w, t, n in confusions)]
    return "\n".join(lines)


def _row(head: str, cells: Iterable[str]) -> str:
    return f"  {head:18}" + "".join(f"{cell:>15}" for cell in cells)


def _shares(head: str, counts: Counter[str], scores: tuple[str, ...]) -> str:
    total = max(1, counts.total())
    return _row(f"{head} ({counts.total()})", (f"{counts[score] / total:.3f}" for score in scores))
