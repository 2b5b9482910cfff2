"""What is refused for safety is logged: what was tried, never the secrets it was tried with.

Paths carry tokens, so only the route stands in the log; bodies and cookies never do.
"""

import logging

_log = logging.getLogger("hits.endpoint.refusals")
SUSPICIOUS = {
    "foreign-origin",
    "stale-form",
    "wrong-secret",
    "wrong-key",
    "unknown-token",
    "wrong-assignment",
    "no-invitation",
    "too-large",
}
"""Reasons that somebody's honest day seldom gives."""


def log(reason: str, what: str, who: str | None = None) -> None:
    """Note a refusal; `who` is an access key or the like, if it is known."""
    _log.warning("refused (%s): %s%s", reason, what[:120], f", by {who[:64]!r}" if who else "")
