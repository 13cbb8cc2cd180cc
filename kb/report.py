"""An evaluation as one HTML page with charts: shares by part and kind, and the worst confusions. Needs nothing from outside."""

from collections import Counter
from collections.abc import Iterator
from html import escape

from kb.evaluate import SCORES, Report

_COLOURS = {
    "direct_right": "#1a7f4b",
    "right": "#1a7f4b",
    "refused": "#1a7f4b",
    "offered_right": "#8cc6a5",
    "offered": "#e0b04c",
    "extra": "#e0b04c",
    "missed": "#b9bec6",
    "missing": "#b9bec6",
    "wrong": "#c0392b",
    "false_answer": "#c0392b",
    "false_contact": "#c0392b",
}
_STYLE = """
body { font: 15px/1.6 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2430 }
h2 { margin-top: 2.5rem } table { border-collapse: collapse; width: 100% } td, th { padding: .3rem .6rem; text-align: left }
svg { display: block; width: 100%; height: 1.2rem; border-radius: 3px } .n { color: #667; text-align: right; white-space: nowrap }
.key { display: inline-block; margin-right: 1.2rem } .key i { display: inline-block; width: .8em; height: .8em; margin-right: .4em }
tr:nth-child(even) { background: #f5f6f8 }
"""


def html_report(report: Report, title: str) -> str:
    """The whole page."""
    body = "".join(_body(report))
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>\n'
    )


def _body(report: Report) -> Iterator[str]:
    for part in report.parts():
        yield f"<h2>{escape(part)} ({report.counts(part).total()})</h2><p>"
        yield from (f'<span class="key"><i style="background:{_COLOURS[s]}"></i>{s}</span>' for s in SCORES[part])
        yield "</p><table>"
        yield _bar(part, "all", report.counts(part))
        kinds = report.kinds(part)
        yield from (_bar(part, kind, report.counts(part, kind)) for kind in kinds if len(kinds) > 1)
        yield "</table>"
    if report.turns:
        yield f"<p>turns right: {report.turns_right} of {report.turns}</p>"
    yield f"<p>invented numbers: {report.invented}</p>"
    yield from _confusions(report)
    yield from _misses(report)


def _bar(part: str, head: str, counts: Counter[str]) -> str:
    total = max(1, counts.total())
    drawn, at = [], 0.0
    for score in SCORES[part]:
        width = 100 * counts[score] / total
        hint = f"{score}: {counts[score]} ({width:.1f} %)"
        drawn.append(
            f'<rect x="{at:.2f}%" y="0" width="{width:.2f}%" height="100%" fill="{_COLOURS[score]}">'
            f"<title>{escape(hint)}</title></rect>"
        )
        at += width
    shares = " / ".join(f"{counts[score] / total:.3f}" for score in SCORES[part])
    bar = f'<svg role="img" aria-label="{escape(shares)}">{"".join(drawn)}</svg>'
    return f'<tr><td>{escape(head)}</td><td class="n">{counts.total()}</td><td width="60%">{bar}</td><td class="n">{shares}</td></tr>'


def _confusions(report: Report) -> Iterator[str]:
    confusions = report.confusions()
    if confusions:
        yield "<h2>worst confusions</h2><table><tr><th>wanted</th><th>told</th><th>times</th></tr>"
        yield from (f"<tr><td>{escape(w)}</td><td>{escape(t)}</td><td>{n}</td></tr>" for w, t, n in confusions)
        yield "</table>"


def _misses(report: Report) -> Iterator[str]:
    good = {"direct_right", "right", "refused"}
    bad = [verdict for verdict in report.verdicts if verdict.score not in good]
    if bad:
        yield "<h2>not direct</h2><table><tr><th>score</th><th>kind</th><th>message</th><th>wanted</th><th>told</th></tr>"
        for v in bad:
            cells = (v.score, v.kind, v.q, ", ".join(v.wanted), ", ".join(v.told))
            yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        yield "</table>"
