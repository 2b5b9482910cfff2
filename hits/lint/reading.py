"""A file or folder → Template, of the kind that it turns out to be."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from db.errors import UsageError
from hits.lint.findings import Finding
from hits.lint.markup import Markup
from hits.lint.placeholders import is_liquid
from hits.lint.reader import read_markup
from hits.lint.study import declared
from hits.lint.table import Table
from hits.lint.template import SUBMIT_ADDRESS, Kind, Template
from hits.studies.own import TEMPLATE_FILE

_XML = re.compile(r"\s*(?:<\?xml\b|<(?:HTMLQuestion|ExternalQuestion|QuestionForm)\b)")
_CONTENT = re.compile(r"<HTMLContent\b[^>]*>\s*(?:<!\[CDATA\[)?")
_PLACEHOLDER = re.compile(r"\$\{\s*[^\W\d][\w.\- ]*\s*\}")


class NotXml(Exception):
    """A question file that no market can read; carries the finding that says so."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_template(path: Path, table: Table | None = None) -> Template:
    """The template at `path`; UsageError where there is none, NotXml where XML is broken."""
    if path.is_dir():
        return _study(path, table)
    text = _text(path)
    if path.suffix.lower() == ".xml" or _XML.match(text):
        return replace(_question(path.name, text), table=table)
    markup = read_markup(text)
    return Template(path.name, kind_of(markup), markup, table=table)


def kind_of(markup: Markup) -> Kind:
    """Which kind of template some HTML is."""
    source = markup.source
    if is_liquid(markup) or any(one.tag.startswith("crowd-") for one in markup.elements):
        return "crowd"
    filled = bool(_PLACEHOLDER.search(source))
    has_form = any(True for _ in markup.find("form"))
    if SUBMIT_ADDRESS.search(source) and (has_form or not filled):
        return "page"
    return "page" if markup.is_document and not filled else "fragment"


def _study(folder: Path, table: Table | None) -> Template:
    given = declared(folder)
    markup = read_markup(_text(folder / TEMPLATE_FILE))
    return Template(
        TEMPLATE_FILE, "study", markup, table=table, fields=given.fields, questions=given.questions
    )


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no file or folder {str(path)!r} to look at") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text in UTF-8 ({error}); save it as UTF-8") from error
    if not text.strip():
        raise UsageError(f"{path} is empty; there is nothing to look at")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _question(name: str, text: str) -> Template:
    """An XML question; the HTML of an HTMLQuestion is taken out of it."""
    size = len(text.encode())
    root = _root(text)
    tag = root.tag.rpartition("}")[2]
    if tag == "HTMLQuestion":
        content = next((e.text or "" for e in root if e.tag.endswith("}HTMLContent")), "")
        markup, origin = read_markup(content), _origin(text)
        kind: Kind = "crowd" if kind_of(markup) == "crowd" else "page"
        return Template(name, kind, markup, origin, in_xml=True, question_bytes=size)
    kind = "external" if tag == "ExternalQuestion" else "form"
    lines = read_markup(text)
    # What stands in the XML is not HTML; of the source only its places are wanted.
    bare = replace(lines, elements=(), texts=(), slips=(), is_document=False)
    return Template(name, kind, bare, in_xml=True, question_bytes=size, xml=root)


def _root(text: str) -> Element:
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise NotXml(_broken(1, 1, "it has a document type")) from error
    except ParseError as error:
        line, column = error.position
        raise NotXml(_broken(line, column + 1, str(error).partition(":")[0])) from error
    except ValueError as error:
        raise NotXml(_broken(1, 1, str(error))) from error
    if not re.search(r"\}(?:HTMLQuestion|ExternalQuestion|QuestionForm)$", root.tag):
        raise NotXml(
            _broken(1, 1, f"its root is {root.tag!r}, not a question with its schema as xmlns")
        )
    return root


def _broken(line: int, column: int, problem: str) -> Finding:
    return Finding(
        line, column, "not-xml", "error",
        f"the market refuses this question ({problem}), so no worker ever sees it; in HTMLContent "
        "everything belongs between <![CDATA[ and ]]>",
    )  # fmt: skip


def _origin(text: str) -> tuple[int, int]:
    """Line and column at which the HTML begins."""
    found = _CONTENT.search(text)
    at = found.end() if found else 0
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
