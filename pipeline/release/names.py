"""Names of workers that hold within one release and nowhere else.

A name is a keyed hash (HMAC-SHA256) of the release's name and the project's pseudonym: the same
in two exports of one release, another in the next release, and not to be led back without the key.
Answers stay what they are: who has two releases can still match equal answers to equal items.
"""

from __future__ import annotations

from db.store.workers import Pseudonyms


class Names:
    """Names for the release called `release`."""

    def __init__(self, pseudonyms: Pseudonyms, release: str) -> None:
        self._pseudonyms = pseudonyms
        self._release = release

    def worker(self, pseudonym: str) -> str:
        """`p` and 16 hex digits; NUL keeps these hashes apart from those of platform ids."""
        return "p" + self._hash("worker", pseudonym)

    def instance(self, identity: str) -> str:
        """`i` and 16 hex digits: for an instance whose text was changed, which is hashed in its id.

        Who knew all of the text but what was taken out could else try what gives the same id.
        """
        return "i" + self._hash("instance", identity)

    def item(self, identity: str) -> str:
        """`t` and 16 hex digits; the id of an imported item hashes who answered it, among others."""
        return "t" + self._hash("item", identity)

    def rationale(self, identity: str) -> str:
        """`r` and 16 hex digits; the id of a rationale hashes that of its instance."""
        return "r" + self._hash("rationale", identity)

    def _hash(self, what: str, subject: str) -> str:
        return self._pseudonyms.of(f"\0release\0{self._release}\0{what}\0{subject}")[1:]
