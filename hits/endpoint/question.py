"""The Question parameter: HTMLQuestion, ExternalQuestion or QuestionForm in, the framed page out.

The page is served in a sandboxed frame, so its address of submission has to be in the page itself:
forms that name Amazon's submit address are pointed at ours, and a fragment without a form of its
own is given one. Amazon's scripts, crowd-html-elements among them, are replaced by stand-ins.
"""

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from hits.endpoint import question_form
from hits.endpoint.question_form.model import QuestionForm
from hits.endpoint.xml_input import SCHEMAS, children, read, text, unreadable

_HTML = f"{{{SCHEMAS}2011-11-11/HTMLQuestion.xsd}}"
_EXTERNAL = f"{{{SCHEMAS}2006-07-14/ExternalQuestion.xsd}}"
_AMAZON_SUBMIT = re.compile(
    r"(?:https?:)?//(?:www|workersandbox)\.mturk\.com/mturk/externalSubmit", re.IGNORECASE
)
_RELATIVE_SUBMIT = re.compile(r"""(\baction\s*=\s*["']?)/mturk/externalSubmit\b""", re.IGNORECASE)
_AMAZON_SCRIPT = re.compile(
    r"(?:https?:)?//s3\.amazonaws\.com/mturk-public/externalHIT_v1\.js", re.IGNORECASE
)
_CROWD_SCRIPT = re.compile(
    r"""(<script\b[^>]*\bsrc\s*=\s*)(["']?)[^"'\s>]*\bcrowd-html-elements(?:\.min)?\.js[^"'\s>]*\2""",
    re.IGNORECASE,
)
_FILE_FIELD = re.compile(r"""<input\b[^>]*\btype\s*=\s*["']?file\b""", re.IGNORECASE)
_HAS_FORM = re.compile(r"<(?:crowd-)?form\b", re.IGNORECASE)
_IS_DOCUMENT = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html)\b", re.IGNORECASE | re.DOTALL)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What a worker's frame shows: `html` or the page at `url`; height 0 sizes itself.

    `is_form` says that the HTML was made from a QuestionForm.
    """

    html: str | None
    url: str | None
    height: int
    is_form: bool = False


def parse(xml: str, member: str = "Question") -> Question:
    """Read a Question parameter (or the `member` of that kind), or raise the refusal of it."""
    return _read(read(xml, member))


def form_of(xml: str) -> QuestionForm | None:
    """The QuestionForm in a Question parameter, if it is one."""
    root = read(xml, "Question")
    return question_form.of_element(root) if question_form.is_form(root) else None


def _read(root: Element) -> Question:
    if root.tag == f"{_HTML}HTMLQuestion":
        parts = children(root, "HTMLContent FrameHeight")
        return Question(_given(parts, "HTMLContent"), None, _height(parts))
    if root.tag == f"{_EXTERNAL}ExternalQuestion":
        parts = children(root, "ExternalURL FrameHeight")
        return Question(None, _web_address(_given(parts, "ExternalURL").strip()), _height(parts))
    if question_form.is_form(root):
        form = question_form.of_element(root)
        return Question(question_form.render(form), None, 0, is_form=True)
    raise unreadable(
        f"{root.tag!r} is neither an HTMLQuestion nor an ExternalQuestion nor a QuestionForm"
    )


def _given(parts: dict[str, list[Element]], name: str) -> str:
    value = text(parts[name][0])
    if not value.strip():
        raise unreadable(f"{name} is empty")
    return value


def _height(parts: dict[str, list[Element]]) -> int:
    height = _given(parts, "FrameHeight").strip()
    if not re.fullmatch(r"[0-9]{1,5}", height):
        raise unreadable(f"FrameHeight must be a number of pixels, not {height!r}")
    return int(height)


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not re.fullmatch(r"[^\s\"'<>;,\\]+", url):
        raise unreadable("ExternalURL must be an http or https address")
    return url


def wrap(html: str, *, submit_url: str, assignment_id: str, static_url: str, preview: bool) -> str:
    """The page that the frame shows: complete, and able to submit without any script."""
    action = f"{submit_url}/mturk/externalSubmit"
    page = _AMAZON_SUBMIT.sub(lambda _: escape(action), html)
    page = _RELATIVE_SUBMIT.sub(lambda found: found.group(1) + escape(action), page)
    page = _AMAZON_SCRIPT.sub(lambda _: f"{static_url}/externalHIT_v1.js", page)
    crowd = f'"{escape(static_url)}/crowd.js"'
    page = _CROWD_SCRIPT.sub(lambda found: found.group(1) + crowd, page)
    if not _HAS_FORM.search(page):
        page = _with_form(page, action, assignment_id, preview)
    if not _IS_DOCUMENT.match(page):
        page = _document(page)
    return _with_script(page, f'<script src="{escape(static_url)}/frame.js"></script>')


def _with_form(fragment: str, action: str, assignment_id: str, preview: bool) -> str:
    state = " disabled" if preview else ""
    kind = ' enctype="multipart/form-data"' if _FILE_FIELD.search(fragment) else ""
    return (
        f'<form method="post" action="{escape(action)}"{kind}>'
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
