"""What can go wrong: for who starts the server, for requesters' programs, for workers."""

REQUEST_ERROR = "RequestError"
PARAMETER_ERROR = "ParameterValidationError"


class EndpointError(Exception):
    """The server will not start, or will not open its data; the message says what to do."""


class WireError(Exception):
    """A refusal that a requester's program receives.

    ``kind`` becomes ``__type`` (boto3's ``Error.Code``); ``code`` becomes ``TurkErrorCode`` with
    MTurk's prefix. botocore hands ``TurkErrorCode`` on for ``RequestError`` alone, because that
    is the one refusal its model knows.
    """

    def __init__(
        self, kind: str, message: str, code: str | None = None, *, status: int = 400
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.code = f"AWS.MechanicalTurk.{code}" if code else None
        self.status = status


class WorkRefused(Exception):
    """A worker's step that cannot be taken; `reason` is a word of the worker site's contract."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def request_error(code: str, message: str) -> WireError:
    """A modelled refusal: ``RequestError`` with ``AWS.MechanicalTurk.<code>``."""
    return WireError(REQUEST_ERROR, message, code)


def invalid_parameter(name: str, why: str) -> WireError:
    """A parameter that no state of the market could make right."""
    message = f"The value is not valid for the parameter {name}. {name} {why}."
    return WireError(PARAMETER_ERROR, message, "InvalidParameterValue")


def invalid_hit_state(status: str, *allowed: str) -> WireError:
    """The operation exists, but not for a HIT in this status."""
    return request_error(
        "InvalidHITState",
        f"This HIT is currently in the state '{status}'. "
        f"This operation can be called with a status of: {', '.join(allowed)}",
    )


def invalid_assignment_state(*allowed: str) -> WireError:
    """The operation exists, but not for an assignment in this status."""
    return request_error(
        "InvalidAssignmentState",
        f"This operation can be called with a status of: {', '.join(allowed)}",
    )


def hit_does_not_exist(hit_id: str) -> WireError:
    """Also said of somebody else's HIT: whether it exists is not the asker's business."""
    return request_error("HITDoesNotExist", f"Hit {hit_id} does not exist.")


def assignment_does_not_exist(assignment_id: str) -> WireError:
    """Also said of an assignment on somebody else's HIT."""
    return request_error("AssignmentDoesNotExist", f"Assignment {assignment_id} does not exist.")


def qualification_type_does_not_exist(qualification_type_id: str) -> WireError:
    """Also said of somebody else's qualification type."""
    return request_error(
        "QualificationTypeDoesNotExist",
        f"Qualification type {qualification_type_id} does not exist.",
    )


def insufficient_funds() -> WireError:
    """The balance does not cover what the operation would hold or pay."""
    return request_error(
        "InsufficientFunds",
        "This Requester has insufficient funds in their account to complete this transaction.",
    )


def service_fault() -> WireError:
    """Nothing that the asker did: a failure of the service, which boto3 tries again."""
    return WireError("ServiceFault", "The service failed.", "ServiceFault", status=500)


def not_supported(what: str) -> WireError:
    """Refused rather than ignored: a setting dropped in silence would change the study."""
    return request_error("NotSupported", f"This endpoint does not support {what}.")
