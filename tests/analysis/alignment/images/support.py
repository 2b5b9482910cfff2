"""Definitions read out in plain Python, pixel by pixel, and small pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from analysis.alignment.base import AlignmentResult
from analysis.alignment.images import IMAGE_SCORES
from analysis.alignment.images.align import align_images
from analysis.alignment.images.base import Picture

Mask = np.ndarray
ALL = tuple(IMAGE_SCORES)


def mask(*rows: str) -> Mask:
    """A mask from drawn rows: # is marked."""
    return np.array([[sign == "#" for sign in row] for row in rows], np.uint8)


def picture(
    masks: Sequence[Mask], worker: Sequence[int] | None = None, name: str = "p", **maps: object
) -> Picture:
    """A picture with a mask a worker."""
    who = np.array(range(len(masks)) if worker is None else worker, np.int64)
    made = {key: np.array(scores, np.float32) for key, scores in maps.items()}
    return Picture(name, tuple(masks), who, made)


def aligned(pictures: Sequence[Picture], **options: object) -> AlignmentResult:
    """Alignment of a few pictures without any bootstrap."""
    most = max((int(p.worker.max()) for p in pictures), default=0) + 1
    return align_images(pictures, [f"w{n}" for n in range(most)], **{"bootstrap": 0, **options})


def values(result: AlignmentResult, subject: str) -> dict[str, float]:
    """Metric → value of a subject, over instances."""
    return {
        e.name: e.value
        for e in result.estimates
        if e.subject == subject and e.over == "units" and e.value is not None
    }


def one(masks: Sequence[Mask], scores: object, subject: str = "m", **options: object) -> dict:
    """Metric → value for one picture and one map."""
    return values(aligned([picture(masks, m=scores)], **options), subject)


def to_pixels(scores: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The score of every pixel: of the cell in which its centre lies, by whole numbers."""
    (rows, cols), (height, width) = scores.shape, shape
    return np.array(
        [
            [scores[(2 * y + 1) * rows // (2 * height), (2 * x + 1) * cols // (2 * width)]
             for x in range(width)]
            for y in range(height)
        ]
    )  # fmt: skip


@st.composite
def pictures_of(draw: st.DrawFn, most_workers: int = 3) -> tuple[list[Mask], np.ndarray]:
    """Masks of one size up to 9 x 9, and a map over a grid finer or coarser, with many ties."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rows, cols = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    share = draw(st.sampled_from([0.1, 0.5, 0.9]))
    workers = draw(st.integers(1, most_workers))
    masks = [(rng.random((height, width)) < share).astype(np.uint8) for _ in range(workers)]
    levels = draw(st.sampled_from([2, 4, 1000]))
    return masks, rng.integers(-levels, levels, (rows, cols)).astype(np.float32)
