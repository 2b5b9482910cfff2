"""Pages of a list: NextToken is where the last page ended, not how far it had counted.

A list that grows while it is read therefore neither repeats nor skips anything. The token is
opaque to clients and carries its operation's name, so that one list's token is refused by another.
"""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hits.endpoint.errors import invalid_parameter

DEFAULT_SIZE = 10
T = TypeVar("T")


def start(operation: str, params: dict[str, Any], width: int) -> tuple[int, ...] | None:
    """The position after which this page begins (`width` numbers), None for the first page."""
    given = params.get("NextToken")
    if given is None:
        return None
    try:
        name, *position = json.loads(base64.urlsafe_b64decode(given.encode()))
    except (ValueError, TypeError, RecursionError):
        raise invalid_parameter("NextToken", "is not one that this operation gave") from None
    numbers = [n for n in position if type(n) is int and n.bit_length() < 63]
    if name != operation or len(numbers) != width or len(position) != width:
        raise invalid_parameter("NextToken", "is not one that this operation gave")
    return tuple(numbers)


def size(params: dict[str, Any]) -> int:
    """How many results a page may have."""
    return int(params.get("MaxResults", DEFAULT_SIZE))


def page(
    operation: str,
    params: dict[str, Any],
    rows: Sequence[T],
    key: Callable[[T], Sequence[int]],
    name: str,
    shape: Callable[[T], dict[str, Any]],
) -> dict[str, Any]:
    """The answer for `rows`, read one longer than the page to see whether more follow."""
    shown = rows[: size(params)]
    answer: dict[str, Any] = {"NumResults": len(shown), name: [shape(row) for row in shown]}
    if len(rows) > len(shown):
        answer["NextToken"] = token(operation, key(shown[-1]))
    return answer


def token(operation: str, position: Sequence[int]) -> str:
    """The NextToken for the page that follows `position`."""
    text = json.dumps([operation, *position])
    return base64.urlsafe_b64encode(text.encode()).decode()
