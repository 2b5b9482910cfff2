"""The market that is a folder: what it writes, what it refuses, what it reads back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import ConfigError, MarketError, SafetyError
from hits.answers import read_fields
from hits.markets.base import HitOrder, HitTerms, MarketAccess
from hits.markets.files import Files, cell

TEMPLATE = '<main></main><script type="application/json" id="konkyo-data">${konkyo}</script>'
TERMS = HitTerms("T", "D", "k", Decimal("0.40"), 3, 86_400, 3600, 86_400)
ORDERS = [HitOrder(f"hit{n}", f"konkyo:c:{n}", f'{{"items":[{n}]}}') for n in range(3)]
AMAZON = {"AssignmentId": "A1", "WorkerId": "W1", "Input.hit": "hit0", "Answer.konkyo": "{}"}


def folder_market(base: Path) -> Files:
    """A market opened anew, as every command does."""
    return Files(MarketAccess("", folder="files/pilot", base=base))


def published(base: Path) -> Path:
    """The folder, with all HITs out."""
    market = folder_market(base)
    market.prepare(TEMPLATE, ORDERS)
    assert [market.create_hit(TERMS, order) for order in ORDERS] == ["hit0", "hit1", "hit2"]
    return base / "files" / "pilot"


def put(folder: Path, name: str, *rows: Mapping[str, str]) -> None:
    """A results table as a site gives it out."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list({key: None for row in rows for key in row}), restval="")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "results" / name).write_text(out.getvalue(), encoding="utf-8", newline="")


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_folder_holds_a_template_a_row_for_each_hit_and_directions(tmp_path: Path) -> None:
    folder = published(tmp_path)
    assert sorted(everything(folder)) == ["README.txt", "batch.csv", "template.html"]
    assert (folder / "template.html").read_text() == TEMPLATE
    rows = list(csv.DictReader((folder / "batch.csv").open(newline="")))
    assert [(r["hit"], r["annotation"], r["konkyo"]) for r in rows] == [
        (o.token, o.annotation, o.question) for o in ORDERS
    ]
    assert "3 HITs" in (folder / "README.txt").read_text()
    assert folder_market(tmp_path).find_hits("konkyo:c:") == {o.annotation: o.token for o in ORDERS}
    assert folder_market(tmp_path).find_hits("konkyo:other:") == {}


def test_preparing_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    before = everything(published(tmp_path))
    assert everything(published(tmp_path)) == before


def test_what_was_written_before_a_kill_is_completed(tmp_path: Path) -> None:
    whole = everything(published(tmp_path))
    (tmp_path / "files" / "pilot" / "batch.csv").unlink()
    (tmp_path / "files" / "pilot" / "README.txt").unlink()
    assert everything(published(tmp_path)) == whole


@pytest.mark.parametrize("name", ["batch.csv", "template.html"])
def test_a_folder_that_somebody_changed_is_refused_and_left_alone(
    tmp_path: Path, name: str
) -> None:
    folder = published(tmp_path)
    (folder / name).write_text("mine")
    with pytest.raises(SafetyError, match=f"{name} is not what this campaign wrote"):
        published(tmp_path)
    assert (folder / name).read_text() == "mine"


def test_a_hit_without_its_row_is_not_said_to_exist(tmp_path: Path) -> None:
    published(tmp_path)
    with pytest.raises(MarketError, match="no row for 'konkyo:c:9'"):
        folder_market(tmp_path).create_hit(TERMS, HitOrder("hit9", "konkyo:c:9", "{}"))


@pytest.mark.parametrize("template", ["<p>", TEMPLATE * 2, TEMPLATE + "${name}", "${ konkyo }"])
def test_a_template_needs_exactly_its_one_variable(tmp_path: Path, template: str) -> None:
    with pytest.raises(MarketError, match="no other"):
        folder_market(tmp_path).prepare(template, ORDERS)
    assert list(tmp_path.iterdir()) == []


def test_another_flavour_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'html' does not go with this market.*fragment"):
        Files(MarketAccess("", flavour="html", folder="f", base=tmp_path))
    with pytest.raises(ConfigError, match="needs a folder"):
        Files(MarketAccess("", base=tmp_path))


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner), max_leaves=8))
def test_a_cell_is_plain_ascii_and_still_the_same_json(value: object) -> None:
    # Python's own JSON keeps halves of characters apart; both spellings are read alike.
    text = cell(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == json.loads(json.dumps(value))
    assert not set(text) & set("$<>&\r\n")
    assert text.isascii()


@pytest.mark.parametrize(
    "hostile", ["</script>", "${konkyo}", "<!--", "&amp;", "\\${hit}", "😀\u2028"]
)
def test_hostile_words_in_a_cell_mean_nothing_to_html_or_to_variables(hostile: str) -> None:
    text = cell(json.dumps({"t": hostile}, ensure_ascii=False))
    assert json.loads(text) == {"t": hostile}
    assert not set(text) & set("$<>&")


def test_a_row_of_amazons_table_is_a_submission(tmp_path: Path) -> None:
    folder = published(tmp_path)
    times = {
        "AcceptTime": "Tue Mar 03 06:05:06 PST 2026",
        "SubmitTime": "Tue Mar 03 14:07:06 UTC 2026",
    }
    put(folder, "b.csv", {**AMAZON, **times, "AssignmentStatus": "Rejected", "Answer.other": ""})
    market = folder_market(tmp_path)
    assert list(market.submissions("hit1")) == []
    (found,) = market.submissions("hit0")
    assert (found.market_id, found.platform_worker_id, found.status) == ("A1", "W1", "Rejected")
    # 06:05:06 in Seattle's winter is 14:05:06 in Greenwich
    assert found.accepted_at == datetime(2026, 3, 3, 14, 5, 6, tzinfo=UTC)
    assert found.submitted_at == datetime(2026, 3, 3, 14, 7, 6, tzinfo=UTC)
    assert read_fields(found.answer) == {"konkyo": "{}"}


@pytest.mark.parametrize(
    "time", ["", "yesterday", "Tue Mar 03 14:05:06 CEST 2026", "a b 3 c UTC d"]
)
def test_a_moment_in_an_unknown_zone_is_left_open(tmp_path: Path, time: str) -> None:
    put(published(tmp_path), "b.csv", {**AMAZON, "SubmitTime": time})
    assert next(iter(folder_market(tmp_path).submissions("hit0"))).submitted_at is None


def test_a_key_of_the_workers_session_is_not_kept(tmp_path: Path) -> None:
    put(published(tmp_path), "b.csv", {**AMAZON, "Answer.csrfmiddlewaretoken": "secret"})
    assert "secret" not in next(iter(folder_market(tmp_path).submissions("hit0"))).answer


def test_people_who_did_not_sign_in_are_not_taken_for_one_person(tmp_path: Path) -> None:
    rows = [{**AMAZON, "AssignmentId": name, "WorkerId": ""} for name in ("1", "2")]
    put(published(tmp_path), "b.csv", *rows)
    workers = {s.platform_worker_id for s in folder_market(tmp_path).submissions("hit0")}
    assert len(workers) == 2


def test_a_cell_larger_than_the_standard_limit_is_read(tmp_path: Path) -> None:
    put(published(tmp_path), "b.csv", {**AMAZON, "Input.konkyo": "x" * 200_000})
    assert len(list(folder_market(tmp_path).submissions("hit0"))) == 1


def test_the_same_table_twice_counts_once_and_the_decision_stays(tmp_path: Path) -> None:
    folder = published(tmp_path)
    put(folder, "a.csv", {**AMAZON, "AssignmentStatus": "Rejected"})
    put(folder, "b.csv", {**AMAZON, "AssignmentStatus": "Submitted"})
    put(folder, "c.csv", {**AMAZON, "AssignmentStatus": "Submitted"})
    assert [s.status for s in folder_market(tmp_path).submissions("hit0")] == ["Rejected"]


def test_two_sites_that_number_alike_are_told_apart_from_a_second_download(tmp_path: Path) -> None:
    folder = published(tmp_path)
    put(folder, "a.csv", AMAZON)
    put(folder, "b.csv", {**AMAZON, "WorkerId": "W2"})
    with pytest.raises(MarketError, match=r"a\.csv and .*b\.csv hold two different submissions"):
        list(folder_market(tmp_path).submissions("hit0"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"HITId,WorkerId\nx,y\n", "no column 'AssignmentId'"),
        (b"AssignmentId,WorkerId,Input.hit\nA,B\n", "row 2, has 2 cells"),
        (b"AssignmentId,WorkerId,Input.hit\nA,B,hit7\n", "does not have .'hit7'"),
        (b"AssignmentId,WorkerId,Input.hit\n,B,hit0\n", "has no AssignmentId"),
        (b"AssignmentId\xff", "cannot be read as CSV in UTF-8"),
    ],
)
def test_a_file_that_is_no_results_table_is_named(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    folder = published(tmp_path)
    (folder / "results" / "odd.csv").write_bytes(content)
    with pytest.raises(MarketError, match=problem) as caught:
        list(folder_market(tmp_path).submissions("hit0"))
    assert "odd.csv" in str(caught.value)


def test_approvals_are_written_once_each_and_outlast_an_older_table(tmp_path: Path) -> None:
    folder = published(tmp_path)
    put(folder, "b.csv", AMAZON, {**AMAZON, "AssignmentId": "A2"})
    for name in ("A1", "A1", "A2"):
        folder_market(tmp_path).approve(name)
    assert (folder / "decisions.csv").read_bytes() == (
        b'"AssignmentId","Approve"\r\n"A1","x"\r\n"A2","x"\r\n'
    )
    statuses = {s.market_id: s.status for s in folder_market(tmp_path).submissions("hit0")}
    assert statuses == {"A1": "Approved", "A2": "Approved"}


def test_results_without_the_batch_that_they_are_about_are_an_error(tmp_path: Path) -> None:
    folder = published(tmp_path)
    put(folder, "b.csv", AMAZON)
    (folder / "batch.csv").unlink()
    with pytest.raises(MarketError, match=r"no batch\.csv"):
        folder_market(tmp_path).submissions("hit0")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file")
    with pytest.raises(MarketError, match="cannot be written"):
        folder_market(tmp_path).prepare(TEMPLATE, ORDERS)


def test_no_draft_is_left_behind(tmp_path: Path) -> None:
    folder = published(tmp_path)
    folder_market(tmp_path).approve("A1")
    assert not list(folder.rglob(".*"))
