"""The same data under another name is the same data."""

from __future__ import annotations

from pathlib import Path

from tests.cli.support import done, konkyo


def test_annotations_keep_the_name_they_were_first_given(project: Path) -> None:
    said = done("import", "jsonl", "reviews.jsonl", "--name", "other", "--json").json
    assert said["campaign"] == "reviews-jsonl"
    assert said["instances"] == {"new": 0, "known": 60}
    names = [c["name"] for c in done("status", "--json").json["campaigns"]]
    assert names == ["reviews-jsonl"]


def test_a_name_that_other_annotations_have_is_refused(project: Path) -> None:
    lines = (project / "reviews.jsonl").read_text().splitlines(keepends=True)
    (project / "fewer.jsonl").write_text("".join(lines[:10]))
    said = konkyo("import", "jsonl", "fewer.jsonl", "--name", "reviews-jsonl")
    assert said.code == 1
    assert "give this import another name with --name" in said.err
