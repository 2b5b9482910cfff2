"""A folder that is there whole or not at all, and that takes nobody's files away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.errors import UsageError
from pipeline.release.folder import MARKER, check_place, whole


def release(folder: Path, name: str) -> Path:
    folder.mkdir()
    (folder / MARKER).write_text(json.dumps({"release": name}), encoding="utf-8")
    return folder


def check(folder: Path, *, force: bool = False) -> None:
    check_place(folder, "v1", force=force, project=folder.parent / "project")


def test_a_release_of_the_same_name_may_be_written_anew(tmp_path: Path) -> None:
    check(release(tmp_path / "out", "v1"))
    check(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    check(tmp_path / "empty")


def test_another_release_or_folder_needs_force(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is the release 'v2', not 'v1'.*--force"):
        check(release(tmp_path / "out", "v2"))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"cat")
    with pytest.raises(UsageError, match="is no release.*--force"):
        check(tmp_path / "photos")
    check(tmp_path / "photos", force=True)


def test_the_project_is_never_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    for folder in (tmp_path / "project", tmp_path):
        with pytest.raises(UsageError, match="holds the project"):
            check_place(folder, "v1", force=True, project=tmp_path / "project")


def test_a_file_is_no_place_for_a_release(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        check(tmp_path / "out", force=True)


def test_what_goes_wrong_leaves_everything_as_it_was(tmp_path: Path) -> None:
    release(tmp_path / "out", "v1")

    def interrupted() -> None:
        with whole(tmp_path / "out") as made:
            (made / "half").write_text("half", encoding="utf-8")
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        interrupted()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert [p.name for p in (tmp_path / "out").iterdir()] == [MARKER]


def test_a_release_is_replaced_and_anything_else_kept_beside(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cat.png").write_bytes(b"cat")
    for _ in range(2):
        with whole(tmp_path / "out") as made:
            release(made / "inner", "v1")
            (made / MARKER).write_text('{"release": "v1"}', encoding="utf-8")
    # the first time a folder of pictures stood there, the second time a release
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "out.before"]
    assert (tmp_path / "out.before" / "cat.png").read_bytes() == b"cat"
