"""How the pieces of a batch stand in lines: special tokens between them, long rows in windows.

A line is what a transformer reads at once. A row that fits is one line; a longer one is several
windows, each overlapping the one before by a quarter of its room, as the tokenizers of Hugging Face
make them with `stride`; the last is as long as what is left. Of a pair that does not fit, a text of at
most half the room stands whole in every window beside those of the other; where both are longer,
each has half, and windows of both go side by side, the last of the shorter again and again.
Shapes: B rows, T units, P pieces of a unit at most, N pieces in all, W windows, L positions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.models.batches import Batch

Numbers = NDArray[np.int64]
Part = tuple[Numbers, Numbers, Numbers]  # (W,) each: its first source, its length, its type
OVERLAP = 4  # windows share one part in so many of their room
NOTHING = -1


@dataclass(frozen=True)
class Template:
    """Special tokens before, between and after the texts, and the types of both texts.

    Each special token is (id, type). `middle` is empty where there is one text.
    """

    before: tuple[tuple[int, int], ...]
    middle: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]
    types: tuple[int, int] = (0, 0)

    @property
    def special(self) -> tuple[tuple[int, int], ...]:
        return self.before + self.middle + self.after

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From plain values, as JSON has them."""
        before, middle, after = (
            tuple((int(a), int(b)) for a, b in given[name])
            for name in ("before", "middle", "after")
        )
        first, second = given["types"]
        return cls(before, middle, after, (int(first), int(second)))


class Windows(NamedTuple):
    """(W,) each: the row; where its stretch of the first text begins, and how long; of the second."""

    row: Numbers
    first: Numbers
    n_first: Numbers
    second: Numbers
    n_second: Numbers


class Lines(NamedTuple):
    """`source`: int64 (W, L), a piece 0 … N − 1, a special token N …, or −1 at padding; `types`:
    int64 (W, L); `row`: int64 (W,), the row of a window; `windows`: int64 (B,), how many a row has.
    """

    source: Tensor
    types: Tensor
    row: Tensor
    windows: Tensor


def present(codes: Tensor, batch: Batch) -> Tensor:
    """bool (B, T, P): where a piece stands. A unit without any still has a place of its own."""
    found = codes >= 0
    places = torch.arange(codes.shape[1], device=codes.device)
    within = places < (batch.first + batch.second)[:, None]
    found[..., 0] |= within
    return found & within[..., None]


def laid_out(
    there: Tensor, first: Tensor, second: Tensor, single: Template, pair: Template, limit: int
) -> Lines:
    """Lines of a batch whose pieces stand at `there`, bool (B, T, P), in their order.

    A row without a second text is laid out by `single`. `limit`: positions of a line at most.
    """
    counts = there.sum(-1).cpu().numpy()
    places, ends = np.arange(counts.shape[1]), first.cpu().numpy()[:, None]
    n_first = np.where(places < ends, counts, 0).sum(1)
    n_second = counts.sum(1) - n_first
    start = counts.sum(1).cumsum() - counts.sum(1)
    paired = second.cpu().numpy() > 0
    windows = _windows(n_first, n_second, paired, single, pair, limit)
    offset = windows._replace(
        first=windows.first + start[windows.row],
        second=windows.second + (start + n_first)[windows.row],
    )
    source, types = _lines(offset, paired[windows.row], int(counts.sum()), single, pair)
    where = there.device
    many = np.bincount(windows.row, minlength=len(counts))
    found = [torch.from_numpy(one).to(where) for one in (source, types, windows.row, many)]
    return Lines(found[0], found[1], found[2], found[3])


def _windows(
    n_first: Numbers,
    n_second: Numbers,
    paired: NDArray[np.bool_],
    single: Template,
    pair: Template,
    limit: int,
) -> Windows:
    special = np.where(paired, len(pair.special), len(single.special))
    room = limit - special
    half = np.maximum(room // 2, room - n_first)
    fits = n_first + n_second <= room
    room_second = np.where(fits | (n_second <= room // 2), n_second, half)
    room_first = np.where(fits, n_first, np.minimum(n_first, room - room_second))
    both = ((n_first, room_first), (n_second, room_second))
    times = [_times(length, room) for length, room in both]
    many = np.maximum(*times)
    row = np.repeat(np.arange(len(many)), many)
    number = np.arange(len(row)) - np.repeat(many.cumsum() - many, many)
    found: list[Numbers] = []
    for (length, room), most in zip(both, times, strict=True):
        start = np.minimum(number, most[row] - 1) * _step(room)[row]
        found += [start, np.minimum(room[row], length[row] - start)]
    return Windows(row, *found)


def _step(room: Numbers) -> Numbers:
    found: Numbers = np.maximum(1, room - room // OVERLAP)
    return found


def _times(length: Numbers, room: Numbers) -> Numbers:
    """How many windows of `room` cover `length`."""
    found: Numbers = 1 + -(-(length - room) // _step(room))
    return found


def _lines(
    windows: Windows, paired: NDArray[np.bool_], n_pieces: int, single: Template, pair: Template
) -> tuple[Numbers, Numbers]:
    """Every position of every line, part after part: special tokens, a text, special tokens, …"""
    first = (windows.first, windows.n_first, np.where(paired, pair.types[0], single.types[0]))
    second = (windows.second, windows.n_second, np.full_like(windows.row, pair.types[1]))
    parts: dict[str, list[Part]] = {"before": [], "middle": [], "after": []}
    at = n_pieces
    for template, chosen in ((single, ~paired), (pair, paired)):
        for name, into in parts.items():
            size = len(getattr(template, name))
            into.append((np.full_like(windows.row, at), size * chosen, np.zeros_like(windows.row)))
            at += size
    order = [*parts["before"], first, *parts["middle"], second, *parts["after"]]
    source, types = _laid(order)
    special = source >= n_pieces
    of_special = np.array([kind for _, kind in single.special + pair.special], dtype=np.int64)
    types[special] = of_special[source[special] - n_pieces]
    return source, types


def _laid(parts: Sequence[Part]) -> tuple[Numbers, Numbers]:
    lengths = np.sum([size for _, size, _ in parts], axis=0)
    shape = len(lengths), int(lengths.max())
    source, types = np.full(shape, NOTHING), np.zeros(shape, dtype=np.int64)
    places, begin = np.arange(shape[1]), np.zeros((shape[0], 1), dtype=np.int64)
    for start, size, kind in parts:
        here = (places >= begin) & (places < begin + size[:, None])
        source[here] = (start[:, None] + places - begin)[here]
        types[here] = np.broadcast_to(kind[:, None], shape)[here]
        begin = begin + size[:, None]
    return source, types


def special_ids(single: Template, pair: Template) -> Sequence[int]:
    """The special tokens in the order in which `Lines.source` numbers them."""
    return [number for number, _ in single.special + pair.special]


def placed(pieces: Tensor, lines: Lines) -> Tensor:
    """(W, L) from (N,): each piece's number where it stands, 0 elsewhere."""
    known = (lines.source >= 0) & (lines.source < len(pieces))
    return torch.where(known, pieces[lines.source.clamp(0, len(pieces) - 1)], 0.0)


def at_units(values: Tensor, lines: Lines, there: Tensor) -> Tensor:
    """(B, T, …) from (W, L, …): the mean of its windows for each piece at `there`, summed over pieces."""
    back = _mean_of_windows(values, lines, int(there.sum()))
    further = back.shape[1:]
    placed = back.new_zeros(*there.shape, *further)
    return placed.masked_scatter(there.view(*there.shape, *[1] * len(further)), back).sum(2)


def _mean_of_windows(values: Tensor, lines: Lines, n_pieces: int) -> Tensor:
    """(N, …) from (W, L, …): a piece's mean over the windows that it stands in."""
    known = (lines.source >= 0) & (lines.source < n_pieces)
    place = lines.source[known]
    times = torch.bincount(place, minlength=n_pieces).view(-1, *[1] * (values.dim() - 2))
    summed = values.new_zeros(n_pieces, *values.shape[2:]).index_add(0, place, values[known])
    return summed / times
