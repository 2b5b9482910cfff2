"""Things numbered in the order in which they are first met, each remembered by 16 bytes.

A `dict` of a million strings takes about 200 MB; this takes about 25. Two different things of one
digest are not to be expected: among a million the chance is about 10⁻²⁷.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b

SIZE = 16
"""Bytes of a digest."""


class Digests:
    """Content → its number, counted from 0. `len` is how many contents there are.

    An open-addressed hash table: `_slots` holds number + 1 (0: free), at most half of them taken;
    `_digests` the digests one after another. Digests are uniform, so their own bytes are the hash.
    """

    def __init__(self) -> None:
        self._digests = bytearray()
        self._slots = array("I", bytes(4 * 1024))

    def __len__(self) -> int:
        return len(self._digests) // SIZE

    def find(self, *content: str | bytes) -> int | None:
        """The number of a content; None where it has not been met."""
        number = self._slots[self._slot(_digest(content))]
        return number - 1 if number else None

    def meet(self, *content: str | bytes) -> tuple[int, bool]:
        """The number of a content, and whether this is the first time that it is met."""
        digest = _digest(content)
        slot = self._slot(digest)
        if self._slots[slot]:
            return self._slots[slot] - 1, False
        self._digests += digest
        self._slots[slot] = len(self)
        if 2 * len(self) > len(self._slots):
            self._grow()
        return len(self) - 1, True

    def _slot(self, digest: bytes | bytearray) -> int:
        """Where the digest stands, or the free slot where it belongs."""
        slots, digests, last = self._slots, self._digests, len(self._slots) - 1
        slot = int.from_bytes(digest[:8], "little") & last
        while number := slots[slot]:
            if digests[(number - 1) * SIZE : number * SIZE] == digest:
                break
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        self._slots = array("I", bytes(8 * len(self._slots)))
        for number in range(1, len(self) + 1):
            digest = self._digests[(number - 1) * SIZE : number * SIZE]
            slot = int.from_bytes(digest[:8], "little") & (len(self._slots) - 1)
            while self._slots[slot]:
                slot = (slot + 1) & (len(self._slots) - 1)
            self._slots[slot] = number


def _digest(content: tuple[str | bytes, ...]) -> bytes:
    """Lone surrogates are hashed as they stand; lengths keep ("a", "bc") from ("ab", "c")."""
    parts = [p if isinstance(p, bytes) else p.encode("utf-8", "surrogatepass") for p in content]
    whole = b"".join(b"%d:%b" % (len(part), part) for part in parts)
    return blake2b(whole, digest_size=SIZE).digest()
