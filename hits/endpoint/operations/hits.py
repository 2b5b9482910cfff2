"""CreateHIT, CreateHITWithHITType, GetHIT, ListHITs, ListReviewableHITs."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import undefer

from hits.endpoint import ids, layouts, lifecycle, question, templates, tokens
from hits.endpoint.clock import SECOND
from hits.endpoint.errors import invalid_parameter, request_error
from hits.endpoint.operations import Call, hit_types, lookup, pages, shapes
from hits.endpoint.reviews import policy
from hits.endpoint.tables import Hit, HitStatus, HitType

_POLICIES = {"AssignmentReviewPolicy": policy.KNOWN_ANSWERS, "HITReviewPolicy": policy.PLURALITY}


def create_hit(call: Call) -> dict[str, Any]:
    """A HIT whose type is found or made from the same parameters."""
    _refuse_repeated(call)
    return _create(call, hit_types.find_or_create(call))


def create_hit_with_hit_type(call: Call) -> dict[str, Any]:
    """A HIT of an existing type."""
    _refuse_repeated(call)
    return _create(call, lookup.hit_type(call, call.params["HITTypeId"]))


def _refuse_repeated(call: Call) -> None:
    token = call.params.get("UniqueRequestToken")
    made = tokens.result_of(call.session, call.account_seq, tokens.HITS, token, call.now)
    if made is not None:
        raise request_error(
            "HitAlreadyExists", f"The HIT {made} has already been created with this token."
        )


def _create(call: Call, hit_type: HitType) -> dict[str, Any]:
    params = call.params
    xml = _question(call)
    asked = question.parse(xml)
    policies = {name: params[name] for name in _POLICIES if params.get(name)}
    for name, given in policies.items():
        policy.check(name, given, _POLICIES[name])
    hit = Hit(
        hit_id=ids.entity_id(),
        account_seq=call.account_seq,
        type=hit_type,
        question=xml,
        layout_id=params.get("HITLayoutId"),
        inputs=_inputs(params) if "HITLayoutId" in params else None,
        external_url=asked.url,
        frame_height=asked.height,
        is_form=asked.is_form,
        has_policies=bool(policies),
        assignment_policy=policies.get("AssignmentReviewPolicy"),
        hit_policy=policies.get("HITReviewPolicy"),
        annotation=params.get("RequesterAnnotation"),
        max_assignments=params.get("MaxAssignments", 1),
        created_ms=call.now,
        expires_ms=call.now + params["LifetimeInSeconds"] * SECOND,
        status=HitStatus.ASSIGNABLE,
        review_status="NotReviewed",
    )
    lifecycle.open_hit(call.session, hit, call.now)
    token = params.get("UniqueRequestToken")
    tokens.remember(call.session, call.account_seq, tokens.HITS, token, hit.hit_id, call.now)
    return {"HIT": shapes.hit(hit)}


def _question(call: Call) -> str:
    """The Question as it is given, or as the layout and its parameters make it."""
    params = call.params
    if ("Question" in params) == ("HITLayoutId" in params):
        raise invalid_parameter("Question", "or HITLayoutId is required, and not both")
    if "Question" in params:
        if params.get("HITLayoutParameters"):
            raise invalid_parameter("HITLayoutParameters", "needs a HITLayoutId")
        return str(params["Question"])
    layout = layouts.find(call.session, call.account_seq, params["HITLayoutId"])
    return templates.question(layout.html, layout.height, _inputs(params))


def _inputs(params: dict[str, Any]) -> dict[str, str]:
    given = params.get("HITLayoutParameters") or []
    inputs = {one.get("Name", ""): one.get("Value", "") for one in given}
    if len(inputs) < len(given) or "" in inputs:
        raise invalid_parameter("HITLayoutParameters", "must name each variable once")
    return inputs


def get_hit(call: Call) -> dict[str, Any]:
    """The HIT as it is at this moment; its Question comes back verbatim."""
    return {"HIT": shapes.hit(lookup.hit(call, call.params["HITId"]))}


def list_hits(call: Call) -> dict[str, Any]:
    """All HITs that are not disposed of, newest first."""
    return listed("ListHITs", call, Hit.status != HitStatus.DISPOSED)


def list_reviewable_hits(call: Call) -> dict[str, Any]:
    """HITs that are Reviewable (or, if asked for, Reviewing), of one type or of all."""
    wanted = Hit.status == call.params.get("Status", HitStatus.REVIEWABLE)
    if hit_type_id := call.params.get("HITTypeId"):
        wanted &= Hit.type_seq == lookup.hit_type(call, hit_type_id).seq
    return listed("ListReviewableHITs", call, wanted)


def listed(operation: str, call: Call, wanted: ColumnElement[bool]) -> dict[str, Any]:
    """A page of the caller's HITs, newest first."""
    query = select(Hit).where(Hit.account_seq == call.account_seq, wanted)
    if after := pages.start(operation, call.params, 1):
        query = query.where(Hit.seq < after[0])
    query = query.order_by(Hit.seq.desc()).limit(pages.size(call.params) + 1)
    hits = call.session.scalars(query.options(undefer(Hit.question))).all()
    return pages.page(operation, call.params, hits, lambda hit: (hit.seq,), "HITs", shapes.hit)
