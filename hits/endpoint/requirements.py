"""QualificationRequirements: what a HIT type asks of its workers, checked when it is made.

Stored as the API gives them back: each with an id, a comparator, the values that go with it, and
the actions that it guards.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hits.endpoint.errors import invalid_parameter, qualification_type_does_not_exist
from hits.endpoint.system_qualifications import LOCALE, SYSTEM
from hits.endpoint.tables import QualificationType

Structure = dict[str, Any]
ACCEPT = "Accept"
PREVIEW = "PreviewAndAccept"
DISCOVER = "DiscoverPreviewAndAccept"
WITHOUT_VALUE = ("Exists", "DoesNotExist")
_SETS = ("In", "NotIn")
_LOCALE_COMPARATORS = ("EqualTo", "NotEqualTo", *_SETS, *WITHOUT_VALUE)
_MOST_INTEGERS = 15
_MOST_LOCALES = 30


def checked(session: Session, account_seq: int, given: list[Structure]) -> list[Structure]:
    """The requirements in their stored form, or the refusal that names the first wrong one."""
    return [_checked(session, account_seq, one, at) for at, one in enumerate(given)]


def _checked(session: Session, account_seq: int, one: Structure, at: int) -> Structure:
    name = f"QualificationRequirements[{at}]"
    wanted = one["QualificationTypeId"]
    if wanted not in SYSTEM:
        _require_own(session, account_seq, wanted)
    _check_values(name, one, is_locale=wanted == LOCALE)
    guarded = _guarded(name, one)
    stored = {key: value for key, value in one.items() if key != "RequiredToPreview"}
    return stored | {"ActionsGuarded": guarded, "RequiredToPreview": guarded != ACCEPT}


def _require_own(session: Session, account_seq: int, qualification_type_id: str) -> None:
    query = select(QualificationType.seq).where(
        QualificationType.qualification_type_id == qualification_type_id,
        QualificationType.account_seq == account_seq,
        QualificationType.deleted_ms.is_(None),
    )
    if session.scalars(query).first() is None:
        raise qualification_type_does_not_exist(qualification_type_id)


def _check_values(name: str, one: Structure, is_locale: bool) -> None:
    comparator = one["Comparator"]
    right, wrong = "IntegerValues", "LocaleValues"
    most = _MOST_INTEGERS
    if is_locale:
        right, wrong, most = wrong, right, _MOST_LOCALES
        if comparator not in _LOCALE_COMPARATORS:
            raise invalid_parameter(
                f"{name}.Comparator", f"must be one of {', '.join(_LOCALE_COMPARATORS)} for a place"
            )
    if one.get(wrong):
        raise invalid_parameter(f"{name}.{wrong}", "does not go with this qualification type")
    count = len(one.get(right) or ())
    low, high = (1, most) if comparator in _SETS else (1, 1)
    if comparator in WITHOUT_VALUE:
        low = high = 0
    if not low <= count <= high:
        many = f"{low} to {high} values" if high > 1 else f"exactly {high} value{'s' * (not high)}"
        raise invalid_parameter(f"{name}.{right}", f"must have {many} with {comparator}")


def _guarded(name: str, one: Structure) -> str:
    guarded = one.get("ActionsGuarded")
    preview = one.get("RequiredToPreview")
    if guarded is None:
        return PREVIEW if preview else ACCEPT
    if preview is not None and preview != (guarded != ACCEPT):
        raise invalid_parameter(f"{name}.RequiredToPreview", "contradicts ActionsGuarded")
    return str(guarded)
