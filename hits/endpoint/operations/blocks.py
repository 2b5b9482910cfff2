"""Worker blocks: CreateWorkerBlock, DeleteWorkerBlock, ListWorkerBlocks."""

from typing import Any

from sqlalchemy import select

from hits.endpoint.operations import Call, lookup, pages
from hits.endpoint.tables import Worker, WorkerBlock


def create_worker_block(call: Call) -> dict[str, Any]:
    """None of the caller's HITs are open to this worker; a second block only changes the reason."""
    worker = _locked(call)
    block = call.session.get(WorkerBlock, (worker.seq, call.account_seq))
    if block is None:
        block = WorkerBlock(
            worker_seq=worker.seq, account_seq=call.account_seq, created_ms=call.now
        )
        call.session.add(block)
        worker.blocks += 1
    block.reason = call.params["Reason"]
    call.session.flush()
    return {}


def delete_worker_block(call: Call) -> dict[str, Any]:
    """Take the block back; that there is none is no error."""
    worker = _locked(call)
    block = call.session.get(WorkerBlock, (worker.seq, call.account_seq))
    if block is not None:
        call.session.delete(block)
        worker.blocks -= 1
    return {}


def _locked(call: Call) -> Worker:
    """The worker's row, held, because the count of blocks on it is about to change."""
    worker = lookup.worker(call, call.params["WorkerId"])
    call.session.refresh(worker, with_for_update=True)
    return worker


def list_worker_blocks(call: Call) -> dict[str, Any]:
    """The caller's blocks, in the order in which the workers registered."""
    query = select(WorkerBlock).where(WorkerBlock.account_seq == call.account_seq)
    if after := pages.start("ListWorkerBlocks", call.params, 1):
        query = query.where(WorkerBlock.worker_seq > after[0])
    query = query.order_by(WorkerBlock.worker_seq).limit(pages.size(call.params) + 1)
    return pages.page(
        "ListWorkerBlocks",
        call.params,
        call.session.scalars(query).all(),
        lambda row: (row.worker_seq,),
        "WorkerBlocks",
        lambda row: {"WorkerId": row.worker.worker_id, "Reason": row.reason},
    )
