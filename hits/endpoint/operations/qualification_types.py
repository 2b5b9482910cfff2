"""Qualification types: create, get, update, delete, list; and the HITs that ask for one."""

from typing import Any

from sqlalchemy import or_, select

from hits.endpoint import ids, question, question_form
from hits.endpoint.errors import invalid_parameter, request_error
from hits.endpoint.operations import Call, hits, lookup, pages, shapes
from hits.endpoint.system_qualifications import SYSTEM
from hits.endpoint.tables import Hit, HitStatus, QualificationType, Requirement

Params = dict[str, Any]
_FIELDS = {
    "Description": "description",
    "Test": "test",
    "AnswerKey": "answer_key",
    "TestDurationInSeconds": "test_duration_s",
    "RetryDelayInSeconds": "retry_delay_s",
    "AutoGranted": "auto_granted",
    "AutoGrantedValue": "auto_granted_value",
}


def create_qualification_type(call: Call) -> dict[str, Any]:
    """A type of the caller's own; names are unique among them."""
    params = call.params
    same = select(QualificationType.seq).where(
        QualificationType.account_seq == call.account_seq,
        QualificationType.name == params["Name"],
        QualificationType.deleted_ms.is_(None),
    )
    if call.session.scalars(same).first() is not None:
        raise request_error(
            "QualificationTypeAlreadyExists",
            f"You have already created a QualificationType with the name {params['Name']!r}.",
        )
    kind = QualificationType(
        qualification_type_id=ids.entity_id(),
        account_seq=call.account_seq,
        name=params["Name"],
        keywords=params.get("Keywords"),
        auto_granted=False,
        created_ms=call.now,
    )
    return _set(call, kind)


def update_qualification_type(call: Call) -> dict[str, Any]:
    """Change what is given; requests that have begun keep the test that they began with."""
    return _set(call, lookup.qualification_type(call, call.params["QualificationTypeId"]))


def _set(call: Call, kind: QualificationType) -> dict[str, Any]:
    params = call.params
    for member, column in _FIELDS.items():
        if member in params:
            setattr(kind, column, params[member])
    if "QualificationTypeStatus" in params:
        kind.active = params["QualificationTypeStatus"] == "Active"
    _check(kind, params)
    call.session.add(kind)
    call.session.flush()
    return {"QualificationType": shapes.qualification_type(kind)}


def _check(kind: QualificationType, params: Params) -> None:
    if kind.test is not None and kind.test_duration_s is None:
        raise invalid_parameter("TestDurationInSeconds", "is required with a Test")
    if kind.test is None and kind.answer_key is not None:
        raise invalid_parameter("AnswerKey", "needs a Test")
    if kind.test is None and kind.test_duration_s is not None:
        raise invalid_parameter("TestDurationInSeconds", "needs a Test")
    if kind.auto_granted and kind.test is not None:
        raise invalid_parameter("AutoGranted", "does not go with a Test")
    if not kind.auto_granted:
        if "AutoGrantedValue" in params:
            raise invalid_parameter("AutoGrantedValue", "needs AutoGranted")
        kind.auto_granted_value = None
    if "Test" in params and question.parse(params["Test"], "Test").html is None:
        raise invalid_parameter("Test", "must be a QuestionForm")
    if "AnswerKey" in params:
        question_form.check_key(params["AnswerKey"])


def get_qualification_type(call: Call) -> dict[str, Any]:
    """The caller's own, or one of the system's."""
    wanted = call.params["QualificationTypeId"]
    if wanted in SYSTEM:
        return {"QualificationType": shapes.system_qualification_type(wanted)}
    kind = lookup.qualification_type(call, wanted)
    return {"QualificationType": shapes.qualification_type(kind)}


def delete_qualification_type(call: Call) -> dict[str, Any]:
    """Nobody has it any more, and a HIT that asks for it is open to nobody."""
    kind = lookup.qualification_type(call, call.params["QualificationTypeId"])
    kind.deleted_ms = call.now
    call.session.flush()
    return {}


def list_qualification_types(call: Call) -> dict[str, Any]:
    """The caller's own and, unless only those are wanted, the system's; never another's.

    The system's come first, numbered from below zero; they cannot be requested.
    """
    params = call.params
    after = (pages.start("ListQualificationTypes", params, 1) or (-len(SYSTEM) - 1,))[0]
    query = select(QualificationType).where(
        QualificationType.account_seq == call.account_seq,
        QualificationType.deleted_ms.is_(None),
        QualificationType.seq > after,
    )
    if params["MustBeRequestable"]:
        query = query.where(QualificationType.active)
    words = params.get("Query")
    if words:
        columns = (
            QualificationType.name,
            QualificationType.description,
            QualificationType.keywords,
        )
        query = query.where(or_(*(c.icontains(words, autoescape=True) for c in columns)))
    own = call.session.scalars(
        query.order_by(QualificationType.seq).limit(pages.size(params) + 1)
    ).all()
    rows = [(number, shape) for number, shape in _system(params) if number > after]
    rows += [(kind.seq, shapes.qualification_type(kind)) for kind in own]
    return _page(params, rows)


def _page(params: Params, rows: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    return pages.page(
        "ListQualificationTypes",
        params,
        rows,
        lambda row: (row[0],),
        "QualificationTypes",
        lambda row: row[1],
    )


def _system(params: Params) -> list[tuple[int, dict[str, Any]]]:
    if params["MustBeRequestable"] or params.get("MustBeOwnedByCaller"):
        return []
    words = params.get("Query", "").casefold()
    return [
        (number, shapes.system_qualification_type(one))
        for number, (one, kind) in enumerate(SYSTEM.items(), -len(SYSTEM))
        if words in f"{kind.name}\n{kind.description}".casefold()
    ]


def list_hits_for_qualification_type(call: Call) -> dict[str, Any]:
    """The caller's HITs that ask for this qualification, newest first."""
    wanted = call.params["QualificationTypeId"]
    if wanted not in SYSTEM:
        lookup.qualification_type(call, wanted)
    types = select(Requirement.type_seq).where(Requirement.qualification_type_id == wanted)
    asked = (Hit.status != HitStatus.DISPOSED) & Hit.type_seq.in_(types)
    return hits.listed("ListHITsForQualificationType", call, asked)
