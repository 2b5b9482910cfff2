"""What HTML says of its elements: which end without a word, which end others, which stand alone."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


VOID = words("area base br col embed hr img input link meta param source track wbr")
FOREIGN = ("svg", "math")
# Their end tags may be left out.
OPTIONAL = words(
    "body caption colgroup dd dt head html li optgroup option p rp rt tbody td tfoot th thead tr"
)
# An end tag reaches no further up than these.
BARRIERS = words("caption table td template th")
# Start tags that end a paragraph, and elements that keep a <li> from ending one further up.
BLOCKS = words(
    "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre search "
    "section "
    "summary table ul"
)
SPECIAL = BLOCKS | BARRIERS | {"body", "button", "head", "select"}
FIRM = SPECIAL - {"address", "div", "p"}
# A start tag → what it closes, and what keeps it from looking further up.
CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (words("li"), FIRM - {"li"}),
    "option": (words("option"), words("select datalist optgroup")),
    "optgroup": (words("option optgroup"), words("select")),
    "tr": (words("tr"), words("table")),
    "td": (words("td th"), words("tr table")),
    "th": (words("td th"), words("tr table")),
    "tbody": (words("tbody thead tfoot"), words("table")),
    "tfoot": (words("tbody thead tfoot"), words("table")),
    "thead": (words("tbody thead tfoot"), words("table")),
    "dt": (words("dt dd"), FIRM - {"dt", "dd"}),
    "dd": (words("dt dd"), FIRM - {"dt", "dd"}),
    "body": (words("head"), words("")),
}
# What is written in these is text, whatever it looks like; not every Python knows that.
ONLY_TEXT = ("textarea", "title", "xmp")
# These never stand in one of their own; the second start tag closes the first.
ALONE = ("a", "button")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
