"""Tables and marks for tests: written by hand, drawn at random, or real."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from db.ragged import Ragged
from db.records import Estimate, Marks

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SPAN = re.compile(r"<span([^>]*)>(.*?)</span>", re.DOTALL)


def shared(name: str) -> Path:
    """A file of the shared data beside the checkout; the test skips where it is missing."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared data are not beside the checkout: {path} is missing")
    return path


def judgements(rows: str) -> pd.DataFrame:
    """A table from lines of 'unit worker value', values as whole numbers where they are."""
    cells = [line.split() for line in rows.strip().splitlines()]
    table = pd.DataFrame(cells, columns=["unit", "worker", "value"])
    numbers = pd.to_numeric(table["value"], errors="coerce")
    return table.assign(value=table["value"] if numbers.isna().any() else numbers)


def random_table(
    rng: np.random.Generator, units: int, workers: int, values: int, per_unit: int = 4
) -> pd.DataFrame:
    """Every unit judged by 1 … per_unit different workers who lean to a truth of the unit."""
    rows = []
    for unit in range(units):
        truth = rng.integers(values)
        for worker in rng.choice(workers, size=rng.integers(1, per_unit + 1), replace=False):
            value = truth if rng.random() < 0.6 else rng.integers(values)
            rows.append((f"u{unit}", f"w{worker}", int(value)))
    return pd.DataFrame(rows, columns=["unit", "worker", "value"])


def snow(name: str) -> pd.DataFrame:
    """Snow et al. (2008), with the columns unit, worker, value, gold."""
    return pd.read_csv(shared(f"snow2008/{name}.csv")).rename(columns={"response": "value"})


def marks_of(rows: Mapping[str, Mapping[str, str]], persons_known: bool = True) -> Marks:
    """Marks from {instance: {worker: "0110"}}."""
    instances = tuple(rows)
    workers = tuple(sorted({worker for masks in rows.values() for worker in masks}))
    listed = [(i, w, rows[i][w]) for i in instances for w in rows[i]]
    return Marks(
        masks=Ragged.from_rows(
            [np.array([int(c) for c in mask]) for _, _, mask in listed], "uint8"
        ),
        instance=np.array([instances.index(i) for i, _, _ in listed], dtype=np.int64),
        worker=np.array([workers.index(w) for _, w, _ in listed], dtype=np.int64),
        instance_ids=instances,
        worker_ids=workers,
        persons_known=persons_known,
    )


def random_marks(
    rng: np.random.Generator,
    instances: int,
    workers: int,
    per_instance: int = 3,
    longest: int = 12,
    persons_known: bool = True,
) -> Marks:
    """Instances marked by 1 … per_instance workers who lean to the same tokens."""
    rows: dict[str, dict[str, str]] = {}
    for i in range(instances):
        length = int(rng.integers(2, longest + 1))
        truth = rng.random(length) < 0.35
        chosen = rng.choice(workers, size=rng.integers(1, per_instance + 1), replace=False)
        rows[f"i{i}"] = {
            f"w{w:03d}": "".join(str(int(m)) for m in truth ^ (rng.random(length) < 0.2))
            for w in sorted(chosen)
        }
    return marks_of(rows, persons_known)


def random_map(rng: np.random.Generator, marks: Marks, levels: int = 0) -> Ragged:
    """A map of scores for every instance; with `levels`, scores are whole numbers, full of ties."""
    length = np.zeros(len(marks.instance_ids), dtype=np.int64)
    length[marks.instance] = marks.masks.lengths
    draw = (lambda n: rng.integers(levels, size=n)) if levels else (lambda n: rng.normal(size=n))
    return Ragged.from_rows([draw(n) for n in length.tolist()])


def yelp_hat(name: str) -> Marks:
    """Yelp-HAT (Sen et al. 2020): one mask per row, persons unknown, blank spans dropped."""
    groups: dict[tuple[str, str], list[np.ndarray]] = {}
    with shared(f"yelp_hat/{name}").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            spans = SPAN.findall(row["Answer.html_output"])
            mask = np.array(["active" in attributes for attributes, word in spans if word.strip()])
            groups.setdefault((row["Input.label"], row["Input.text"]), []).append(mask)
    listed = [(i, mask) for i, masks in enumerate(groups.values()) for mask in masks]
    return Marks(
        masks=Ragged.from_rows([mask for _, mask in listed], "uint8"),
        instance=np.array([i for i, _ in listed], dtype=np.int64),
        worker=np.arange(len(listed)),
        instance_ids=tuple(f"review {i}" for i in range(len(groups))),
        worker_ids=tuple(f"row {i}" for i in range(len(listed))),
        persons_known=False,
    )


def one(
    estimates: list[Estimate], name: str, subject: str = "", over: str = "units", method: str = ""
) -> Estimate:
    """The only estimate of this name, subject, over, and words in its method."""
    found = [
        e
        for e in estimates
        if (e.name, e.subject, e.over) == (name, subject, over) and method in e.method
    ]
    assert len(found) == 1, f"{len(found)} estimates {name!r} of {subject!r} over {over}"
    return found[0]
