"""What a requester has out: money, and HIT types with counts that stay current."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import ledger
from hits.endpoint.requester_site import sessions
from hits.endpoint.tables import Account, Hit, HitStatus, HitType
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.visit import Visit, go

_MOST = 200


@dataclass(frozen=True)
class Counts:
    """A HIT type's HITs, by what they wait for, and its assignments."""

    hit_type_id: str
    title: str
    reward_cents: int
    hits: int
    open: int
    pending: int
    submitted: int
    approved: int
    rejected: int
    places: int

    @property
    def done_percent(self) -> int:
        """Handed in, of all places."""
        done = self.submitted + self.approved + self.rejected
        return 100 * done // self.places if self.places else 0


def show(visit: Visit) -> Response:
    """The overview; its counts renew themselves while the page is open."""

    def read(session: Session, now: int) -> Response:
        account = sessions.account_of(session, visit.secret, now)
        if account is None:
            return go("/requester/sign-in")
        return render.page(
            "requester.html",
            live=True,
            requester=account.access_key,
            csrf=visit.csrf,
            available=account.available_cents,
            on_hold=ledger.on_hold(session, account.seq),
            groups=counts(session, account),
        )

    return visit.market.read(read)


def counts(session: Session, account: Account, hit_type_id: str | None = None) -> list[Counts]:
    """Of the account's HIT types that have HITs, newest first."""
    is_open = case((Hit.status == HitStatus.ASSIGNABLE, 1), else_=0)
    sums = (Hit.pending, Hit.submitted, Hit.approved, Hit.rejected, Hit.max_assignments)
    query = (
        select(
            HitType.hit_type_id,
            HitType.title,
            HitType.reward_cents,
            func.count(Hit.seq),
            func.sum(is_open),
            *(func.sum(column) for column in sums),
        )
        .join(Hit, Hit.type_seq == HitType.seq)
        .where(HitType.account_seq == account.seq, Hit.status != HitStatus.DISPOSED)
        .group_by(HitType.seq, HitType.hit_type_id, HitType.title, HitType.reward_cents)
        .order_by(HitType.seq.desc())
        .limit(_MOST)
    )
    if hit_type_id is not None:
        query = query.where(HitType.hit_type_id == hit_type_id)
    return [
        Counts(*row[:3], *(int(number) for number in row[3:])) for row in session.execute(query)
    ]
