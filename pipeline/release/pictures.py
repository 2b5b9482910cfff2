"""What a picture's file says besides its pixels: ids and addresses that must not leave with it.

Known ids are looked for in every run of printable bytes (ASCII and UTF-16), e-mail addresses in
EXIF, XMP and comments alone, for among compressed pixels anything may look like one.
"""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from db.errors import SafetyError
from db.store import instances
from db.store.rows import chunks
from pipeline.project import Project
from pipeline.release.checked import Sieve
from pipeline.release.images import TOGETHER
from pipeline.release.privacy import EMAIL, PLATFORM, PSEUDONYM, Privacy
from pipeline.release.stripped import stripped

MAKER_NOTE, EXIF, GPS = 0x927C, 0x8769, 0x8825
TIMES = frozenset({0x0132, 0x9003, 0x9004})
"""EXIF tags: changed, taken, digitised."""
DAMAGED = (
    *(SyntaxError, ValueError, TypeError, LookupError, OSError, ArithmeticError, AttributeError),
    *(RuntimeError, struct.error, zlib.error),
)
"""What decoders raise on damaged metadata."""

_RUNS = re.compile(rb"[\x20-\x7e]{6,}")
_WIDE = re.compile(rb"\x00?(?:[\x20-\x7e]\x00){5,}[\x20-\x7e]\x00?")
_XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_CODE = re.compile(rb"\A(?:ASCII|UNICODE|JIS)\x00+")


@dataclass(frozen=True)
class Told:
    """Kinds that were found, and whether a camera wrote when and where the picture was taken."""

    kinds: tuple[str, ...]
    timed: bool = False
    placed: bool = False


@dataclass
class Looked:
    """Ids of pictures whose files have to be stripped, and how many say when and where."""

    strip: set[str] = field(default_factory=set)
    timed: int = 0
    placed: int = 0

    def notes(self) -> list[str]:
        """What the makers of the release should know."""
        found = ((self.timed, "when"), (self.placed, "where"))
        return [
            f"pictures whose EXIF data say {what} they were taken: {n}" for n, what in found if n
        ]


def look_at(project: Project, paths: Mapping[str, str], sieve: Sieve, *, redact: bool) -> Looked:
    """Look through the pictures (instance id → what to call the file); the sieve remembers.

    SafetyError with `redact` where a file cannot be stripped without touching its pixels.
    """
    looked = Looked()
    for some in chunks(paths, TOGETHER):
        for instance in instances.read(project.engine, ids=some):
            data = instance.image or b""
            found = told(data, sieve.privacy)
            left = redact and found.kinds
            if left and told(stripped(data), sieve.privacy).kinds:
                raise SafetyError(_stubborn(paths[instance.id], found.kinds))
            if found.kinds:
                sieve.met.update((f"the file {paths[instance.id]}", kind) for kind in found.kinds)
                looked.strip.add(instance.id)
            looked.timed += found.timed and not left
            looked.placed += found.placed and not left
    return looked


def _stubborn(name: str, kinds: Sequence[str]) -> str:
    return (
        f"the file {name} holds what could tell who a worker is ({', '.join(kinds)}), and it cannot "
        "be taken out without touching the picture. Nothing was written; leave this picture out, "
        "or import it anew without its metadata"
    )


def told(data: bytes, privacy: Privacy) -> Told:
    """What the bytes of one picture tell."""
    words, timed, placed = _metadata(data)
    words += [m[0].decode("utf-8", "replace") for m in _XMP.finditer(data)]
    kinds = {one.kind for text in words for one in privacy.found(text, "data")}
    kinds &= {PLATFORM, PSEUDONYM, EMAIL}
    if privacy.within(_printable(data)):
        kinds.add(PLATFORM)
    return Told(tuple(sorted(kinds)), timed, placed)


def _printable(data: bytes) -> str:
    runs = [m[0] for m in _RUNS.finditer(data)]
    runs += [m[0].replace(b"\0", b"") for m in _WIDE.finditer(data)]
    return b"\n".join(runs).decode("ascii")


def _metadata(data: bytes) -> tuple[list[str], bool, bool]:
    """Texts that Pillow reads besides the pixels; whether times and a place are among them."""
    from PIL import Image

    words: list[str] = []
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(data)) as image:
            warnings.simplefilter("ignore")
            image.load()
            for name, value in {**image.info, **getattr(image, "text", {})}.items():
                words += [] if name in ("exif", "icc_profile") else _texts(value)
            exif = image.getexif()
            inner, place = exif.get_ifd(EXIF), exif.get_ifd(GPS)
            for tag, value in [*exif.items(), *inner.items(), *place.items()]:
                words += [] if tag == MAKER_NOTE else _texts(value)
            return words, not TIMES.isdisjoint([*exif, *inner]), bool(place)
    except DAMAGED:
        # The picture itself was decoded when it was imported; its bytes are searched all the same.
        return words, False, False


def _texts(value: Any) -> Iterator[str]:
    """Every text inside of a value; bytes are read as UTF-8 or UTF-16, whichever they look like."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield _CODE.sub(b"", value).replace(b"\0", b"").decode("utf-8", "replace")
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
