"""What is drawn at random, and how secrets are kept: as hashes, never as themselves."""

import base64
import hashlib
import hmac
import re
import secrets
import string

_LETTERS = string.ascii_uppercase + string.digits
ENTITY_ID = re.compile(r"[A-Z0-9]{1,64}")
WORKER_ID = re.compile(r"A[A-Z0-9]{1,63}")


def _draw(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def entity_id() -> str:
    """An id for a HIT, HIT type, group or assignment: 30 characters, a 3 first, as MTurk's are."""
    return "3" + _draw(29)


def worker_id() -> str:
    """A worker id: an A, then 13 characters."""
    return "A" + _draw(13)


def secret() -> str:
    """A bearer secret of 192 bits: a session, or what a worker signs in with."""
    return secrets.token_urlsafe(24)


def digest(value: str) -> str:
    """What the database keeps of a secret. Random secrets need no slow hash."""
    return hashlib.sha256(value.encode()).hexdigest()


def derive(key: str, purpose: str, subject: str = "") -> str:
    """A token that follows from a secret that the database does not hold.

    The same session thus gives the same form token, and the same submit token for the same
    assignment, on every page load and in every tab, while a stolen database gives neither.
    """
    mac = hmac.new(key.encode(), f"{purpose}:{subject}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
