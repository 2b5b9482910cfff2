"""Files that stand in for addresses of the web, for places without internet.

A folder holds them by host and path: ``DIR/cdn.example.org/lib/1.2/lib.js`` stands in for
``https://cdn.example.org/lib/1.2/lib.js``, whatever query follows. Addresses in task pages for
which there is a file are pointed at it; the others stay as they are.
"""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ADDRESS = re.compile(
    r"""(?P<before>\b(?:src|href|poster)\s*=\s*(?P<quote>["']?))(?P<url>(?:https?:)?//[^\s"'<>]+)""",
    re.IGNORECASE,
)
PREFIX = "/assets"


class Assets:
    """The files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def localized(self, html: str, base: str) -> str:
        """The page with its addresses pointed at `base` where there is a file."""

        def replaced(found: re.Match[str]) -> str:
            path = self._path(unescape(found["url"]))
            return found[0] if path is None else f"{found['before']}{base}{PREFIX}/{path}"

        return _ADDRESS.sub(replaced, html)

    def _path(self, url: str) -> str | None:
        """Host and path of the file that stands in for `url`, if there is one."""
        try:
            parts = urlsplit(url if ":" in url.partition("//")[0] else f"https:{url}")
            path = f"{parts.hostname}{parts.path}"
            file = (self.folder / unquote(path)).resolve()
        except (ValueError, OSError):
            return None
        inside = file.is_relative_to(self.folder)
        return path if inside and file.is_file() else None
