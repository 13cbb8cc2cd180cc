"""What takes long, in a process of its own: ``python -m bot.knowledge.worker build CONTENT FILE`` or ``… compare OLD NEW``.

``compare`` reads the questions from stdin, a JSON list. Both tell on stdout how far they are, a JSON object a line; the
last one has the result or what went wrong. Runs below the priority of those who answer.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.ask import Line, Session, answer_line
from bot.building import build
from bot.opening import open_compiled
from kb.base import KnowledgeBase
from kb.evaluate import judge
from kb.load import ContentError

RIGHT = frozenset(("direct_right", "offered_right", "refused", "offered", "right"))
"""Scores of a golden question that is answered well enough; those in between (an offer, a list) are among them."""
_TELL_EVERY = 20
_NICE = 10
Answer = Mapping[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Do it; 1 where it could not be done."""
    what, one, other = arguments
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        if what == "build":
            # Pictures are in the database, and were looked for there before.
            build(Path(one), Path(other), lambda stage, share: _tell(stage=stage, share=share), None)
            _tell(result={})
        else:
            _tell(result=compare(Path(one), Path(other), json.load(sys.stdin), lambda d, of: _tell(done=d, of=of)))
    except ContentError as error:
        _tell(failed="content", why=str(error))
        return 1
    except OSError as error:
        _tell(failed="files", why=str(error))
        return 1
    return 0


def compare(old: Path, new: Path, asked: Sequence[str], progress: Callable[[int, int], None]) -> dict[str, Any]:
    """How both answer the golden questions of either, and the questions ``asked`` where they answer differently."""
    bases = open_compiled(old), open_compiled(new)
    golden = [{item.q: item for item in base.knowledge.golden} for base in bases]
    questions = list(dict.fromkeys((*golden[0], *golden[1])))
    of = len(questions) + len(asked)
    told: list[dict[str, Any]] = []
    for done, question in enumerate(questions, start=1):
        answers = [_answer(base, question) for base in bases]
        right = [
            _is_right(base, known[question].model_dump(), answer) if question in known else None
            for base, known, answer in zip(bases, golden, answers, strict=True)
        ]
        shown = golden[1].get(question) or golden[0][question]
        told.append({"question": question, "kind": shown.kind, "told": [*map(_short, answers)], "right": right})
        if done % _TELL_EVERY == 0:
            progress(done, of)
    different: list[dict[str, Any]] = []
    for done, question in enumerate(asked, start=1):
        before, after = (_short(_answer(base, question)) for base in bases)
        if before != after:
            different.append({"place": done - 1, "told": [before, after]})
        if done % _TELL_EVERY == 0:
            progress(len(questions) + done, of)
    progress(of, of)
    return {"golden": told, "asked": different}


def _answer(base: KnowledgeBase, question: str) -> Answer:
    """What somebody is told who asks nothing else."""
    return answer_line(Line(q=question), Session(base))


def _is_right(base: KnowledgeBase, golden: dict[str, Any], answer: Answer) -> bool:
    phones = {contact.id: contact.phones for contact in base.knowledge.contacts}
    verdict = judge(golden, answer, phones)
    return verdict.score in RIGHT and not verdict.invented


def _short(answer: Answer) -> dict[str, Any]:
    return {name: answer[name] for name in ("outcome", "records", "contacts")}


def _tell(**values: Any) -> None:
    print(json.dumps(values, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
