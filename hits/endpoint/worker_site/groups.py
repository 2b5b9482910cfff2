"""A group of the queue: HITs of one type, as one worker finds them."""

from dataclasses import dataclass
from typing import Any

from hits.endpoint.eligibility import Unmet


@dataclass(frozen=True)
class Group:
    """HITs of one type that a worker may find; `hit_id` is the one that would be next.

    `type` has the columns of the HIT type that are shown. `unmet` are the requirements that keep
    the worker from accepting, if any.
    """

    type: Any
    available: int
    hit_id: str
    unmet: list[Unmet]
    can_preview: bool
