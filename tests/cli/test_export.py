"""`konkyo export`: a release or a single format, what it prints, and how it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.support import done, konkyo

TEXTS = ("The soup was cold.", "Never a dull moment.", "Good bread, slow service.")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three texts, each marked by two people."""
    folder = tmp_path_factory.mktemp("annotated")
    rows = [
        {
            "text": text,
            "label": "negative",
            "annotations": [
                {"worker": w, "label": "negative", "marks": [n]} for w in ("A1B2C3D4E5F6G7", "bo")
            ],
        }
        for n, text in enumerate(TEXTS)
    ]
    (folder / "konkyo.toml").write_text("[analysis]\nbootstrap = 20\n", encoding="utf-8")
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "in.jsonl").write_text(lines, encoding="utf-8")
    done("init", folder)
    done("import", "jsonl", folder / "in.jsonl", "--name", "soups", "--config", folder)
    return folder


@pytest.fixture
def annotated(here: Path, template: Path) -> Path:
    """A copy of it, in which the command runs."""
    shutil.copytree(template, here, dirs_exist_ok=True)
    return here


def test_a_release_says_what_it_wrote(annotated: Path) -> None:
    said = done("export", "release", "out", "--license", "CC0-1.0")
    assert "release out: out" in said.out
    assert "judgements: 12" in said.out
    document = done("export", "release", "out", "--json").json
    assert document["command"] == "export"
    assert document["rows"]["instances"] == 3
    assert document["campaigns"] == ["soups"]
    assert document["redacted"] == {}


def test_a_single_format_says_how_many_records_it_wrote(annotated: Path) -> None:
    assert "soups as jsonl: 3 records" in done("export", "jsonl", "out.jsonl").out
    document = done("export", "parquet", "out.parquet", "--campaign", "soups", "--json").json
    assert (document["format"], document["records"]) == ("parquet", 3)


def test_what_could_tell_who_a_worker_is_ends_with_3_and_leaves_nothing(annotated: Path) -> None:
    (annotated / "about.md").write_text("Written by A1B2C3D4E5F6G7.", encoding="utf-8")
    said = konkyo("export", "release", "out", "--about", "about.md")
    assert said.code == 3
    assert "1 × platform worker id in --about" in " ".join(said.err.split())
    assert "A1B2C3" not in said.err
    assert not (annotated / "out").exists()
    said = done("export", "release", "out", "--about", "about.md", "--redact")
    assert "blocked out: 1 × platform worker id in --about" in said.out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("nope", "out"), "no format to write called 'nope'"),
        (("jsonl", "out", "--license", "MIT"), "--license goes with a release alone"),
        (("jsonl", "out", "--force"), "--force goes with a release alone"),
        (("release", "out", "--run", "abc"), "leave --run out"),
        (("jsonl", "out", "--campaign", "a", "--campaign", "b"), "takes one campaign"),
        (("release", "."), "holds the project itself"),
        (("release", "out", "--tables", "xml"), "cannot be written as 'xml'"),
    ],
)
def test_wrong_use_ends_with_2_and_writes_nothing(
    annotated: Path, words: tuple[str, ...], problem: str
) -> None:
    before = sorted(annotated.iterdir())
    said = konkyo("export", *words)
    assert (said.code, said.out) == (2, "")
    assert problem in " ".join(said.err.split())
    assert sorted(annotated.iterdir()) == before


def test_a_folder_of_somebody_elses_is_kept_unless_forced(annotated: Path) -> None:
    (annotated / "photos").mkdir()
    (annotated / "photos" / "cat.png").write_bytes(b"cat")
    assert konkyo("export", "release", "photos").code == 2
    done("export", "release", "photos", "--force")
    assert (annotated / "photos" / "SHA256SUMS").is_file()
    assert (annotated / "photos.before" / "cat.png").read_bytes() == b"cat"
