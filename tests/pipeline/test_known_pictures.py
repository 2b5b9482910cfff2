"""Simulated workers on pictures: evidence in pixels, as a region to mark and under a map."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from db.masks import encode
from db.records import Instance, ModelRun, Rationale
from db.store import rationales, runs
from pipeline.demos.rule import Ruled
from pipeline.formats.base import Imported, Reading, ReadOptions, in_one
from pipeline.formats.instances import image_instance
from pipeline.ingest import import_from
from pipeline.known import truths
from pipeline.project import Project
from tests.pipeline.test_known import campaign_of

SIZE = 8


def _picture() -> Instance:
    out = BytesIO()
    Image.new("L", (SIZE, SIZE), 40).save(out, "PNG")
    return image_instance(out.getvalue(), {"label": "seven"})


def _with_evidence(project: Project, picture: Instance) -> np.ndarray:
    """Import the picture with its left half as evidence, and store a map of 2 x 2 cells, "m"."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[:, : SIZE // 2] = 1

    def read(path: Path, options: ReadOptions) -> Reading:
        return in_one(Imported((picture,)))

    reader = Ruled(read, lambda some: {one.id: encode(mask) for one in some}, "a rule", seed=1)
    import_from(project, reader, Path("none"), ReadOptions(), format_name="images", name="rule")
    runs.add(project.engine, ModelRun("r", "k", ("six", "seven"), {}, 1, "h", {}, "w"), [])
    scores = np.ones(4, np.float32)
    made = Rationale("m", "r", "x", picture.id, 1, scores, "", "", "patch", shape=(2, 2))
    rationales.add(project.engine, [made])
    return mask


def test_evidence_of_a_picture_is_the_region_to_mark(make_project: Callable[..., Project]) -> None:
    project, picture = make_project(), _picture()
    mask = _with_evidence(project, picture)
    item = {"instance_id": picture.id}
    (known,) = truths(project, campaign_of(project, "highlight", [item], shown=())).values()
    assert np.array_equal(known.answers["marks"], mask)
    assert known.label == "seven"


def test_a_map_is_rated_by_the_cells_that_hold_evidence(
    make_project: Callable[..., Project],
) -> None:
    """Of 2 x 2 cells the left ones, row by row the first and the third."""
    project, picture = make_project(), _picture()
    _with_evidence(project, picture)
    item = {"instance_id": picture.id, "rationale_ids": ("m",)}
    (known,) = truths(project, campaign_of(project, "rate", [item], shown=())).values()
    assert known.evidence == {0, 2}
    assert "marks" not in known.answers
