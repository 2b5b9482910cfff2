"""NotifyWorkers: a message to up to 100 workers, who read it on the worker site."""

from typing import Any

from sqlalchemy import select

from hits.endpoint import messages
from hits.endpoint.operations import Call
from hits.endpoint.tables import Assignment, Hit, Qualification, QualificationType, Worker


def notify_workers(call: Call) -> dict[str, Any]:
    """Only workers whom the caller has had to do with get it; the others are named as failures."""
    wanted = list(dict.fromkeys(call.params["WorkerIds"]))
    found = call.session.scalars(select(Worker).where(Worker.worker_id.in_(wanted)))
    workers = {worker.worker_id: worker for worker in found}
    failures = []
    for worker_id in wanted:
        worker = workers.get(worker_id)
        if worker is None or not _known(call, worker):
            failures.append(_failure(worker_id))
            continue
        subject, text = call.params["Subject"], call.params["MessageText"]
        messages.send(call.session, call.account_seq, worker, subject, text, call.now)
    return {"NotifyWorkersFailureStatuses": failures}


def _known(call: Call, worker: Worker) -> bool:
    """Whether the worker has taken a HIT of the caller's, or has a qualification of theirs."""
    worked = (
        select(Assignment.seq)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .where(Assignment.worker_seq == worker.seq, Hit.account_seq == call.account_seq)
    )
    qualified = (
        select(Qualification.type_seq)
        .join(QualificationType, QualificationType.seq == Qualification.type_seq)
        .where(
            Qualification.worker_seq == worker.seq,
            QualificationType.account_seq == call.account_seq,
        )
    )
    return any(call.session.scalars(query.limit(1)).first() for query in (worked, qualified))


def _failure(worker_id: str) -> dict[str, Any]:
    return {
        "NotifyWorkersFailureCode": "HardFailure",
        "NotifyWorkersFailureMessage": "This worker has not worked on any of your HITs.",
        "WorkerId": worker_id,
    }
