"""Workers: registering, signing in and out, and who is behind a cookie."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import ids, invitations
from hits.endpoint.clock import DAY
from hits.endpoint.eligibility import Standing
from hits.endpoint.live import LiveType
from hits.endpoint.prepared import Prepared
from hits.endpoint.requirements import DISCOVER
from hits.endpoint.tables import HitType, Worker, WorkerSession
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import COOKIE, Visit, go

SESSION_DAYS = 400


def worker_of(session: Session, secret: str, now: int) -> Worker | None:
    """The worker whose browser holds this secret."""
    if not secret:
        return None
    query = (
        select(Worker)
        .join(WorkerSession, WorkerSession.worker_seq == Worker.seq)
        .where(
            WorkerSession.secret_hash == ids.digest(secret),
            WorkerSession.created_ms > now - SESSION_DAYS * DAY,
        )
    )
    return session.scalars(query).first()


class Visitor(NamedTuple):
    """A worker as the busiest pages need them."""

    seq: int
    worker_id: str
    country: str | None
    subdivision: str | None
    adult: bool
    blocks: int


_VISITOR = Prepared(
    select(*(getattr(Worker, name) for name in Visitor._fields))
    .join_from(WorkerSession, Worker, Worker.seq == WorkerSession.worker_seq)
    .where(
        WorkerSession.secret_hash == bindparam("hash"),
        WorkerSession.created_ms > bindparam("after"),
    )
)


def visitor(session: Session, secret: str, now: int) -> Visitor | None:
    """The worker whose browser holds this secret, as a plain record."""
    if not secret:
        return None
    row = _VISITOR.first(session, hash=ids.digest(secret), after=now - SESSION_DAYS * DAY)
    return Visitor._make(row) if row else None


def require_visitor(session: Session, visit: Visit, now: int) -> Visitor:
    """The visiting worker; a form of somebody signed out is stale."""
    found = visitor(session, visit.secret, now)
    if found is None:
        raise Notice("stale-form", 403)
    return found


def require_worker(session: Session, visit: Visit, now: int) -> Worker:
    """The visiting worker; a form of somebody signed out is stale."""
    worker = worker_of(session, visit.secret, now)
    if worker is None:
        raise Notice("stale-form", 403)
    return worker


def require_group(session: Session, hit_type_id: str) -> None:
    """Refuse a group that does not exist."""
    query = select(HitType.seq).where(HitType.hit_type_id == hit_type_id)
    if session.scalars(query).first() is None:
        raise Notice("unknown", 404)


def require_standing(standing: Standing, hit_type: HitType | LiveType, action: str) -> None:
    """Refuse, saying exactly why, what this worker may not do with HITs of this type."""
    if standing.is_blocked_by(hit_type.account_seq):
        raise Notice("blocked", 403)
    # Of a task that may not even be found, nothing is said but that.
    if standing.unmet(hit_type, DISCOVER):
        raise Notice("unknown", 404)
    if unmet := standing.unmet(hit_type, action):
        raise Notice("not-qualified", 403, unmet)


def register(visit: Visit) -> Response:
    """A new worker, under the id they ask for or a drawn one; the secret is shown this once."""
    if visit.market.read(lambda session, now: worker_of(session, visit.secret, now)):
        return go("/")
    wanted = visit.form.get("worker_id").strip()
    if wanted and not ids.WORKER_ID.fullmatch(wanted):
        raise Notice("bad-worker-id", 400)
    secret, cookie = ids.secret(), ids.secret()
    code = visit.form.get("invitation").strip()

    def write(session: Session, now: int) -> str:
        if not visit.open_registration and not invitations.take_place(session, code, now):
            raise Notice("no-invitation", 403)
        worker_id = wanted or ids.worker_id()
        if session.scalars(select(Worker.seq).where(Worker.worker_id == worker_id)).first():
            raise Notice("worker-id-taken", 409)
        worker = Worker(worker_id=worker_id, secret_hash=ids.digest(secret), created_ms=now)
        session.add(worker)
        session.flush()
        _open_session(session, worker, cookie, now)
        return worker_id

    worker_id = visit.market.write(write)
    shown = render.page("registered.html", worker_id=worker_id, secret=secret)
    return _with_cookie(shown, visit, cookie)


def join(visit: Visit) -> Response:
    """Where an invitation leads: the welcome, with a way in if the invitation is good."""
    code = visit.path["code"]
    good = visit.market.read(lambda session, now: invitations.is_good(session, code, now))
    if not good and not visit.open_registration:
        raise Notice("no-invitation", 403)
    return render.page("welcome.html", open=True, invitation=code)


def sign_in(visit: Visit) -> Response:
    """A new session for a worker who knows their secret."""
    cookie = ids.secret()

    def write(session: Session, now: int) -> None:
        wanted = Worker.worker_id == visit.form.get("worker_id").strip()[:64].replace("\0", "")
        worker = session.scalars(select(Worker).where(wanted)).first()
        given = ids.digest(visit.form.get("secret").strip())
        if worker is None or not ids.same(worker.secret_hash, given):
            raise Notice("wrong-secret", 403)
        _open_session(session, worker, cookie, now)

    visit.market.write(write)
    return _with_cookie(go("/"), visit, cookie)


def sign_out(visit: Visit) -> Response:
    """End this session; the worker's other sessions go on."""
    mine = WorkerSession.secret_hash == ids.digest(visit.secret)
    visit.market.write(lambda session, _now: session.execute(delete(WorkerSession).where(mine)))
    response = go("/")
    response.delete_cookie(COOKIE, path="/")
    return response


def _open_session(session: Session, worker: Worker, cookie: str, now: int) -> None:
    session.add(
        WorkerSession(secret_hash=ids.digest(cookie), worker_seq=worker.seq, created_ms=now)
    )
    session.flush()


def _with_cookie(response: Response, visit: Visit, cookie: str) -> Response:
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=SESSION_DAYS * 24 * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=visit.base.startswith("https:"),
    )
    return response
