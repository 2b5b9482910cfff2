"""Pictures and rows that come with scikit-learn: written, and read as anybody's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from db.errors import UsageError
from db.store import instances
from pipeline.corpus.embedded import write_digits, write_rows
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_data
from pipeline.project import Project


@pytest.mark.parametrize(
    ("name", "n", "features", "labels"),
    [
        ("iris", 150, 4, {"setosa", "versicolor", "virginica"}),
        ("breast_cancer", 569, 30, {"benign", "malignant"}),
    ],
)
def test_tables_are_imported_as_rows(
    make_project: Callable[..., Project],
    tmp_path: Path,
    name: str,
    n: int,
    features: int,
    labels: set[str],
) -> None:
    project, path = make_project(), tmp_path / "table.csv"
    assert write_rows(name, path) == n
    import_data(project, "rows", path, ReadOptions(), name=name)
    found = instances.read(project.engine)
    assert len(found) == (149 if name == "iris" else 569)  # two flowers of iris are the same
    assert {i.label for i in found} == labels
    assert all(len(i.features) == features for i in found)
    assert all(isinstance(v, float) for i in found for v in i.features.values())


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no table 'wine'"):
        write_rows("wine", tmp_path / "table.csv")


def test_digits_are_written_as_they_are(tmp_path: Path) -> None:
    assert write_digits(tmp_path, each=2, enlarge=3) == 20
    data = load_digits()
    for path in tmp_path.glob("*/*.png"):
        picture = np.asarray(Image.open(path))
        assert picture.shape == (24, 24)
        assert int(path.parent.name) == data.target[int(path.stem)]
        back = picture[::3, ::3] * (16 / 255)
        np.testing.assert_allclose(back, data.images[int(path.stem)], atol=0.04)
