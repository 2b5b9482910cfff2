"""The Question parameter: HTMLQuestion and ExternalQuestion XML in, the framed page out.

Parsing refuses document types (an entity of 50 KB can expand to many megabytes) and anything
above 65,535 bytes. The page is served in a sandboxed frame, so its address of submission has to
be in the page itself: forms that name Amazon's submit address are pointed at ours, and a fragment
without a form of its own is given one.
"""

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from hits.endpoint.errors import WireError, not_supported, request_error

MAX_BYTES = 65_535
_SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
_HTML = f"{{{_SCHEMAS}2011-11-11/HTMLQuestion.xsd}}"
_EXTERNAL = f"{{{_SCHEMAS}2006-07-14/ExternalQuestion.xsd}}"
_AMAZON_SUBMIT = re.compile(
    r"(?:https?:)?//(?:www|workersandbox)\.mturk\.com/mturk/externalSubmit", re.IGNORECASE
)
_RELATIVE_SUBMIT = re.compile(r"""(\baction\s*=\s*["']?)/mturk/externalSubmit\b""", re.IGNORECASE)
_AMAZON_SCRIPT = re.compile(
    r"(?:https?:)?//s3\.amazonaws\.com/mturk-public/externalHIT_v1\.js", re.IGNORECASE
)
_HAS_FORM = re.compile(r"<form\b", re.IGNORECASE)
_IS_DOCUMENT = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html)\b", re.IGNORECASE | re.DOTALL)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What a worker's frame shows: `html` or the page at `url`; height 0 sizes itself."""

    html: str | None
    url: str | None
    height: int


def parse(xml: str) -> Question:
    """Read a Question parameter, or raise the refusal that the requester gets."""
    if len(xml.encode()) > MAX_BYTES:
        raise request_error(
            "InvalidParameterValue", f"Question must not be larger than {MAX_BYTES} bytes."
        )
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as error:
        raise _unreadable("a document type is not allowed") from error
    except (ParseError, ValueError) as error:
        raise _unreadable(str(error)) from error
    return _read(root)


def _read(root: Element) -> Question:
    if root.tag == f"{_HTML}HTMLQuestion":
        html = _child(root, _HTML, "HTMLContent")
        return Question(html, None, _height(root, _HTML))
    if root.tag == f"{_EXTERNAL}ExternalQuestion":
        url = _child(root, _EXTERNAL, "ExternalURL").strip()
        return Question(None, _web_address(url), _height(root, _EXTERNAL))
    if root.tag.endswith("}QuestionForm"):
        raise not_supported("QuestionForm; use an HTMLQuestion or an ExternalQuestion")
    raise _unreadable(f"{root.tag!r} is neither an HTMLQuestion nor an ExternalQuestion")


def _child(root: Element, namespace: str, name: str) -> str:
    text = root.findtext(namespace + name)
    if text is None or not text.strip():
        raise _unreadable(f"{name} is missing or empty")
    return text


def _height(root: Element, namespace: str) -> int:
    text = _child(root, namespace, "FrameHeight").strip()
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise _unreadable(f"FrameHeight must be a number of pixels, not {text!r}")
    return int(text)


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not re.fullmatch(r"[^\s\"'<>;,\\]+", url):
        raise _unreadable("ExternalURL must be an http or https address")
    return url


def _unreadable(details: str) -> WireError:
    return request_error(
        "XMLParseError",
        "There was an error parsing the XML question or answer data in your request. Please make "
        "sure the data is well-formed and validates against the appropriate schema. "
        f"Details: {details}",
    )


def wrap(html: str, *, submit_url: str, assignment_id: str, static_url: str, preview: bool) -> str:
    """The page that the frame shows: complete, and able to submit without any script."""
    action = f"{submit_url}/mturk/externalSubmit"
    page = _AMAZON_SUBMIT.sub(lambda _: escape(action), html)
    page = _RELATIVE_SUBMIT.sub(lambda found: found.group(1) + escape(action), page)
    page = _AMAZON_SCRIPT.sub(lambda _: f"{static_url}/externalHIT_v1.js", page)
    if not _HAS_FORM.search(page):
        page = _with_form(page, action, assignment_id, preview)
    if not _IS_DOCUMENT.match(page):
        page = _document(page)
    return _with_script(page, f'<script src="{escape(static_url)}/frame.js"></script>')


def _with_form(fragment: str, action: str, assignment_id: str, preview: bool) -> str:
    state = " disabled" if preview else ""
    return (
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="assignmentId" value="{escape(assignment_id)}">\n'
        f"{fragment}\n"
        f'<p><button type="submit"{state}>Submit</button></p></form>'
    )


def _document(fragment: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<style>body{font:16px/1.5 system-ui,sans-serif;margin:1rem;max-width:60rem}"
        "button{font:inherit;padding:.5rem 1rem}</style>"
        f"<title>Task</title></head><body>\n{fragment}\n</body></html>"
    )


def _with_script(page: str, script: str) -> str:
    """Just before the last ``</body>``, where every element of the page exists already."""
    ends = list(_BODY_END.finditer(page))
    if not ends:
        return page + script
    at = ends[-1].start()
    return page[:at] + script + page[at:]
