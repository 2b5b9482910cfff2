"""`konkyo lint`: what it says, where, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import done, konkyo

CLEAN = '<p>${text}</p>\n<label>Your answer <input name="a" required></label>\n'
WARNED = CLEAN + '<img src="${picture}">\n'
BROKEN = CLEAN + '<div>\n  <form action="/save"></form>\n<b></div>\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, html in (("clean", CLEAN), ("warned", WARNED), ("broken", BROKEN)):
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
    return tmp_path


def test_a_clean_template_ends_well_and_says_what_it_is() -> None:
    said = done("lint", "clean.html")
    assert said.out == (
        "clean.html: a page that the market puts into a form, 304 bytes; 0 errors, 0 warnings\n"
    )
    assert said.err == ""


def test_an_error_has_its_place_and_ends_with_1() -> None:
    said = konkyo("lint", "broken.html")
    assert said.code == 1
    first, message, *_, last = said.out.splitlines()
    assert first == "broken.html:4:3: error form-in-fragment"
    assert message.startswith("    the market puts a form around this page")
    assert last.endswith("1 error, 1 warning")


def test_warnings_are_errors_only_where_that_is_wanted() -> None:
    assert "warned.html:3:1: warning no-alt" in done("lint", "warned.html").out
    assert konkyo("lint", "warned.html", "--strict").code == 1
    assert done("lint", "clean.html", "--strict").code == 0


def test_data_are_held_against_the_template(folder: Path) -> None:
    (folder / "batch.csv").write_text("text\nhello\n<form>\n", encoding="utf-8")
    said = konkyo("lint", "clean.html", "--csv", "batch.csv", "--json")
    assert said.code == 1
    assert said.json == {
        "command": "lint",
        "file": "clean.html",
        "kind": "fragment",
        "bytes": 303,
        "row": 3,
        "findings": [
            {
                "line": 1,
                "column": 4,
                "rule": "cell-markup",
                "severity": "error",
                "message": said.json["findings"][0]["message"],
            }
        ],
        "errors": 1,
        "warnings": 0,
    }
    assert "row 3" in said.json["findings"][0]["message"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nothing.html"], "there is no file or folder 'nothing.html'"),
        (["clean.html", "--csv", "nothing.csv"], "there is no file 'nothing.csv'"),
        (["."], "no study of one's own"),
        (["empty.html"], "empty"),
        (["latin.html"], "not text in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage(folder: Path, words: list[str], problem: str) -> None:
    (folder / "empty.html").write_text("\n")
    (folder / "latin.html").write_bytes(b"<p>caf\xe9</p>")
    said = konkyo("lint", *words)
    assert (said.code, said.out) == (2, "")
    assert problem in " ".join(said.err.split())


def test_a_template_cannot_steer_the_terminal(folder: Path) -> None:
    (folder / "evil.html").write_text("<p>${x[bold]}</p><[red]a\x1b[2J></[red]a>" + CLEAN)
    said = konkyo("lint", "evil.html")
    assert said.code == 1
    assert "\x1b" not in said.out
    assert "xml-character" in said.out
