"""Looking at a piece of HTML as `konkyo lint` does, without a file where none is needed."""

from __future__ import annotations

from pathlib import Path

from hits.lint import Report, lint, lint_file
from hits.lint.findings import Finding
from hits.lint.reader import read_markup
from hits.lint.reading import kind_of
from hits.lint.table import Row, Table
from hits.lint.template import Kind, Template

SUBMIT = "https://www.mturk.com/mturk/externalSubmit"
SPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
SCRIPT = """<script>
var given = new URLSearchParams(location.search);
document.querySelector('[name=assignmentId]').value = given.get('assignmentId');
if (given.get('assignmentId') === 'ASSIGNMENT_ID_NOT_AVAILABLE') show('Preview');
</script>"""


def page(fields: str = "", script: str = SCRIPT) -> str:
    """A page of its own in which nothing is wrong, with `fields` in its form."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A question</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><form method="post" action="{SUBMIT}"><input type="hidden" name="assignmentId">
<label>Your answer <input name="answer" required></label>
{fields}
<button type="submit">Submit</button></form>
{script}
</body></html>"""


def question(html: str) -> str:
    """The HTMLQuestion around some HTML."""
    return (
        f'<?xml version="1.0"?>\n<HTMLQuestion xmlns="{SPACE}/2011-11-11/HTMLQuestion.xsd">\n'
        f"<HTMLContent><![CDATA[{html}]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
    )


def found(
    html: str, *, kind: Kind | None = None, columns: dict[str, list[str]] | None = None
) -> tuple[Finding, ...]:
    """What is found in a template of this kind (default: as it looks), with this data."""
    markup = read_markup(html)
    table = None
    if columns is not None:
        lines = zip(*columns.values(), strict=True)
        rows = tuple(Row(number, tuple(cells)) for number, cells in enumerate(lines, 2))
        table = Table("batch.csv", tuple(columns), rows)
    return lint(Template("task.html", kind or kind_of(markup), markup, table=table))


def rules(html: str, *, kind: Kind | None = None, **columns: list[str]) -> list[str]:
    """The rules that are broken, in the order of the lines; data as keyword arguments."""
    return [one.rule for one in found(html, kind=kind, columns=columns or None)]


def in_file(folder: Path, text: str, name: str = "task.html", csv: str | None = None) -> Report:
    """The report on a file with this text, and data where some is given."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    if csv is None:
        return lint_file(path)
    (folder / "batch.csv").write_text(csv, encoding="utf-8")
    return lint_file(path, folder / "batch.csv")
