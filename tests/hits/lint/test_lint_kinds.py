"""Templates as they are met in the wild: of each kind the findings a person would make."""

from __future__ import annotations

from pathlib import Path

import pytest
from looking import SPACE, in_file, page, question, rules

FRAGMENT = """\
<style>.story { max-width: 40em }</style>
<h2>Sentiment of a tweet</h2>
<blockquote>${tweet}</blockquote>
<img src="${image_url}" alt="picture of the tweet">
<fieldset>
  <legend>How does it sound?</legend>
  <label><input type="radio" name="tone" value="pos" required> glad</label>
  <label><input type="radio" name="tone" value="neg" required> sad</label>
</fieldset>
<label for="more">Anything else?</label> <textarea id="more" name="more" rows="3"></textarea>
"""
CROWD = """\
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="category" categories="['glad', 'sad']" header="How does it sound?">
    <classification-target>{{ task.input.text }}</classification-target>
    <full-instructions header="Instructions"><p><strong>glad</strong>: joy</p></full-instructions>
    <short-instructions>Choose one.</short-instructions>
  </crowd-classifier>
  {% for label in task.input.labels %}
  <p>{{ label }}{% if forloop.last %}</p><hr>{% else %}</p>{% endif %}
  {% endfor %}
</crowd-form>
"""
FILLED = "\n".join(line for line in CROWD.splitlines() if "{" not in line)
LAYOUT = """\
<!-- Instructions -->
<section class="container" style="padding: 10px 10px; font-family: Verdana, sans-serif;">
<div class="panel"><strong>Instructions</strong>
<ul>
\t<li>Take your time
\t<li>Guess where you do not know</li>
</ul>
</div>
<table><tr><td>Name</td><td>${name}</td></tr></table>
<fieldset><legend>Is this the right page for ${name}?</legend>
<div class="radio"><label><input name="Q1" type="radio" value="yes" required /> Yes</label></div>
<div class="radio"><label><input name="Q1" type="radio" value="no" required /> No</label></div>
</fieldset>
</section>
"""
QUESTION_FORM = f"""\
<QuestionForm xmlns="{SPACE}/2017-11-06/QuestionForm.xsd">
<Question><QuestionIdentifier>tone</QuestionIdentifier><IsRequired>true</IsRequired>
<QuestionContent><Text>How does it sound?</Text></QuestionContent>
<AnswerSpecification><SelectionAnswer><Selections>
<Selection><SelectionIdentifier>glad</SelectionIdentifier><Text>glad</Text></Selection>
<Selection><SelectionIdentifier>sad</SelectionIdentifier><Text>sad</Text></Selection>
</Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>
"""
EXTERNAL = f"""\
<ExternalQuestion xmlns="{SPACE}/2006-07-14/ExternalQuestion.xsd">
<ExternalURL>https://lab.example.org/task?a=1</ExternalURL><FrameHeight>0</FrameHeight>
</ExternalQuestion>
"""


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (FRAGMENT, "task.html", "fragment"),
        (LAYOUT, "task.html", "fragment"),
        (CROWD, "task.html", "crowd"),
        (page(), "task.html", "page"),
        (question(page()), "task.xml", "page"),
        (question(FILLED), "task.xml", "crowd"),
        (QUESTION_FORM, "task.xml", "form"),
        (EXTERNAL, "task.xml", "external"),
        (EXTERNAL, "task.txt", "external"),
    ],
)
def test_sound_templates_of_each_kind_are_clean(
    tmp_path: Path, text: str, name: str, kind: str
) -> None:
    report = in_file(tmp_path, text, name)
    assert report.kind == kind
    assert report.findings == ()


def test_a_form_in_a_fragment_ends_the_markets_own() -> None:
    assert rules(f"<form>{FRAGMENT}</form>") == ["form-in-fragment"]
    assert rules(f'<form action="externalSubmit">{FRAGMENT}</form>', kind="fragment") == [
        "form-in-fragment"
    ]


def test_a_fragment_without_a_field_asks_nothing() -> None:
    assert rules("<p>${tweet}</p>") == ["no-controls"]
    assert rules('<p>${tweet}</p><script src="data:,"></script>') == []


def test_a_crowd_page_needs_its_script_and_its_form() -> None:
    script, form = CROWD.split("\n", 1)
    assert rules(form) == ["no-crowd-script"]
    bare = CROWD.replace("<crowd-form>", "").replace("</crowd-form>", "")
    assert rules(bare) == ["no-submit"]
    assert rules(CROWD + '<crowd-input name="x" label="X"></crowd-input>') == ["outside-form"]
    assert rules(f"{script}<crowd-form><crowd-input label='X'/></crowd-form>") == [
        "no-name", "nothing-required", "self-closed",
    ]  # fmt: skip


def test_a_question_form_is_judged_by_its_answers(tmp_path: Path) -> None:
    twice = QUESTION_FORM.replace("</QuestionForm>", "")
    second = twice[twice.index("<Question>") :]
    faults = (
        twice.replace("true", "false") + second.replace("true", "false").replace("sad<", "glad<")
    ) + "</QuestionForm>"
    found = in_file(tmp_path, faults, "task.xml").findings
    assert [(one.rule, one.line) for one in found] == [
        ("nothing-required", 2), ("same-value", 2), ("same-id", 8),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("https", "http", "insecure-resource"),
        ("https://lab.example.org", "lab/task", "external-address"),
        ("<FrameHeight>0", "<FrameHeight>100", "low-frame"),
    ],
)
def test_an_external_question_is_judged_by_its_address(
    tmp_path: Path, old: str, new: str, rule: str
) -> None:
    found = in_file(tmp_path, EXTERNAL.replace(old, new), "task.xml").findings
    assert [one.rule for one in found if one.line == 2] == [rule]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (question("a ]]> b"), 3),
        (question(page()).replace("<![CDATA[", ""), 3),
        ("<HTMLQuestion><HTMLContent/></HTMLQuestion>", 1),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + EXTERNAL, 1),
    ],
)
def test_xml_that_no_market_reads_is_one_finding_with_its_line(
    tmp_path: Path, text: str, line: int
) -> None:
    report = in_file(tmp_path, text, "task.xml")
    assert [(one.rule, one.line) for one in report.findings] == [("not-xml", line)]


def test_lines_and_columns_are_those_of_the_file(tmp_path: Path) -> None:
    html = '<p>é</p>\r\n  <img src="data:,">\n${x}<input name="x" aria-label="x" required>'
    (found,) = in_file(tmp_path, html).findings
    assert (found.line, found.column, found.rule) == (2, 3, "no-alt")
    # In the XML of `question` the HTML begins on line 3, after <HTMLContent><![CDATA[.
    first, second = in_file(tmp_path, question("<b>" + page("<b>")), "task.xml").findings
    assert (first.line, first.column) == (3, len("<HTMLContent><![CDATA[") + 1)
    assert (second.line, second.column) == (8, 1)
