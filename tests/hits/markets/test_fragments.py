"""The template of every study: what a site that fills in `${variables}` may be given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hits.markets.base import MarketAccess
from hits.markets.files import Files
from hits.render import PageFacts, Shell
from hits.studies import STUDIES

FACTS = PageFacts("Judge", "$0.50", 2, "Call it ${name} or ${konkyo}.", "By submitting you agree.")
OWN = {
    "name": "fluency",
    "title": "How fluent?",
    "fields": ["text"],
    "questions": [{"name": "why", "text": "Why?", "form": "text"}],
    "html": '<p title="${text}">${text}</p><label>Why? <input name="why"></label>',
}
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def shell(study: str) -> Shell:
    return Shell(study, OWN if study == "own" else {}, FACTS)


@pytest.mark.parametrize("study", list(STUDIES))
def test_a_template_has_one_variable_one_field_and_no_form(study: str, tmp_path: Path) -> None:
    fragment = shell(study).fragment()
    assert fragment.count("${") == fragment.count("${konkyo}") == 1
    assert len(re.findall(r'<input[^>]* name="konkyo"', fragment)) == 1
    assert "<form" not in fragment
    # Turkle adds a button of its own to a template without one, and takes 64 KiB.
    assert '<button type="submit"' in fragment
    assert len(fragment) <= 64 * 1024
    Files(MarketAccess("", folder="f", base=tmp_path)).prepare(fragment, [])


@pytest.mark.parametrize("study", list(STUDIES))
def test_scripts_are_not_changed_by_keeping_variables_apart(study: str) -> None:
    (script,) = SCRIPT.findall(shell(study).fragment())
    assert "&#36;" not in script
    assert "${" not in script
