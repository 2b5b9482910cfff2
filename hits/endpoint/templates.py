"""Templates with ``${variables}``: a requester's HTML and one value for each, as batches have them.

Values are put in as they are, as Mechanical Turk does: a template decides by its place in the page
whether a value has to be escaped. What is not the name of a variable (a JavaScript template
string, say) is left alone.
"""

import re
from collections.abc import Mapping
from html import escape

from hits.endpoint.errors import WireError, invalid_parameter
from hits.endpoint.xml_input import SCHEMAS

_VARIABLE = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_.\- ]*?)\s*\}")
_SCRIPT = re.compile(r"<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL)


def variables(html: str) -> list[str]:
    """The names that the template asks for, in the order of their first appearance.

    A name that stands in scripts alone is not asked for: there it may be JavaScript's own. It is
    still filled in where a value of that name is given.
    """
    return list(dict.fromkeys(_VARIABLE.findall(_SCRIPT.sub("", html))))


def fill(html: str, values: Mapping[str, str]) -> str:
    """The template with its values; names without one are left as they are."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), html)


def html_question(html: str, height: int) -> str:
    """The page as an HTMLQuestion; what would end the section early is divided."""
    guarded = html.replace("]]>", "]]]]><![CDATA[>")
    return (
        f'<HTMLQuestion xmlns="{escape(SCHEMAS)}2011-11-11/HTMLQuestion.xsd">'
        f"<HTMLContent><![CDATA[{guarded}]]></HTMLContent>"
        f"<FrameHeight>{height}</FrameHeight></HTMLQuestion>"
    )


def question(html: str, height: int, values: Mapping[str, str]) -> str:
    """The HTMLQuestion for one set of values, all of which must be given."""
    missing = [name for name in variables(html) if name not in values]
    if missing:
        raise _missing(missing[0])
    return html_question(fill(html, values), height)


def _missing(name: str) -> WireError:
    return invalid_parameter("HITLayoutParameters", f"has no value for the variable {name!r}")
