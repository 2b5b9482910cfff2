"""The folder of a study of one's own: its page against what study.toml asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.errors import ConfigError, UsageError
from hits.lint import lint_file
from hits.lint.findings import Finding

TOML = """\
name = "fluency"
title = "How fluent are these summaries?"
instructions = "Read the summary."
fields = ["text", "summary"]

[[questions]]
name = "fluent"
text = "How fluent is it?"
level = "ordinal"
values = ["not at all", "completely"]

[[questions]]
name = "tone"
text = "How does it sound?"
values = ["glad", "sad"]

[[questions]]
name = "why"
text = "Why?"
form = "text"
"""
PAGE = """\
<p>${text}</p>
<p title="${summary}">Summary</p>
<fieldset><legend>How fluent is it?</legend>
<label><input type="radio" name="fluent" value="1"> not at all</label>
<label><input type="radio" name="fluent" value="2"> completely</label>
</fieldset>
<label>Tone <select name="tone"><option value="">choose</option><option>glad</option>
<option>sad</option></select></label>
<label>Why? <textarea name="why"></textarea></label>
"""


def look(folder: Path, html: str = PAGE, toml: str = TOML, csv: str = "") -> tuple[Finding, ...]:
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    (folder / "template.html").write_text(html, encoding="utf-8")
    if csv:
        (folder / "data.csv").write_text(csv, encoding="utf-8")
    report = lint_file(folder, folder / "data.csv" if csv else None)
    assert (report.file, report.kind) == ("template.html", "study")
    return report.findings


def test_a_page_that_answers_its_questions_is_clean(tmp_path: Path) -> None:
    assert look(tmp_path) == ()


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ('name="why"', 'name="because"', ["no-question", "no-question"]),
        ('value="2"', 'value="completely"', ["missing-value", "unknown-value"]),
        ("<option>sad</option>", "", ["missing-value"]),
        ("<option>sad", "<option>sorry", ["missing-value", "unknown-value"]),
        ("${text}", "${txt}", ["unused-variable", "unknown-variable"]),
        ('title="${summary}"', "onclick=\"show('${summary}')\"", ["unfilled-place"]),
        ("${text}", "<script>var a = '${text}'</script>", ["unfilled-place"]),
        ("<p>${text}</p>", "<form><p>${text}</p></form>", ["form-in-fragment"]),
        ("${text}", "${text} <button>Send</button>", ["own-submit"]),
        ("${text}", '${text} <button type="button">More</button>', []),
        ("${text}", "${text} \U0001f600", []),
        ('<textarea name="why">', '<input type="text" name="why">', []),
    ],
)
def test_what_does_not_fit_study_toml_is_found(
    tmp_path: Path, old: str, new: str, rules: list[str]
) -> None:
    html = PAGE.replace(old, new)
    html = html.replace("</textarea>", "") if "<textarea" not in html else html
    assert [one.rule for one in look(tmp_path, html)] == rules


def test_data_must_have_the_fields(tmp_path: Path) -> None:
    (one,) = look(tmp_path, csv="text,label\na,b\n")
    assert (one.rule, one.severity) == ("no-column", "error")
    assert "'summary'" in one.message
    assert look(tmp_path, csv="text,summary,label\n<b>,b,c\n") == ()


def test_a_definition_that_cannot_be_used_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="asks nothing"):
        look(tmp_path, toml=TOML[: TOML.index("[[")])
    with pytest.raises(ConfigError, match="cannot be read"):
        look(tmp_path, toml="name = ")
    (tmp_path / "study.toml").unlink()
    with pytest.raises(UsageError, match="no study of one's own"):
        lint_file(tmp_path)
