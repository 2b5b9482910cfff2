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


def written(folder: Path, **files: str) -> None:
    """A release of these files and its checksums (the hashes are not looked at)."""
    names = {name.replace("_", "."): words for name, words in files.items()}
    with whole(folder) as made:
        for name, words in {**names, MARKER: '{"release": "v1"}'}.items():
            (made / name).write_text(words, encoding="utf-8")
        sums = "".join(f"{'0' * 64}  {name}\n" for name in [*names, MARKER])
        (made / "SHA256SUMS").write_text("# answered by programs\n" + sums, encoding="utf-8")


def test_what_the_old_release_does_not_list_stays_when_it_is_written_anew(tmp_path: Path) -> None:
    out = tmp_path / "out"
    written(out, README_md="old", gone_csv="only in the old one")
    (out / ".git" / "refs" / "tags").mkdir(parents=True)
    (out / ".git" / "HEAD").write_text("ref: refs/heads/main", encoding="utf-8")
    (out / "my_notes.txt").write_text("mine", encoding="utf-8")
    (out / ".git").chmod(0o700)
    (out / "link").symlink_to("my_notes.txt")
    written(out, README_md="new")
    assert (out / "README.md").read_text(encoding="utf-8") == "new"
    assert not (out / "gone.csv").exists()
    assert (out / "my_notes.txt").read_text(encoding="utf-8") == "mine"
    assert (out / ".git" / "HEAD").read_text(encoding="utf-8") == "ref: refs/heads/main"
    assert (out / ".git" / "refs" / "tags").is_dir()
    assert (out / ".git").stat().st_mode & 0o777 == 0o700
    assert (out / "link").readlink() == Path("my_notes.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_file_of_yours_where_the_new_release_has_one_is_named_and_nothing_is_done(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    written(out, README_md="old")
    (out / "table.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"stands where the new one has a file: table\.csv\."):
        written(out, README_md="new", table_csv="of the release")
    assert (out / "README.md").read_text(encoding="utf-8") == "old"
    assert (out / "table.csv").read_text(encoding="utf-8") == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
