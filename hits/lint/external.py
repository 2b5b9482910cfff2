"""An ExternalQuestion: the page is elsewhere, so only its address and its frame can be judged."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from hits.lint.findings import Finding
from hits.lint.template import Template

LOW = 200


def check(template: Template) -> Iterator[Finding]:
    """`insecure-resource`, `external-address`, `low-frame`."""
    if template.kind != "external" or template.xml is None:
        return
    address = (template.xml.findtext("{*}ExternalURL") or "").strip()
    at = max(template.source.find("ExternalURL"), 0)
    parts = urlsplit(address)
    if parts.scheme == "http":
        yield template.finding(
            "insecure-resource", "error", at,
            f"{address} is http, and browsers leave such a frame empty on a market's https page; "
            "serve the task over https",
        )  # fmt: skip
    elif parts.scheme != "https" or not parts.hostname:
        yield template.finding(
            "external-address", "error", at,
            f"{address!r} is not a web address, so the frame stays empty; "
            f"write https:// and a host",
        )  # fmt: skip
    height = (template.xml.findtext("{*}FrameHeight") or "").strip()
    if height.isdecimal() and 0 < int(height) < LOW:
        yield template.finding(
            "low-frame", "warning", max(template.source.find("FrameHeight"), 0),
            f"a frame of {height} pixels shows workers a slit to scroll in; write 0 for all there "
            "is, or at least 600",
        )  # fmt: skip
