"""align on a campaign whose instances are rows: units are features, and are called so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from db.records import Instance, ModelRun, Prediction, Rationale, instance_id
from db.store import rationales, runs
from pipeline.formats import READERS
from pipeline.formats.base import Annotation, Imported, Reading, ReadOptions, in_one
from pipeline.ingest import import_data
from pipeline.project import open_project
from tests.cli.support import done

N = 8
"""Rows of four features; two workers mark the first, the first again and one other."""


def row(number: int) -> Instance:
    features = {name: float(number + place) for place, name in enumerate(("a", "b", "c", "d"))}
    none: NDArray[np.int32] = np.empty((0, 2), dtype=np.int32)
    return Instance(instance_id("row", features), "row", "", none, features=features)


def read(path: Path, options: ReadOptions) -> Reading:
    """Rows with marks of features, as a format of somebody else's could give them."""
    made = [row(n) for n in range(N)]
    said = [
        Annotation(one.id, worker, {"marks": marks}, "", number + 1)
        for number, one in enumerate(made)
        for worker, marks in (("x", [0]), ("y", [0, 1 + number % 3]))
    ]
    return in_one(Imported(tuple(made), tuple(said), annotators="two workers"))


def test_scores_of_features_meet_marks_of_features(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READERS._table, "marked-rows", f"{__name__}:read")
    done("init")
    (here / "rows").write_text("")
    opened = open_project(None, None)
    import_data(opened, "marked-rows", here / "rows", ReadOptions(), name="rows")
    run = ModelRun("r1", "theirs", ("no", "yes"), {}, 0, "", {}, "")
    probabilities = np.array([0.25, 0.75], dtype=np.float32)
    runs.add(opened.engine, run, [Prediction("r1", row(n).id, probabilities) for n in range(N)])
    scores = np.array([9, 3, 2, 1], dtype=np.float32)
    rationales.add(
        opened.engine,
        [
            Rationale(f"s{n}", "r1", "theirs", row(n).id, 1, scores, "none", "none", "feature")
            for n in range(N)
        ],
    )
    said = done("align", "rows", "--bootstrap", "10")
    assert "feature F1" in said.out
    assert "token" not in said.out.replace("token_", "")
    document = done("align", "rows", "--bootstrap", "10", "--json").json
    assert document["unit"] == "feature"
    values = {(e["subject"], e["name"]): e["value"] for e in document["estimates"]}
    # The first feature leads: against x (k = 1) a hit; against y (k = 2) the first feature is one
    # hit, and b the second in the three rows of eight where y marked it.
    assert values["theirs", "token_f1"] == pytest.approx((1 + (5 * 0.5 + 3) / 8) / 2)
