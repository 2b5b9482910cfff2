"""What a page asks for from elsewhere: hosts that must be up, addresses that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from hits.lint.elements import words
from hits.lint.findings import Finding
from hits.lint.markup import Element
from hits.lint.template import Template

LOADING = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "source": ("src", "srcset"),
    "track": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "crowd-image-classifier": ("src",),
    "crowd-bounding-box": ("src",),
    "crowd-polygon": ("src",),
    "crowd-semantic-segmentation": ("src",),
}
IDLE_LINKS = words("alternate author canonical dns-prefetch license next preconnect prev")
# The market's own: where they are down, so is the market.
OWN = re.compile(
    r"^(?:https:)?//(?:assets\.crowd\.aws/|s3\.amazonaws\.com/mturk-public/)|"
    r"crowd-html-elements(?:\.min)?\.js"
)
_CSS = re.compile(
    r"@import\s+(?:url\()?\s*['\"]?(?P<imported>[^'\")\s;]+)"
    r"|url\(\s*['\"]?(?P<url>[^'\")]+)",
    re.IGNORECASE,
)
_IN_SCRIPT = re.compile(
    r"(?:\bfetch\s*\(|\bimport\s*\(?|\bimport\b[^;'\"`]*?\bfrom\b|\.open\s*\(\s*['\"`]\w+['\"`]\s*,"
    r"|\bnew\s+(?:WebSocket|EventSource|Worker|Audio)\s*\(|sendBeacon\s*\(|importScripts\s*\("
    r"|\$\.(?:get|post|getJSON|getScript|ajax)\s*\((?:\s*\{[^}]*?\burl\s*:)?|\.src\s*=|\burl\s*:)"
    r"\s*(?P<quote>['\"`])(?P<address>(?:https?:|wss?:)?//[^'\"`\s]+|[\w./-]+\.\w+)(?P=quote)"
)


@dataclass(frozen=True)
class Loaded:
    """An address that the page loads, by what, and where it stands."""

    address: str
    by: str
    at: int


def check(template: Template) -> Iterator[Finding]:
    """`outside-resource` by host, `insecure-resource` (http), `relative-resource`."""
    if template.kind == "external":
        return
    hosts: dict[str, Loaded] = {}
    for one in loaded(template):
        address = one.address.strip()
        if OWN.search(address):
            continue
        if re.match(r"(?:http|ws):", address, re.IGNORECASE):
            yield _insecure(template, one)
        elif host := _host(address):
            hosts.setdefault(host, one)
        elif _is_relative(address):
            yield _relative(template, one)
    for host, one in hosts.items():
        yield template.finding(
            "outside-resource", "warning", one.at,
            f"{one.by} comes from {host}: where that host is slow, blocked or gone the page breaks "
            "in the worker's hands, and it learns who works; carry it in the page if you can",
        )  # fmt: skip


def loaded(template: Template) -> Iterator[Loaded]:
    """Everything that loads without the worker asking for it; whole placeholders are left out."""
    for element in template.markup.elements:
        yield from _by_element(element)
        if element.tag == "style":
            for text in template.markup.texts_in(element):
                yield from _by_style(text.value, text.at)
    for code in template.codes:
        for found in _IN_SCRIPT.finditer(code.kept):
            if code.part_at(found.start()) is None:
                yield Loaded(found["address"], "what a script asks for", code.at + found.start())


def _by_element(element: Element) -> Iterator[Loaded]:
    idle = element.tag == "link" and bool(IDLE_LINKS & set(element.get("rel").lower().split()))
    for one in element.attributes:
        if one.name == "style":
            yield from _by_style(one.value, one.value_at)
        elif one.name in LOADING.get(element.tag, ()) and one.value.strip() and not idle:
            for address in _addresses(one.name, one.value):
                yield Loaded(address, f"<{element.tag}>", element.at)


def _addresses(name: str, value: str) -> list[str]:
    if name != "srcset" or value.startswith("data:"):
        return [value]
    return [piece.split()[0] for piece in value.split(",") if piece.strip()]


def _by_style(text: str, at: int) -> Iterator[Loaded]:
    without = re.sub(r"/\*.*?\*/", lambda found: " " * len(found[0]), text, flags=re.DOTALL)
    for found in _CSS.finditer(without):
        address = found["imported"] or found["url"]
        if address:
            yield Loaded(address, "what a style asks for", at + found.start())


def _host(address: str) -> str:
    if not re.match(r"(?:https:|wss:)?//", address, re.IGNORECASE):
        return ""
    host = urlsplit(address if ":" in address.split("/")[0] else f"https:{address}").netloc
    return "" if "$" in host or "{" in host else host.lower()


def _is_relative(address: str) -> bool:
    """Whether it is meant as a file beside the page."""
    return not re.match(r"[a-z][a-z0-9+.\-]*:|//|#|\$\{|\{\{|\{%", address, re.IGNORECASE)


def _insecure(template: Template, one: Loaded) -> Finding:
    return template.finding(
        "insecure-resource", "error", one.at,
        f"{one.by} is asked for over http ({_short(one.address)}), which browsers block on a "
        "market's https page, so workers do not get it; write https",
    )  # fmt: skip


def _relative(template: Template, one: Loaded) -> Finding:
    return template.finding(
        "relative-resource", "error", one.at,
        f"{one.by} is asked for beside the page ({_short(one.address)}), where a market has no "
        "such file, so workers do not get it; write the whole address or carry it in the page",
    )  # fmt: skip


def _short(address: str) -> str:
    return address if len(address) <= 60 else f"{address[:57]}..."
