"""What a question shows, made into HTML that cannot run anything.

FormattedContent is XHTML. Elements and attributes are let through by a list, and what is not on
it is refused by name when the HIT is created: dropping it in silence would change what workers
see. Addresses are http, https or pictures in the text itself.
"""

import re
from html import escape
from html.entities import html5
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from hits.endpoint.errors import not_supported
from hits.endpoint.xml_input import children, local_name, text, unreadable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONTENT = "(Title|Text|List|Binary|EmbeddedBinary|FormattedContent|Application)*"
_ELEMENTS = _words(
    "a abbr b big blockquote br caption center cite code col colgroup dd del dfn div dl dt "
    "em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small span strike "
    "strong sub sup table tbody td tfoot th thead tr tt u ul var"
)
_EMPTY = {"br", "col", "hr", "img"}
_ATTRIBUTES = _words(
    "abbr align alt bgcolor border cellpadding cellspacing cite class color colspan dir "
    "face height href id lang name rowspan scope size span src start style summary target "
    "title type valign value width"
)
_ADDRESSES = {"href", "src", "cite"}
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+|mailto:[^\s\"'<>\\]+|#[\w-]*", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_STYLE = re.compile(r"(?!.*url\()[\w\s:;#%.,()!'\"-]*", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(r"&(\w+);")
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_MEDIA = {"image": "img", "audio": "audio", "video": "video"}


def to_html(element: Element) -> str:
    """The content elements inside `element`."""
    children(element, CONTENT)
    return "\n".join(SHOWN[local_name(child)](child) for child in element)


def _title(element: Element) -> str:
    return f"<h2>{escape(text(element))}</h2>"


def _text(element: Element) -> str:
    paragraphs = re.split(r"\n\s*\n", text(element).strip())
    return "".join(f"<p>{escape(one)}</p>" for one in paragraphs)


def _list(element: Element) -> str:
    items = children(element, "ListItem*").get("ListItem", [])
    return "<ul>" + "".join(f"<li>{escape(text(item))}</li>" for item in items) + "</ul>"


def _binary(element: Element) -> str:
    parts = children(element, "MimeType DataURL AltText")
    kind = children(parts["MimeType"][0], "Type SubType?")["Type"][0]
    tag = _MEDIA.get(text(kind).strip())
    address = text(parts["DataURL"][0]).strip()
    if tag is None or not re.fullmatch(r"https?://[^\s\"'<>\\]+", address):
        raise unreadable("Binary must be an image, audio or video at an http or https address")
    alt = escape(text(parts["AltText"][0]))
    if tag == "img":
        return f'<p><img src="{escape(address)}" alt="{alt}"></p>'
    return f'<p><{tag} controls src="{escape(address)}">{alt}</{tag}></p>'


def _unsupported(element: Element) -> str:
    raise not_supported(f"{local_name(element)} in a QuestionForm")


def formatted(element: Element) -> str:
    """FormattedContent, let through by the lists above."""
    source = _NAMED.sub(_numeric, text(element))
    try:
        root: Element = fromstring(f"<div>{source}</div>", forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError) as error:
        raise unreadable(f"FormattedContent is not well-formed XHTML: {error}") from error
    return f'<div class="formatted">{_inside(root)}</div>'


def _numeric(found: re.Match[str]) -> str:
    """XML knows five names of characters; HTML's others are written as what they mean."""
    name = found[1]
    if name in _XML_NAMES or f"{name};" not in html5:
        return found[0]
    return "".join(f"&#{ord(letter)};" for letter in html5[f"{name};"])


def _inside(element: Element) -> str:
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        parts += [_element(child), escape(child.tail or "", quote=False)]
    return "".join(parts)


def _element(element: Element) -> str:
    name = element.tag.lower() if isinstance(element.tag, str) else ""
    if name not in _ELEMENTS:
        raise unreadable(f"FormattedContent must not hold <{element.tag}>")
    given = "".join(_attribute(name, key.lower(), value) for key, value in element.items())
    if name == "a":
        given += ' rel="noopener noreferrer"'
        given += "" if element.get("target") == "_blank" else ' target="_blank"'
    if name in _EMPTY:
        return f"<{name}{given}>"
    return f"<{name}{given}>{_inside(element)}</{name}>"


def _attribute(element: str, name: str, value: str) -> str:
    allowed = name in _ATTRIBUTES
    if name in _ADDRESSES:
        picture = element == "img" and _PICTURE.fullmatch(value.strip())
        allowed = bool(picture or _ADDRESS.fullmatch(value.strip()))
    if name == "style":
        allowed = bool(_STYLE.fullmatch(value))
    if name == "target":
        allowed = value == "_blank"
    if not allowed:
        raise unreadable(f'FormattedContent must not hold <{element} {name}="{value[:60]}">')
    return f' {name}="{escape(value)}"'


SHOWN = {
    "Title": _title,
    "Text": _text,
    "List": _list,
    "Binary": _binary,
    "EmbeddedBinary": _unsupported,
    "Application": _unsupported,
    "FormattedContent": formatted,
}
