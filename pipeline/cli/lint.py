"""The command `lint`: what breaks in a task template, before workers find it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.shared import JsonOption, console, escaped, print_json

if TYPE_CHECKING:
    from hits.lint import Report
    from hits.lint.findings import Finding

PANEL = "Campaign"
KINDS = {
    "page": "a page of its own",
    "fragment": "a page that the market puts into a form",
    "crowd": "a page of crowd elements",
    "study": "the page of a study of one's own",
    "external": "an ExternalQuestion, whose page is not looked at",
    "form": "a QuestionForm",
    "xml": "a question file",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lint", rich_help_panel=PANEL)(lint)


def lint(
    template: Annotated[
        Path, typer.Argument(help="HTML, a question as XML, or the folder of a study.")
    ],
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="The batch's data, one row a HIT.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings count as errors: exit code 1.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Find what breaks in a task template before workers do."""
    from hits.lint import lint_file
    from hits.lint.findings import count

    report = lint_file(template, csv)
    errors = count(report.findings, "error")
    warnings = count(report.findings, "warning")
    if json:
        print_json("lint", **_document(report), errors=errors, warnings=warnings)
    else:
        _show(template, report, errors, warnings)
    if errors or (strict and warnings):
        raise typer.Exit(1)


def _document(report: Report) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(report)


def _show(template: Path, report: Report, errors: int, warnings: int) -> None:
    out = console(stderr=False)
    path = template / report.file if template.is_dir() else template
    for finding in report.findings:
        _show_finding(path, finding)
    row = f" with row {report.row}" if report.row else ""
    out.print(
        f"[bold]{escaped(str(path))}[/]: {KINDS[report.kind]}, {report.bytes:,} bytes{row}; "
        f"{_times(errors, 'error')}, {_times(warnings, 'warning')}",
        soft_wrap=True,
    )


def _show_finding(path: Path, finding: Finding) -> None:
    """One finding, in the form that editors jump to."""
    colour = "red" if finding.severity == "error" else "yellow"
    place = f"{path}:{finding.line}:{finding.column}"
    console(stderr=False).print(
        f"{escaped(place)}: [{colour}]{finding.severity}[/] [bold]{finding.rule}[/]\n"
        f"    {escaped(finding.message)}",
        soft_wrap=True,
    )


def _times(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
