"""Questions in, framed pages out."""

import pytest

from hits.endpoint.errors import WireError
from hits.endpoint.question import parse, wrap

HTML_SCHEMA = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"
)
PLACE = {"submit_url": "http://h/submit/t", "assignment_id": "3A", "static_url": "http://h/static"}


def framed(html, preview=False):
    return wrap(html, preview=preview, **PLACE)


def test_an_html_question_is_read(shared_world):
    asked = parse(shared_world.html_question("<p>a &amp; b</p>", height=450))
    assert (asked.html, asked.url, asked.height) == ("<p>a &amp; b</p>", None, 450)


def test_an_external_question_is_read(shared_world):
    asked = parse(shared_world.external_question(" https://example.org/t?a=1&amp;b=2 "))
    assert (asked.html, asked.url, asked.height) == (None, "https://example.org/t?a=1&b=2", 450)


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "not xml",
        "<HTMLQuestion/>",
        f'<HTMLQuestion xmlns="{HTML_SCHEMA}"/>',
        f'<HTMLQuestion xmlns="{HTML_SCHEMA}"><HTMLContent>x</HTMLContent></HTMLQuestion>',
        (
            f'<HTMLQuestion xmlns="{HTML_SCHEMA}"><HTMLContent> </HTMLContent>'
            "<FrameHeight>0</FrameHeight></HTMLQuestion>"
        ),
        (
            f'<HTMLQuestion xmlns="{HTML_SCHEMA}"><HTMLContent>x</HTMLContent>'
            "<FrameHeight>tall</FrameHeight></HTMLQuestion>"
        ),
        '<!DOCTYPE x [<!ENTITY e "boo">]><x>&e;</x>',
        (
            f'<!DOCTYPE HTMLQuestion><HTMLQuestion xmlns="{HTML_SCHEMA}"><HTMLContent>x</HTMLContent>'
            "<FrameHeight>0</FrameHeight></HTMLQuestion>"
        ),
    ],
)
def test_what_is_no_question_is_an_xml_parse_error(shared_world, xml):
    error = shared_world.requester.refusal(
        "create_hit", **shared_world.requester.hit_parameters(Question=xml)
    )
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.XMLParseError"
    assert error["Message"].startswith("There was an error parsing the XML question")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.org", "http://", "http://a b/",
     "https://h/;script-src *", "https://h/'quoted'", "http://[broken", "http://h:99999/"],
)  # fmt: skip
def test_addresses_that_are_no_web_page_are_refused(shared_world, url):
    with pytest.raises(WireError, match="ExternalURL"):
        parse(shared_world.external_question(url))


def test_a_question_form_is_refused_by_name():
    with pytest.raises(WireError, match="QuestionForm"):
        parse('<QuestionForm xmlns="http://example.org/QuestionForm.xsd"/>')


def test_the_limit_counts_bytes_not_characters(shared_world):
    frame = len(shared_world.html_question("").encode())
    # "é" has two bytes: 65,535 - frame is odd or even, so fill up with one-byte letters.
    fill = "é" * ((65_535 - frame) // 2) + "x" * ((65_535 - frame) % 2)
    parse(shared_world.html_question(fill))
    with pytest.raises(WireError, match="65535 bytes"):
        parse(shared_world.html_question(fill + "x"))


@pytest.mark.parametrize(
    "action",
    [
        "https://www.mturk.com/mturk/externalSubmit",
        "http://workersandbox.mturk.com/mturk/externalSubmit",
        "//www.mturk.com/mturk/externalSubmit",
        "HTTPS://WWW.MTURK.COM/mturk/externalSubmit",
        "/mturk/externalSubmit",
    ],
)
def test_amazons_submit_address_becomes_ours(action):
    page = framed(f'<form action="{action}"></form>')
    assert '<form action="http://h/submit/t/mturk/externalSubmit">' in page


def test_a_script_that_builds_the_address_is_left_alone():
    script = "<form></form><script>f.action = turkSubmitTo + '/mturk/externalSubmit'</script>"
    assert "turkSubmitTo + '/mturk/externalSubmit'" in framed(script)


def test_amazons_script_is_replaced_by_ours():
    page = framed(
        '<form></form><script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js">'
    )
    assert 'src="http://h/static/externalHIT_v1.js"' in page


def test_a_fragment_without_a_form_becomes_a_page_that_can_be_submitted():
    page = framed('<input name="a">')
    assert page.startswith("<!doctype html>")
    assert '<form method="post" action="http://h/submit/t/mturk/externalSubmit">' in page
    assert '<input type="hidden" name="assignmentId" value="3A">' in page
    assert '<button type="submit">' in page
    assert '<button type="submit" disabled>' in framed('<input name="a">', preview=True)


def test_a_document_with_a_form_is_served_as_it_is_but_for_one_script():
    html = "<!-- mine --><!DOCTYPE html><html><body><form></form></body></html>"
    script = '<script src="http://h/static/frame.js"></script>'
    assert framed(html) == html.replace("</body>", script + "</body>")
