"""How amounts and times are said to people, and why something could not be done."""

from datetime import UTC, datetime

from hits.endpoint.clock import SECOND
from hits.endpoint.money import to_dollars

REASONS = {
    "taken": (
        "Somebody was faster",
        "All places of this task are taken. If somebody returns theirs, it will be offered again.",
    ),
    "expired": ("This task has ended", "Its time in the queue is over; it cannot be accepted."),
    "done-before": ("You have done this one", "Each task can be done once by each worker."),
    "not-qualified": (
        "This task asks for something else",
        "Its requester offers it to workers who meet what is listed here.",
    ),
    "blocked": (
        "This requester's tasks are closed to you",
        "The requester has blocked your account. Other requesters' tasks are not affected.",
    ),
    "not-requestable": (
        "This qualification is not given at present",
        "Its requester does not take requests for it now.",
    ),
    "already-qualified": ("You have this qualification", "There is nothing to ask for."),
    "no-retry": (
        "You have asked for this before",
        "Its requester allows one request for each worker.",
    ),
    "retry-later": (
        "Not yet",
        "You have asked for this before; the page of the qualification says when you may again.",
    ),
    "bad-place": (
        "That place is not known",
        "A country is two letters (ISO 3166, such as DE or US), and so is a part of one.",
    ),
    "none-left": (
        "Nothing left in this group",
        "You have done every task of this group that is available now. Thank you.",
    ),
    "unknown": ("There is no such page", "The address may be incomplete, or no longer in use."),
    "stale-form": (
        "Please try once more",
        "This form belongs to another session, or you have signed in again since it was shown.",
    ),
    "foreign-origin": ("Refused", "This form was sent from another site."),
    "no-invitation": (
        "An invitation is needed",
        "The invitation is unknown, used up or too old. Ask whoever invited you for another.",
    ),
    "bad-worker-id": (
        "That id cannot be used",
        "A worker id is an A followed by up to 63 capital letters and digits.",
    ),
    "worker-id-taken": ("That id is taken", "Choose another, or leave the field empty."),
    "wrong-secret": (
        "You could not be signed in",
        "There is no worker with this id and secret. Both are shown once, at registration.",
    ),
    "wrong-key": (
        "You could not be signed in",
        "There is no account with this access key and secret.",
    ),
    "nothing-chosen": (
        "Nothing was chosen",
        "Tick at least one submission, and approve or reject.",
    ),
    "bad-host": (
        "That is not a host",
        "A host is written like cdn.example.org or *.example.org, several with spaces between.",
    ),
    "reason-needed": (
        "Say why",
        "A rejection takes a worker's pay and standing: they are told the reason. Go back and write it.",
    ),
    "too-large": ("That is too much", "The form is larger than this site accepts."),
    "unreadable": ("The form could not be read", "It is not a form as browsers send them."),
    "failed": ("Something went wrong here", "The failure is noted. Please try again in a moment."),
}

QUALIFICATION_STATES = {
    "none": ("not asked for", "returned"),
    "held": ("held", "approved"),
    "revoked": ("taken away", "rejected"),
    "started": ("test begun", "accepted"),
    "pending": ("asked for", "submitted"),
    "granted": ("granted", "approved"),
    "rejected": ("declined", "rejected"),
    "abandoned": ("time ran out", "abandoned"),
}
"""How a worker stands to a qualification: the word for it, and the colour of an assignment's."""

OUTCOMES = {
    "submitted": ("Submitted", "Your answer has been received. Thank you."),
    "already-submitted": (
        "Already submitted",
        "Your answer to this task was received before. Nothing was recorded a second time.",
    ),
    "returned": ("This task was returned", "You gave it back, so the answer cannot be taken."),
    "abandoned": (
        "The time for this task is over",
        "The deadline passed before the answer arrived, so it cannot be taken.",
    ),
    "preview": ("This was a preview", "Accept the task first; then your answer can be submitted."),
    "unknown": ("This task is not known", "The page may be from an earlier session."),
    "wrong-assignment": (
        "The page does not fit",
        "It belongs to another assignment. Open the task from the queue again.",
    ),
    "incomplete": (
        "Something is missing",
        "The answer was not taken. Go back, correct it, and submit it again.",
    ),
}


def money(cents: int) -> str:
    """``$0.05``."""
    return f"${to_dollars(cents)}"


def amount(cents: int) -> str:
    """``0.05``, for programs."""
    return to_dollars(cents)


def duration(seconds: int) -> str:
    """The two largest units: ``45 s``, ``10 min``, ``1 h 30 min``, ``2 d 4 h``."""
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def moment(ms: int) -> str:
    """``2026-03-04 15:20 UTC``."""
    return datetime.fromtimestamp(ms / SECOND, UTC).strftime("%Y-%m-%d %H:%M UTC")
