"""Options that a format has no use for are refused, not passed over in silence."""

from __future__ import annotations

from db.errors import UsageError
from pipeline.formats.base import ReadOptions


def refuse_options(options: ReadOptions, unused: tuple[str, ...], what: str) -> None:
    """Refuse the first of the `unused` options that is set; `what` names the format."""
    for name in unused:
        if getattr(options, name):
            raise UsageError(
                f"the {what} format does not take a name for {name!r}; leave that option out"
            )
