"""Images and feature rows at the command line: imported, counted, and refused by what needs texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.support import TINY, done, konkyo, write_reviews


@pytest.fixture
def folder(here: Path) -> Path:
    """A project beside three pictures, one of them twice, and a table of two rows."""
    (here / "konkyo.toml").write_text(TINY, encoding="utf-8")
    for n, label in enumerate(("cat", "dog", "dog")):
        (here / "pets" / label).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 6), (n * 90, 0, 0)).save(here / "pets" / label / f"{n}.png")
    again = (here / "pets" / "cat" / "0.png").read_bytes()
    (here / "pets" / "cat" / "again.png").write_bytes(again)
    (here / "pets" / "link.png").symlink_to(here / "pets" / "cat" / "0.png")
    (here / "people.csv").write_text("age,work,label\n39,clerk,low\n50,baker,high\n", "utf-8")
    done("init")
    return here


def test_what_was_imported_is_said_and_counted(folder: Path) -> None:
    said = done("import", "images", "pets")
    assert "instances: 3 new, 0 known already" in said.out
    assert (
        "left out: 1 (symbolic links, which are not followed; copy the files instead)" in said.out
    )
    assert "1 file repeats an earlier picture and was dropped" in said.out
    assert done("import", "rows", "people.csv", "--json").json["instances"]["new"] == 2
    assert "nothing new" in done("import", "images", "pets").out
    assert "instances: 5 (3 images, 2 rows), model runs: 0" in done("status").out
    found = done("status", "--json").json
    assert (found["instances"], found["kinds"]) == (5, {"image": 3, "row": 2})


def test_a_file_that_is_no_picture_is_named_and_nothing_is_stored(folder: Path) -> None:
    (folder / "pets" / "dog" / "x[red]\x1b.jpg").write_text("hello")
    said = konkyo("import", "images", "pets")
    assert (said.code, said.out) == (1, "")
    assert "pets/dog/x[red]\\x1b.jpg: is no PNG, JPEG, WebP or GIF picture" in said.err
    assert done("status", "--json").json["instances"] == 0


def test_models_refuse_what_they_cannot_read(folder: Path) -> None:
    done("import", "images", "pets")
    done("import", "rows", "people.csv")
    said = konkyo("train")
    assert (said.code, said.out) == (1, "")
    assert "bilstm_attention reads texts and pairs, and the project has only 3 images, 2 rows" in (
        said.err
    )
    assert "set [model] kind to " in said.err


def test_models_read_the_texts_beside_images_and_say_what_they_left_out(folder: Path) -> None:
    done("import", "images", "pets")
    done("import", "jsonl", write_reviews(folder / "reviews.jsonl"))
    assert "left out: 3 images" in done("train").out
    found = done("explain", "--explainer", "random", "--json").json
    assert found["new"] == {"random": done("status", "--json").json["kinds"]["text"]}
