"""CreateHITType, and the HIT type that CreateHIT makes on the way."""

import json
from typing import Any

from sqlalchemy import select

from hits.endpoint import ids, requirements
from hits.endpoint.money import to_cents
from hits.endpoint.operations import Call
from hits.endpoint.tables import HitType, Requirement

DEFAULT_AUTO_APPROVAL_S = 30 * 24 * 3600


def create_hit_type(call: Call) -> dict[str, Any]:
    """Identical values give the id that exists already."""
    return {"HITTypeId": find_or_create(call).hit_type_id}


def find_or_create(call: Call) -> HitType:
    """The account's HIT type with these values."""
    params = call.params
    asked = params.get("QualificationRequirements") or []
    values: dict[str, Any] = {
        "title": params["Title"],
        "description": params["Description"],
        "keywords": params.get("Keywords"),
        "reward_cents": to_cents("Reward", params["Reward"]),
        "duration_s": params["AssignmentDurationInSeconds"],
        "auto_approval_s": params.get("AutoApprovalDelayInSeconds", DEFAULT_AUTO_APPROVAL_S),
    }
    if asked:
        values["requirements"] = requirements.checked(call.session, call.account_seq, asked)
    digest = ids.digest(json.dumps(values, sort_keys=True))
    return _existing(call, digest) or _new(call, digest, values)


def _existing(call: Call, digest: str) -> HitType | None:
    query = select(HitType).where(HitType.account_seq == call.account_seq, HitType.digest == digest)
    return call.session.scalars(query).first()


def _new(call: Call, digest: str, values: dict[str, Any]) -> HitType:
    hit_type = HitType(
        hit_type_id=ids.entity_id(),
        group_id=ids.entity_id(),
        account_seq=call.account_seq,
        digest=digest,
        created_ms=call.now,
        **values,
    )
    call.session.add(hit_type)
    call.session.flush()
    asked = {one["QualificationTypeId"] for one in hit_type.requirements or ()}
    call.session.add_all(
        Requirement(qualification_type_id=one, type_seq=hit_type.seq) for one in asked
    )
    return hit_type
