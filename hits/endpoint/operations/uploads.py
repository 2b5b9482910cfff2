"""GetFileUploadURL: a temporary address of a file that came with an answer."""

from typing import Any

from sqlalchemy import select

from hits.endpoint import uploads
from hits.endpoint.errors import request_error
from hits.endpoint.operations import Call, lookup
from hits.endpoint.tables import Account, Upload


def get_file_upload_url(call: Call) -> dict[str, Any]:
    """Whoever has the address can fetch the file, for a minute."""
    assignment, _ = lookup.assignment(call, call.params["AssignmentId"])
    question_id = call.params["QuestionIdentifier"]
    query = select(Upload.upload_id).where(
        Upload.assignment_seq == assignment.seq, Upload.question_id == question_id
    )
    upload_id = call.session.scalars(query.order_by(Upload.seq)).first()
    if upload_id is None:
        raise request_error(
            "InvalidParameterValue",
            f"No file was uploaded for the question {question_id!r} of assignment "
            f"{assignment.assignment_id}.",
        )
    secret = call.session.scalars(
        select(Account.secret_key).where(Account.seq == call.account_seq)
    ).one()
    return {"FileUploadURL": call.base + uploads.address(upload_id, secret, call.now)}
