"""From a results file into the database: items as fine as what was judged, and agreement on them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db import frames
from db.errors import NotFound, UsageError
from db.records import Campaign, Estimate
from db.store import assignments, campaigns, instances
from pipeline.aggregate import aggregate_campaign
from pipeline.agreement import agreement_of_campaign
from pipeline.formats.base import ReadOptions
from pipeline.formats.mturk.propose import propose
from pipeline.ingest import import_data
from pipeline.judged import choice_question, questions
from pipeline.project import Project

MakeProject = Callable[..., Project]
COLUMNS = "WorkerId Input.text Input.option_1 Input.option_2 Answer.good"
OPTIONS = ("the first of them", "the second of them")


def results(folder: Path, columns: str, *rows: tuple[str, ...]) -> Path:
    """A results file: the names of its columns, parted by blanks, and its rows."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([columns.split(), *rows])
    path = folder / "results.csv"
    path.write_text(written.getvalue(), encoding="utf-8")
    return path


def imported(project: Project, path: Path, mapping: Path | None = None) -> Campaign:
    import_data(project, "mturk", path, ReadOptions(mapping=mapping), name="told")
    return campaigns.find(project.engine, "told")


def alphas(project: Project, name: str) -> dict[str, float | None]:
    """Question → alpha over units."""
    found: list[Estimate] = agreement_of_campaign(project, name, bootstrap=20).estimates
    return {e.subject: e.value for e in found if e.name == "alpha" and e.over == "units"}


def test_an_option_is_an_item_and_a_row_is_one_submission(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    rows = [("WORKER_A", "a text", *OPTIONS, "1|2"), ("WORKER_B", "a text", *OPTIONS, "2")]
    campaign = imported(project, results(tmp_path, COLUMNS, *rows))
    (page,) = campaigns.read_hits(project.engine, campaign.id)
    items = campaigns.read_items(project.engine, campaign.id)
    assert [(i.hit_id, i.position, dict(i.shown)) for i in items] == [
        (page.id, n, {"number": n + 1, "text": OPTIONS[n]}) for n in range(2)
    ]
    assert len(assignments.known(project.engine, campaign.id)) == 2
    table = frames.answers(project.engine, campaign.id, "good")
    a, b = project.pseudonyms.of("WORKER_A"), project.pseudonyms.of("WORKER_B")
    said = {(r.unit, r.worker): r.value for r in table.itertuples()}
    first, second = (item.id for item in items)
    assert said == {(first, a): True, (second, a): True, (first, b): False, (second, b): True}


def test_agreement_is_measured_on_the_questions_that_the_import_found(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    columns = "Input.text Answer.scale Answer.why"
    rows = [
        (f"text {n}", str(n % 3 + 1), f"for the reason {n} {m}") for n in range(9) for m in "ab"
    ]
    campaign = imported(project, results(tmp_path, columns, *rows))
    assert campaign.study == "answers"
    # words of their own are kept, and not measured
    assert questions(project, campaign) == {"scale": "ordinal"}
    assert len(frames.answers(project.engine, campaign.id, "why")) == 18
    assert alphas(project, "told") == {"scale": 1.0}


def test_a_question_that_nobody_answered_is_not_measured(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[instance]\ntext = "Input.text"\n'
        '[questions.a]\ncolumn = "Answer.a"\nread = "choice"\n'
        '[questions.b]\ncolumn = "Answer.b"\nread = "choice"\n'
    )
    path = results(tmp_path, "Input.text Answer.a Answer.b", ("x", "", "1"), ("x", "", "1"))
    campaign = imported(project, path, mapping)
    assert questions(project, campaign) == {"b": "nominal"}
    assert set(alphas(project, "told")) == {"b"}


def test_marks_without_a_label_have_an_agreement_of_their_own(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    html = '<span class="active">a</span><span>b</span>'
    campaign = imported(project, results(tmp_path, "Input.text Answer.m", *2 * [("a b", html)]))
    assert campaign.study == "highlight"
    found = agreement_of_campaign(project, "told", bootstrap=20)
    assert {e.subject.partition(":")[0] for e in found.estimates} == {"marks"}
    with pytest.raises(NotFound, match="'told' asked no question that has an answer to choose"):
        choice_question(project, campaign)


def test_a_consensus_of_units_is_not_one_of_their_texts(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    rows = [(f"W{n}_LONG", "a text", *OPTIONS, cell) for n, cell in enumerate(("2", "2|1", "2"))]
    imported(project, results(tmp_path, COLUMNS, *rows))
    consensus = aggregate_campaign(project, "told", "majority").result
    # the second option was accepted by three of three, the first by one of three
    assert sorted(map(str, consensus.consensus)) == ["False", "True"]


def test_an_id_that_a_worker_typed_is_not_in_what_is_kept(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    columns = "WorkerId Input.text Answer.comment"
    row = ("A1B2C3D4E5", "a text", "my id is A1B2C3D4E5, pay me")
    campaign = imported(project, results(tmp_path, columns, row))
    pseudonym = project.pseudonyms.of("A1B2C3D4E5")
    table = frames.answers(project.engine, campaign.id, "comment")
    assert list(table["value"]) == [f"my id is {pseudonym}, pay me"]
    (stored,) = assignments.read(project.engine, campaign.id)
    assert "A1B2C3D4E5" not in stored.answer


def test_a_second_import_by_a_mapping_that_says_the_same_changes_nothing(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    path = results(tmp_path, COLUMNS, ("WORKER_A", "a text", *OPTIONS, "1|2"))
    imported(project, path)
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(propose(path, ReadOptions()), encoding="utf-8")
    report = import_data(project, "mturk", path, ReadOptions(mapping=mapping), name="again")
    assert report.nothing_new
    assert report.campaign == "told"
    # what is asked of the same rows otherwise is another campaign
    mapping.write_text(mapping.read_text().replace(".good]", ".fine]"), encoding="utf-8")
    report = import_data(project, "mturk", path, ReadOptions(mapping=mapping), name="again")
    assert (report.campaign, report.campaign_is_new) == ("again", True)


def test_another_level_makes_another_campaign(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project()
    mapping = tmp_path / "mapping.toml"
    table = '[instance]\ntext = "Input.text"\n[questions.q]\ncolumn = "Answer.q"\nread = "number"\n'
    path = results(tmp_path, "Input.text Answer.q", ("x", "1"), ("x", "2"))
    for level in ("ordinal", "interval"):
        mapping.write_text(f'{table}level = "{level}"\n', encoding="utf-8")
        report = import_data(project, "mturk", path, ReadOptions(mapping=mapping), name=level)
        assert (report.campaign, report.campaign_is_new) == (level, True)
        assert questions(project, campaigns.find(project.engine, level)) == {"q": level}


def test_a_mapping_is_for_no_other_format(make_project: MakeProject, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the csv format takes no mapping"):
        import_data(make_project(), "csv", tmp_path, ReadOptions(mapping=tmp_path / "m.toml"))


def test_campaigns_imported_before_questions_were_kept_have_label_and_marks(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    path = tmp_path / "d.jsonl"
    path.write_text('{"text": "a b", "label": "x", "rationale_tokens": [1]}', encoding="utf-8")
    import_data(project, "jsonl", path, ReadOptions())
    campaign = campaigns.find(project.engine, "d-jsonl")
    assert questions(project, campaign) == {"label": "nominal", "marks": "set"}


@pytest.mark.shared
def test_real_acceptability_has_the_alpha_that_was_found_in_the_file(
    make_project: MakeProject, shared_data: Path
) -> None:
    # .4971: 1,250 units (five explanations of 250 pairs), three answers each, computed apart
    project = make_project()
    path = shared_data / "few_shot_explanations" / "acceptability_snli_test.csv"
    campaign = imported(project, path)
    assert len(campaigns.read_items(project.engine, campaign.id)) == 1250
    assert instances.count(project.engine) == 250
    table = frames.answers(project.engine, campaign.id, "acceptable")
    assert len(table) == 3750
    assert table.groupby("unit").size().eq(3).all()
    assert alphas(project, "told") == {"acceptable": pytest.approx(0.49713241852, abs=1e-9)}


@pytest.mark.shared
def test_real_ratings_stand_beside_in_the_same_project(
    make_project: MakeProject, shared_data: Path
) -> None:
    project = make_project()
    folder = shared_data / "few_shot_explanations"
    import_data(project, "mturk", folder / "acceptability_snli_test.csv", ReadOptions())
    report = import_data(project, "mturk", folder / "quality_snli_esnli.csv", ReadOptions())
    # both are about the same 250 pairs
    assert (report.instances_new, report.instances_known, report.annotations) == (0, 250, 750)
    campaign = campaigns.find(project.engine, report.campaign)
    shown: list[Any] = [i.shown for i in campaigns.read_items(project.engine, campaign.id)]
    assert len(shown) == 250
    assert all(list(one) == ["explanation"] for one in shown)
    assert len(frames.answers(project.engine, campaign.id, "amount_info")) == 750 - 288
    assert set(alphas(project, campaign.name)) == set(questions(project, campaign))
