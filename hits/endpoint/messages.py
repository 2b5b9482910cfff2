"""Messages from requesters to workers: they are shown on the worker site, and nowhere else."""

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from hits.endpoint.prepared import Prepared
from hits.endpoint.tables import Message, Worker


def send(
    session: Session, account_seq: int, worker: Worker, subject: str, body: str, now: int
) -> None:
    """Put a message into the worker's box."""
    session.add(
        Message(
            account_seq=account_seq,
            worker_seq=worker.seq,
            subject=subject,
            body=body,
            sent_ms=now,
        )
    )
    session.flush()


_UNREAD = Prepared(
    select(func.count()).where(Message.worker_seq == bindparam("worker"), Message.read_ms.is_(None))
)


def unread(session: Session, worker_seq: int) -> int:
    """How many messages the worker has not opened yet."""
    row = _UNREAD.first(session, worker=worker_seq)
    return int(row[0]) if row else 0


def mark_read(session: Session, worker: Worker, now: int) -> None:
    """The worker has seen them all."""
    session.execute(
        update(Message)
        .where(Message.worker_seq == worker.seq, Message.read_ms.is_(None))
        .values(read_ms=now)
        .execution_options(synchronize_session=False)
    )
