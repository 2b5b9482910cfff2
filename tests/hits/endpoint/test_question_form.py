"""QuestionForm: what is shown, what is refused, and the answers that come back."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from hits.endpoint import question_form
from hits.endpoint.errors import WireError
from hits.endpoint.question_form.content import formatted
from tests.hits.endpoint.conftest import SCHEMAS, outcome

HEAD = f'<QuestionForm xmlns="{SCHEMAS}2017-11-06/QuestionForm.xsd">'
YES_NO = """<SelectionAnswer>{limits}<Selections>
  <Selection><SelectionIdentifier>yes</SelectionIdentifier><Text>Yes &amp; sure</Text></Selection>
  <Selection><SelectionIdentifier>no</SelectionIdentifier>
    <FormattedContent><![CDATA[<b>No</b>]]></FormattedContent></Selection>
  <Selection><SelectionIdentifier>so</SelectionIdentifier><Text>So so</Text></Selection>
  {other}</Selections></SelectionAnswer>"""
ANSWERS = f"{{{SCHEMAS}2005-10-01/QuestionFormAnswers.xsd}}"


def question(answer, identifier="q", required="true", content="<Text>How was it?</Text>"):
    return (
        f"<Question><QuestionIdentifier>{identifier}</QuestionIdentifier>"
        f"<DisplayName>Question {identifier}</DisplayName><IsRequired>{required}</IsRequired>"
        f"<QuestionContent>{content}</QuestionContent>"
        f"<AnswerSpecification>{answer}</AnswerSpecification></Question>"
    )


def form(*parts):
    return HEAD + "".join(parts) + "</QuestionForm>"


def free_text(constraints="", more=""):
    inner = f"<Constraints>{constraints}</Constraints>" if constraints else ""
    return f"<FreeTextAnswer>{inner}{more}</FreeTextAnswer>"


def yes_no(limits="", other=""):
    return YES_NO.format(limits=limits, other=other)


def read_back(answer):
    """[(identifier, [(element, text)])] of an answer document."""
    return [
        (
            one[0].text,
            [(part.tag.removeprefix(ANSWERS), part.text or "") for part in one[1:]],
        )
        for one in fromstring(answer)
    ]


@pytest.fixture(scope="module")
def submit(shared_world):
    """Answer a HIT with this form; the answer page and, if it was taken, what was recorded."""

    def answer(xml, fields, files=None):
        hit_id = shared_world.requester.create(Question=xml)["HITId"]
        worker = shared_world.worker()
        assignment_id = worker.accept(hit_id)
        page = shared_world.stranger.post(
            worker.submit_address(assignment_id), data=fields, files=files
        )
        taken = shared_world.requester.assignments(hit_id)
        return page, read_back(taken[0]["Answer"]) if taken else None

    return answer


def problems(page):
    return [unescape(one) for one in re.findall(r"<li data-problem>(.*?)</li>", page.text)]


def test_every_kind_of_answer_comes_back_in_its_own_element(submit):
    xml = form(
        "<Overview><Title>About a film</Title><List><ListItem>One</ListItem></List></Overview>",
        question(free_text(), "text"),
        question(yes_no("<MaxSelectionCount>1</MaxSelectionCount>"), "single"),
        question(yes_no(), "several"),
        question(yes_no(other="<OtherSelection/>"), "other", required="false"),
        question(free_text(), "empty", required="false"),
    )
    page, recorded = submit(
        xml,
        {
            "text": "Fine <b> & well",
            "single": "no",
            "several": ["yes", "so"],
            "other": ["yes"],
            "other:other": "something",
            "not asked": "x",
        },
    )
    assert outcome(page) == "submitted"
    assert recorded == [
        ("text", [("FreeText", "Fine <b> & well")]),
        ("single", [("SelectionIdentifier", "no")]),
        ("several", [("SelectionIdentifier", "yes"), ("SelectionIdentifier", "so")]),
        ("other", [("SelectionIdentifier", "yes"), ("OtherSelectionText", "something")]),
        ("empty", []),
    ]


@pytest.mark.parametrize(
    ("answer", "value", "said"),
    [
        (free_text(), "", "an answer is needed"),
        (free_text('<Length minLength="3"/>'), "ab", "at least 3 characters are needed"),
        (free_text('<Length maxLength="3"/>'), "abcd", "at most 3 characters are possible"),
        (free_text('<Length maxLength="1"/>'), "ab", "at most 1 character is possible"),
        (free_text("<IsNumeric/>"), "many", "a number is needed"),
        (free_text('<IsNumeric minValue="2"/>'), "1.5", "a number of at least 2 is needed"),
        (free_text('<IsNumeric maxValue="2"/>'), "2.5", "a number of at most 2 is needed"),
        (
            free_text('<AnswerFormatRegex regex="^[a-z]+$" errorText="Letters, please."/>'),
            "42",
            "Letters, please.",
        ),
        (yes_no(), "perhaps", "choose among what is offered"),
        (yes_no("<MinSelectionCount>2</MinSelectionCount>"), "yes", "choose at least 2"),
        (yes_no("<MaxSelectionCount>1</MaxSelectionCount>"), ["yes", "no"], "choose at most 1"),
        (yes_no(), ["yes", "yes"], "choose among what is offered"),
    ],
)
def test_what_breaks_a_limit_is_given_back_with_the_reason(submit, answer, value, said):
    page, recorded = submit(form(question(answer)), {"q": value})
    assert (page.status_code, outcome(page)) == (422, "incomplete")
    assert problems(page) == [f"Question q: {said}"]
    assert recorded is None
    for typed in [value] if isinstance(value, str) else value:
        assert typed in page.text


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (free_text('<Length minLength="3" maxLength="3"/>'), "abc"),
        (free_text('<IsNumeric minValue="2" maxValue="2"/>'), "2.0"),
        (free_text('<AnswerFormatRegex regex="^[a-z]+$" flags="i"/>'), "ABC"),
        (free_text('<AnswerFormatRegex regex="b"/>'), "abc"),  # a part is enough
        (yes_no("<MinSelectionCount>2</MinSelectionCount>"), ["yes", "no"]),
    ],
)
def test_what_keeps_the_limits_is_taken(submit, answer, value):
    page, recorded = submit(form(question(answer)), {"q": value})
    assert outcome(page) == "submitted", page.text
    assert recorded is not None


def test_a_pattern_that_never_ends_holds_nobody_up(submit):
    """(a|aa)+$ tries 2^n ways before it fails on a long run of a's; the answer then passes."""
    slow = free_text('<AnswerFormatRegex regex="^(a|aa)+$"/>')
    page, _ = submit(form(question(slow)), {"q": "a" * 200 + "!"})
    assert page.status_code in (200, 422)


def test_the_worker_can_correct_and_submit_again(shared_world):
    xml = form(question(free_text('<Length minLength="3"/>')))
    hit_id = shared_world.requester.create(Question=xml)["HITId"]
    worker = shared_world.worker()
    assignment_id = worker.accept(hit_id)
    assert outcome(worker.submit(assignment_id, q="a")) == "incomplete"
    assert outcome(worker.submit(assignment_id, q="abc")) == "submitted"


def test_the_older_schemas_are_read_and_the_question_comes_back_verbatim(shared_world):
    xml = form(question(free_text())).replace("2017-11-06", "2005-10-01")
    hit_id = shared_world.requester.create(Question=xml)["HITId"]
    assert shared_world.requester.hit(hit_id)["Question"] == xml


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (form(), "at least one Question"),
        (form("<Question/>"), "Question holds nothing"),
        (form("<Title>x</Title>"), "QuestionForm holds Title"),
        (form("text"), "text beside its elements"),
        (form(question(free_text()), question(free_text())), "'q' is used more than once"),
        (form(question(free_text(), "a"), question(free_text(), "a:other")), "more than once"),
        (form(question(free_text(), identifier=" ")), "QuestionIdentifier is empty"),
        (form(question(free_text(), required="maybe")), "IsRequired must be true or false"),
        (form(question("<SliderAnswer/>")), "holds SliderAnswer"),
        (form(question("<SelectionAnswer><Selections/></SelectionAnswer>")), "Selections holds"),
        (form(question(yes_no("<StyleSuggestion>wheel</StyleSuggestion>"))), "StyleSuggestion"),
        (form(question(yes_no("<MinSelectionCount>4</MinSelectionCount>"))), "not possible"),
        (form(question(yes_no().replace(">no<", ">yes<"))), "'yes' is used more than once"),
        (form(question(free_text('<AnswerFormatRegex regex="("/>'))), "cannot be read"),
        (form(question(free_text('<Length minLength="few"/>'))), "minLength must be a number"),
        (form(question(free_text(), content="<Foo/>")), "QuestionContent holds Foo"),
        (
            form(question(free_text()).replace("<Text>", '<Text xmlns="urn:other">')),
            "is of another schema",
        ),
    ],
)
def test_what_breaks_the_schema_is_refused_with_the_place(shared_world, xml, said):
    refusal = shared_world.requester.refusal(
        "create_hit", **shared_world.requester.hit_parameters(Question=xml)
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.XMLParseError"
    assert said in refusal["Error"]["Message"]


def test_flash_and_java_are_refused_loudly(shared_world):
    xml = form(question(free_text(), content="<Application><Flash/></Application>"))
    refusal = shared_world.requester.refusal(
        "create_hit", **shared_world.requester.hit_parameters(Question=xml)
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.NotSupported"


# Formatted content


def content(xhtml):
    escaped = xhtml.replace("]]>", "]]]]><![CDATA[>")
    element = fromstring(f"<FormattedContent><![CDATA[{escaped}]]></FormattedContent>")
    return formatted(element)


def test_xhtml_is_shown_with_its_names_of_characters():
    shown = content('<p style="color: #900">A&nbsp;<b>bold</b> &eacute; &lt;</p><br/>')
    assert "<b>bold</b> é &lt;</p><br>" in shown
    assert 'style="color: #900"' in shown


def test_links_open_elsewhere_and_tell_nothing():
    assert 'target="_blank" rel="noopener noreferrer"' in content(
        '<a href="https://example.org/" target="_blank">x</a>'
    )
    assert 'rel="noopener noreferrer" target="_blank"' in content('<a href="https://e.org/">x</a>')


@pytest.mark.parametrize(
    "xhtml",
    [
        "<script>alert(1)</script>",
        "<p onclick='x()'>x</p>",
        "<a href='javascript:x()'>x</a>",
        "<a href=' JavaScript:x()'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<img src='data:image/svg+xml;base64,AAAA'/>",
        "<iframe src='https://example.org/'/>",
        "<form action='https://example.org/'/>",
        "<p style='background:url(https://example.org/)'>x</p>",
        "<p>not closed",
        "<svg><circle/></svg>",
        "<p xmlns='urn:x'>x</p>",
        "<style>p{}</style>",
        "<base href='https://example.org/'/>",
    ],
)
def test_what_could_run_or_reach_out_is_refused(xhtml):
    with pytest.raises(WireError):
        content(xhtml)


class Seen(HTMLParser):
    """What a browser would find in the markup."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


PIECES = st.sampled_from(
    ["<p>", "</p>", "<b ", "onclick=", "'", '"', "href=", "javascript:x", "<script>", "</script>"]
    + ["<img src=", "https://e.org/", "/>", ">", "&lt;", "&colon;", "&#106;", "style=", "url(x)"]
    + ["<a ", "</a>", "<!--", "-->", "<![CDATA[", "x", " ", "\n", "é", "&nbsp;"]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_nothing_that_runs_survives(xhtml):
    try:
        shown = content(xhtml)
    except WireError:
        return
    seen = Seen()
    seen.feed(shown)
    assert not seen.tags & {"script", "iframe", "form", "object", "embed", "style", "svg", "base"}
    for name, value in seen.attributes:
        assert not name.startswith("on")
        assert "javascript:" not in (value or "").lower() or name not in ("href", "src", "cite")


# What the form looks like to a browser


def test_the_fields_carry_the_limits_and_labels():
    rendered = question_form.render(
        question_form.parse(
            form(
                question(free_text('<Length maxLength="9"/>'), "a"),
                question(free_text('<IsNumeric minValue="1"/>'), "b"),
                question(
                    free_text(more="<NumberOfLinesSuggestion>5</NumberOfLinesSuggestion>"), "c"
                ),
                question(yes_no("<MaxSelectionCount>1</MaxSelectionCount>"), "d"),
                question(yes_no("<StyleSuggestion>dropdown</StyleSuggestion>"), "e"),
                question(yes_no("<StyleSuggestion>multichooser</StyleSuggestion>"), "f"),
            )
        )
    )
    assert 'name="a" required maxlength="9" aria-label="Question a"' in rendered
    assert 'type="number" step="any" min="1" name="b"' in rendered
    assert '<textarea rows="5" name="c" required' in rendered
    assert rendered.count('<input type="radio" name="d" required value="') == 3
    assert 'name="e" required><option value="">' in rendered
    assert 'name="f" multiple size="3" required>' in rendered
    assert "Yes &amp; sure" in rendered and "<b>No</b>" in rendered
