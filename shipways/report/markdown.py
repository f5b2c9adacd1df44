"""The comparison as Markdown: for a README, a merge request, or a reader without a browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shipways.report import findings_text, provenance, value_text
from shipways.report.claims import claim_views
from shipways.report.findings import Findings
from shipways.report.i18n import Words, one_line
from shipways.report.image_bases import bases_views
from shipways.report.overview import BEST, Overview, Row
from shipways.util.escape import markdown
from shipways.util.messages import mark as _


class MarkdownInk:
    """Escapes what Markdown or the HTML inside it would take for markup."""

    def text(self, text: str) -> str:
        """Any text on one line, escaped."""
        return markdown.text(one_line(text))

    def name(self, name: str) -> str:
        """A name, in bold."""
        return f"**{self.text(name)}**"

    def fill(self, message: str, **values: str) -> str:
        """A message with values that are escaped already."""
        return message % values

    def code(self, command: str) -> str:
        """A command as a block that nothing inside it can end."""
        return markdown.block(command)


INK = MarkdownInk()


def text(view: Overview, found: Findings, words: Words, changes: Sequence[str] = ()) -> str:
    """The whole report as Markdown; `changes` are paragraphs on what changed since another run."""
    blocks = [*_head(view, words), *_found(found, words), *changes, *_table(view, words)]
    for row in view.rows:
        blocks += _format(row, words)
    blocks += [*_bases(view, words), *_claims(view, words)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _heading(level: int, message: str, words: Words) -> str:
    return f"{'#' * level} {words.say(message)}"


def _head(view: Overview, words: Words) -> Iterator[str]:
    project = view.results.project
    title = words.say(_("%(name)s %(version)s: ways to deliver it"))
    yield "# " + INK.fill(title, name=INK.text(project.name), version=INK.text(project.version))
    yield " · ".join(INK.text(part) for part in provenance.provenance(view.results, words))


def _found(found: Findings, words: Words) -> Iterator[str]:
    told = [(title, text) for _kind, title, text in findings_text.findings(found, words, INK)]
    if told:
        yield _heading(2, _("What was found"), words)
        yield "\n".join(f"- {INK.text(title)}: {text}" for title, text in told)
    if found.problems:
        yield _heading(2, _("What failed or is missing"), words)
        problems = (findings_text.problem_sentence(each, words, INK) for each in found.problems)
        yield "\n".join(f"- {text}" for text in problems)


def _table(view: Overview, words: Words) -> Iterator[str]:
    if not view.rows:
        yield INK.text(words.say(_("No format has been built yet.")))
        return
    head = [words.say(_("Format")), *(words.say(column.title) for column in view.columns)]
    align = ["---", *("---" if c.unit in ("flag", "text") else "---:" for c in view.columns)]
    rows = [[INK.name(row.id), *_cells(row, view, words)] for row in view.rows]
    yield _heading(2, _("The figures"), words)
    yield "\n".join(_line(cells) for cells in (head, align, *rows))
    yield words.say(_("Bold: best, or not distinguishable from the best."))


def _cells(row: Row, view: Overview, words: Words) -> Iterator[str]:
    for column in view.columns:
        figure = row.figures[column.key]
        if not row.ok and figure.value is None and not figure.text:
            yield INK.text(words.say(value_text.STATUS.get(row.record.status, row.record.status)))
            continue
        shown = INK.text(value_text.figure_text(column, figure, words))
        yield f"**{shown}**" if row.marks.get(column.key) == BEST else shown


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _format(row: Row, words: Words) -> Iterator[str]:
    record = row.record
    title = INK.text(words.say(record.title))
    yield f"## {INK.text(row.id)}" + (f": {title}" if title else "")
    if not row.ok:
        status = words.say(value_text.STATUS.get(record.status, record.status))
        reason = value_text.reason_text(record.reason, words)
        yield f"{INK.text(status)}: {INK.text(reason)}"
    told = provenance.about(row, words)
    yield "\n".join(f"- {INK.text(name)}: {INK.text(value)}" for name, value in told)
    for phase, steps in provenance.by_phase(record.steps):
        yield f"### {INK.text(words.say(value_text.PHASES.get(phase, phase)))}"
        for step in steps:
            yield INK.text(words.say(step.why))
            yield INK.code(step.command)


def _bases(view: Overview, words: Words) -> Iterator[str]:
    for bases in bases_views(view.results, words):
        title = words.say(_("%(name)s: its bases compared")) % {"name": bases.format}
        yield f"## {INK.text(title)}"
        heads, rows = [*map(INK.text, bases.heads)], [[*map(INK.text, row)] for row in bases.rows]
        yield "\n".join(_line(cells) for cells in (heads, ["---"] * len(heads), *rows))
        yield "\n".join(f"- {INK.text(sentence)}" for sentence in bases.sentences)


def _claims(view: Overview, words: Words) -> Iterator[str]:
    claims = [*claim_views(view.results, words)]
    if claims:
        yield _heading(2, _("What is said about it, measured"), words)
    for claim in claims:
        verdict = INK.text(claim.verdict_text)
        yield f"### {INK.text(claim.text)}"
        yield f"**{verdict}**: {INK.text(claim.reason)}" if claim.reason else f"**{verdict}**"
        if claim.rows:
            head = [INK.text(words.say(_("Format"))), *map(INK.text, claim.heads)]
            rows = [[INK.name(row.name), *map(INK.text, row.values)] for row in claim.rows]
            yield "\n".join(_line(cells) for cells in (head, ["---"] * len(head), *rows))
