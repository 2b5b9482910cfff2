"""XML that requesters send, read without letting it do any harm.

A document type is refused: an entity of 50 KB can expand to many megabytes. What cannot be read,
or breaks the rules of its schema, is refused as ``XMLParseError`` with the details.
"""

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from hits.endpoint.errors import WireError, request_error

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
MAX_BYTES = 65_535


def read(xml: str, member: str) -> Element:
    """The root element of the parameter `member`, of at most 65,535 bytes."""
    if len(xml.encode()) > MAX_BYTES:
        raise request_error(
            "InvalidParameterValue", f"{member} must not be larger than {MAX_BYTES} bytes."
        )
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as error:
        raise unreadable("a document type is not allowed") from error
    except (ParseError, ValueError) as error:
        raise unreadable(str(error)) from error
    return root


def unlimited(xml: str) -> Element:
    """The root element of a document of our own, which may be longer."""
    root: Element = fromstring(xml, forbid_dtd=True)
    return root


def unreadable(details: str) -> WireError:
    """The refusal of XML that is not well-formed or not valid."""
    return request_error(
        "XMLParseError",
        "There was an error parsing the XML question or answer data in your request. Please make "
        "sure the data is well-formed and validates against the appropriate schema. "
        f"Details: {details}",
    )


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element, rule: str) -> dict[str, list[Element]]:
    """Child elements by name, if their sequence follows `rule`: names, each with ?, + or *.

    ``"Title? (Text|List)+"`` is read as an XML Schema sequence. Names in another namespace than
    the parent's, and text between the children, break it.
    """
    space = element.tag.rpartition("}")[0]
    for child in element:
        if child.tag.rpartition("}")[0] != space:
            raise unreadable(f"{child.tag!r} in {local_name(element)} is of another schema")
    names = [local_name(child) for child in element]
    pattern = re.sub(r"\w+", r"(?:\g<0>/)", rule).replace(" ", "")
    if not re.fullmatch(pattern, "".join(f"{name}/" for name in names)):
        given = " ".join(names) or "nothing"
        raise unreadable(f"{local_name(element)} holds {given}, where it must hold {rule}")
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise unreadable(f"{local_name(element)} holds text beside its elements")
    found: dict[str, list[Element]] = {}
    for child in element:
        found.setdefault(local_name(child), []).append(child)
    return found


def text(element: Element) -> str:
    """The text of an element that holds nothing else."""
    if len(element):
        raise unreadable(f"{local_name(element)} must hold text alone")
    return element.text or ""
