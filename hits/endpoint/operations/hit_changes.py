"""What changes a HIT that exists: its places, its end, its type, its review; and its disposal."""

from typing import Any

from hits.endpoint import lifecycle, tokens
from hits.endpoint.clock import SECOND
from hits.endpoint.errors import invalid_parameter, request_error
from hits.endpoint.operations import Call, lookup
from hits.endpoint.validation import MOST_ASSIGNMENTS

_YEAR_MS = 365 * 24 * 3600 * SECOND


def create_additional_assignments_for_hit(call: Call) -> dict[str, Any]:
    """More places, once per token; their reward is held at once."""
    params = call.params
    token = params.get("UniqueRequestToken")
    made = tokens.result_of(call.session, call.account_seq, tokens.PLACES, token, call.now)
    if made is not None:
        raise request_error(
            "DuplicateRequest", f"Assignments were already added to {made} with this token."
        )
    hit = lookup.hit(call, params["HITId"], lock=True)
    more = params["NumberOfAdditionalAssignments"]
    lifecycle.require_room(hit, more)
    if hit.max_assignments + more > MOST_ASSIGNMENTS:
        raise invalid_parameter(
            "NumberOfAdditionalAssignments",
            f"must leave the HIT with at most {MOST_ASSIGNMENTS} assignments",
        )
    lifecycle.add_places(call.session, hit, more, call.now)
    tokens.remember(call.session, call.account_seq, tokens.PLACES, token, hit.hit_id, call.now)
    return {}


def update_expiration_for_hit(call: Call) -> dict[str, Any]:
    """A moment in the past expires the HIT at once; a later one revives it, and holds money."""
    hit = lookup.hit(call, call.params["HITId"], lock=True)
    expires_ms = int(call.params["ExpireAt"] * SECOND)
    if expires_ms > call.now + _YEAR_MS:
        raise invalid_parameter("ExpireAt", "must not be more than 365 days from now")
    lifecycle.set_expiry(call.session, hit, expires_ms, call.now)
    return {}


def update_hit_type_of_hit(call: Call) -> dict[str, Any]:
    """Another title, reward and so on, while nobody has accepted the HIT."""
    hit = lookup.hit(call, call.params["HITId"], lock=True)
    hit_type = lookup.hit_type(call, call.params["HITTypeId"])
    lifecycle.set_type(call.session, hit, hit_type, call.now)
    return {}


def update_hit_review_status(call: Call) -> dict[str, Any]:
    """Reviewable → Reviewing, or back with `Revert`."""
    hit = lookup.hit(call, call.params["HITId"], lock=True)
    reviewing = not call.params.get("Revert", False)
    lifecycle.set_reviewing(call.session, hit, reviewing, call.now)
    return {}


def delete_hit(call: Call) -> dict[str, Any]:
    """Dispose of a HIT that is Reviewable or Reviewing and wholly reviewed."""
    hit = lookup.hit(call, call.params["HITId"], lock=True)
    lifecycle.dispose(call.session, hit, call.now)
    return {}
