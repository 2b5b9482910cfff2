"""The endpoint's tables.

Times are milliseconds since the epoch, money is whole cents, secrets are hashes (save the
requesters' keys, which a signature check needs as they are). Public ids are random strings;
``seq`` numbers are internal and give lists a stable order. Counters on ``hits`` repeat what
``assignments`` says, so that the queue and the API read one row per HIT. Questions and answers
are long and seldom needed: they are loaded only where a query asks for them.

    base.py            what they share
    hits.py            accounts, HIT types, HITs, layouts, request tokens
    work.py            workers, assignments, bonuses, uploads, invitations
    qualifications.py  qualification types, who has them, who asks for them; blocks
    reviews.py         what review policies found and did
    news.py            messages to workers, events for requesters
"""

from hits.endpoint.tables.base import (
    Base,
)
from hits.endpoint.tables.hits import (
    Account,
    Hit,
    HitStatus,
    HitType,
    Layout,
    Page,
    RequesterSession,
    RequestToken,
)
from hits.endpoint.tables.news import (
    Event,
    Listener,
    Message,
)
from hits.endpoint.tables.qualifications import (
    Qualification,
    QualificationRequest,
    QualificationType,
    RequestState,
    Requirement,
    WorkerBlock,
)
from hits.endpoint.tables.reviews import (
    ReviewAction,
    ReviewResult,
)
from hits.endpoint.tables.work import (
    GIVEN_UP,
    Assignment,
    Bonus,
    Invitation,
    State,
    SubmitToken,
    Upload,
    Worker,
    WorkerSession,
)

__all__ = [
    "Account",
    "Assignment",
    "Base",
    "Bonus",
    "Event",
    "GIVEN_UP",
    "Hit",
    "HitStatus",
    "HitType",
    "Invitation",
    "Layout",
    "Listener",
    "Message",
    "Page",
    "Qualification",
    "QualificationRequest",
    "QualificationType",
    "RequestState",
    "RequestToken",
    "RequesterSession",
    "Requirement",
    "ReviewAction",
    "ReviewResult",
    "State",
    "SubmitToken",
    "Upload",
    "Worker",
    "WorkerBlock",
    "WorkerSession",
]
