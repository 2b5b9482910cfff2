"""A release out of a real database: what stands in it, what never does, and that it is the same."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from db.errors import NotFound, SafetyError, UsageError
from db.store import instances
from db.store.engine import writing
from db.tables import exclusions
from pipeline.project import Project
from pipeline.release.privacy import BLOCK
from pipeline.release.release import export_release
from pipeline.release.request import ReleaseRequest
from tests.pipeline.release.support import (
    BEGAN,
    INSTRUCTIONS,
    WORKERS,
    answered,
    new_project,
    reasoned,
    request,
)
from tests.support.data import instance


@pytest.fixture
def project(make_project: Any) -> Project:
    """A project of its own, to be changed."""
    return new_project(make_project)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / "data" / f"{name}.parquet")


def exclude_first_worker(project: Project, campaign_id: str, pseudonym: str) -> None:
    row = {"id": "x1", "campaign_id": campaign_id, "subject": "worker", "subject_id": pseudonym}
    more = {"rule": "failed-checks", "reason": f"{WORKERS[0]} guessed", "by": "me"}
    with writing(project.engine) as connection:
        connection.execute(exclusions.insert(), row | more)


def test_a_release_holds_instances_judgements_consensus_and_agreement(pilot: Project) -> None:
    made = export_release(pilot, request(pilot))
    # 8 items × 3 workers × 2 questions; majority and Dawid–Skene of 8 instances
    assert made.rows["instances"] == made.rows["items"] == 8
    assert made.rows["judgements"] == 48
    assert made.rows["consensus"] == 16
    judged = table(made.folder, "judgements")
    labels = judged[judged["question"] == "label"]
    assert sorted(labels["answer"].value_counts().items()) == [("negative", 3), ("positive", 21)]
    marks = judged[judged["question"] == "marks"]["marks"].map(list)
    assert sorted(map(tuple, marks)) == sorted([(0, 1), (1, 2), (2, 3)] * 8)
    estimates = table(made.folder, "agreement")
    assert {"alpha", "token_alpha"} <= set(estimates["name"])


def test_the_soft_rationale_is_the_share_who_marked_a_word(pilot: Project) -> None:
    found = table(export_release(pilot, request(pilot)).folder, "consensus")
    first = found[found["method"] == "majority"].iloc[0]
    # workers marked 0–1, 1–2 and 2–3: one, two, two and one of three
    assert first["scores"][:5] == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1 / 3, 0])
    assert first["workers"] == 3
    assert len(first["scores"]) == len(first["certainty"])


def test_tokens_are_found_again_in_the_text(pilot: Project) -> None:
    found = table(export_release(pilot, request(pilot)).folder, "instances")
    for row in found.to_dict("records"):
        words = [row["text"][a:b] for a, b in zip(row["starts"], row["ends"], strict=True)]
        assert words == row["text"].split()


def test_no_id_no_pseudonym_and_no_time_stands_anywhere(pilot: Project) -> None:
    made = export_release(pilot, request(pilot, suffix="jsonl"))
    everything = b"\n".join(contents(made.folder).values()).decode()
    for worker in WORKERS:
        assert worker not in everything
        assert pilot.pseudonyms.of(worker) not in everything
    assert BEGAN.strftime("%H:%M") not in everything
    # 10 minutes a worker and a minute a page: all on one day
    assert json.loads((made.folder / "release.json").read_text())["created"] == "2026-03-04"


def test_names_are_those_of_the_release(pilot: Project) -> None:
    first, again, other = (
        set(table(export_release(pilot, request(pilot, folder, name=name)).folder, "judgements")["worker"])
        for folder, name in (("a", "v1"), ("b", "v1"), ("c", "v2"))
    )  # fmt: skip
    assert len(first) == 3
    assert first == again
    assert not first & other


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_the_same_state_gives_the_same_bytes_and_another_does_not(
    project: Project, suffix: str
) -> None:
    campaign = answered(project)
    one, two = (
        contents(export_release(project, request(project, f, name="v1", suffix=suffix)).folder)
        for f in ("a", "b")
    )
    assert one == two
    exclude_first_worker(project, campaign.id, project.pseudonyms.of(WORKERS[0]))
    changed = export_release(project, request(project, "a", name="v1", suffix=suffix))
    assert contents(changed.folder) != one
    assert changed.rows["judgements"] == 32


def test_exclusions_are_told_by_rule_and_not_by_worker(project: Project) -> None:
    campaign = answered(project)
    exclude_first_worker(project, campaign.id, project.pseudonyms.of(WORKERS[0]))
    folder = export_release(project, request(project)).folder
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "1 × worker by the rule `failed-checks`" in card
    assert "guessed" not in card


def test_checksums_are_those_of_the_files(project: Project) -> None:
    answered(project, people=("A1B2C3D4E5F6G7", "A7G6F5E4D3C2B1"), simulated=True)
    folder = export_release(project, request(project)).folder
    found = contents(folder)
    lines = found.pop("SHA256SUMS").decode().splitlines()
    # sha256sum passes over a line that begins with #
    assert lines[0] == "# answered by simulated workers"
    assert lines[1:] == [f"{hashlib.sha256(found[n]).hexdigest()}  {n}" for n in sorted(found)]
    if tool := shutil.which("sha256sum"):
        subprocess.run([tool, "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_every_file_says_that_workers_were_simulated(project: Project, suffix: str) -> None:
    answered(project, simulated=True)
    made = export_release(project, request(project, suffix=suffix))
    assert all(b"simulated workers" in body for body in contents(made.folder).values())
    card = (made.folder / "README.md").read_text(encoding="utf-8")
    assert "\n# out (simulated workers)\n" in card
    described = json.loads((made.folder / "croissant.json").read_text())["description"]
    assert described.startswith("All answers come from simulated workers")


def test_people_and_programs_together_are_called_both(project: Project) -> None:
    answered(project)
    answered(project, "robots", people=("A000000000000R", "A000000000001R"), simulated=True)
    made = export_release(project, request(project, campaigns=("pilot", "robots")))
    assert made.people == "workers and simulated workers"
    judged = table(made.folder, "judgements")
    assert judged.groupby("campaign")["simulated"].all().to_dict() == {
        "pilot": False,
        "robots": True,
    }


def test_answers_in_own_words_are_left_out_unless_asked_for(project: Project) -> None:
    reasoned(project, "because it reads well")
    made = export_release(project, request(project))
    assert sum(made.excluded.values()) == 12
    assert b"reads well" not in b"".join(contents(made.folder).values())
    assert set(table(made.folder, "judgements")["number"]) == {3.0}
    told = export_release(project, request(project, texts=True))
    judged = table(told.folder, "judgements")
    assert set(judged["answer"].dropna()) == {"because it reads well"}
    assert any("read them before" in note for note in told.notes)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("ask A9Z8Y7X6W5V4U3", "Mechanical Turk"),
        (f"I am {WORKERS[2].upper()}", "platform worker id"),
        ("mail jo@example.org", "e-mail address"),
    ],
)
def test_what_could_tell_who_a_worker_is_stops_the_release_and_is_named(
    project: Project, words: str, kind: str
) -> None:
    reasoned(project, words)
    with pytest.raises(SafetyError, match=rf"12 × .*{kind}.* in judgements, column 'answer'") as e:
        export_release(project, request(project, texts=True))
    assert words.split()[-1] not in str(e.value)
    assert not (project.folder.parent / "out").exists()
    assert export_release(project, request(project)).rows["judgements"] == 12
    made = export_release(project, request(project, texts=True, redact=True))
    assert [n for what, n in made.redacted.items() if "judgements" in what] == [12]
    everything = b"".join(contents(made.folder).values()).decode("utf-8", "replace").lower()
    assert words.split()[-1].lower() not in everything


def test_an_id_in_a_text_is_blocked_out_in_place_and_the_text_gets_another_id(
    make_project: Any,
) -> None:
    project = new_project(make_project)
    leaky = instance(f"the film that {WORKERS[0]} liked was great fun", "positive")
    instances.add(project.engine, [leaky])
    answered(project, items=13)
    with pytest.raises(SafetyError, match=r"1 × platform worker id in instances, column 'text'"):
        export_release(project, request(project))
    made = export_release(project, request(project, redact=True))
    held = table(made.folder, "instances").set_index("id")
    row = held[held["text"].str.contains(BLOCK)].iloc[0]
    assert row["text"] == f"the film that {BLOCK * 14} liked was great fun"
    assert (row["starts"][3], row["ends"][3]) == (14, 28)
    assert leaky.id not in held.index
    assert set(table(made.folder, "judgements")["instance"]) == set(held.index)
    assert set(table(made.folder, "consensus")["instance"]) == set(held.index)


def test_half_a_character_is_replaced_and_said(make_project: Any) -> None:
    project = new_project(make_project)
    instances.add(project.engine, [instance("half \ud83d a smile", "positive")])
    answered(project, items=13)
    made = export_release(project, request(project))
    assert "half \ufffd a smile" in set(table(made.folder, "instances")["text"])
    assert any("U+FFFD in 1 text" in note for note in made.notes)


def test_the_card_says_who_was_asked_what_for_what_pay(pilot: Project) -> None:
    made = export_release(pilot, request(pilot, license="CC-BY-4.0", language="en"))
    card = (made.folder / "README.md").read_text(encoding="utf-8")
    assert "3 workers, 0 of them simulated." in card
    assert "Reward for a page: 0.50 USD." in card
    # 0.50 for 90 seconds in use, or for the two minutes from accepting to submitting
    assert "90 s, or 20.00 USD an hour" in card
    assert "120 s, or 15.00 USD an hour" in card
    assert f"````text\n{INSTRUCTIONS.strip()}\n````" in card
    assert "positive: positive" in card
    assert "Licence: CC-BY-4.0." in card
    statement = (made.folder / "DATA_STATEMENT.md").read_text(encoding="utf-8")
    assert "BCP-47: `en`." in statement
    assert "## D. Annotator demographic" in statement


def test_without_a_licence_the_card_says_so(pilot: Project) -> None:
    card = (export_release(pilot, request(pilot)).folder / "README.md").read_text()
    assert "license: unknown" in card
    assert "Licence: not stated." in card


def test_what_the_texts_are_stands_in_card_and_statement(pilot: Project) -> None:
    about = pilot.folder / "about.md"
    about.write_text("Reviews of a small town's cinema.", encoding="utf-8")
    folder = export_release(pilot, request(pilot, about=about)).folder
    for name in ("README.md", "DATA_STATEMENT.md"):
        assert "small town's cinema" in (folder / name).read_text(encoding="utf-8")


def test_parquet_and_json_lines_hold_the_same(pilot: Project) -> None:
    folder = export_release(pilot, request(pilot, "a", name="v1")).folder
    lines = export_release(pilot, request(pilot, "b", name="v1", suffix="jsonl")).folder
    for path in sorted((folder / "data").glob("*.parquet")):
        rows = (lines / "data" / f"{path.stem}.jsonl").read_text(encoding="utf-8").splitlines()
        read = [json.loads(row) for row in rows]
        assert [list(r) for r in read] == [pq.read_schema(path).names] * len(rows)
        wide = pq.read_table(path).to_pylist()
        floats = ("scores", "certainty")  # float32 in Parquet
        for one, two in zip(wide, read, strict=True):
            assert {k: v for k, v in one.items() if k not in floats} == {
                k: v for k, v in two.items() if k not in floats
            }


def test_names_and_places_that_cannot_be_are_refused(pilot: Project) -> None:
    for wrong in ({"name": "a b"}, {"suffix": "xml"}, {"license": " "}, {"language": "e\nn"}):
        with pytest.raises(UsageError):
            export_release(pilot, request(pilot, "refused", **wrong))
    with pytest.raises(SafetyError, match="the name of the release"):
        export_release(pilot, request(pilot, "refused", name=WORKERS[0], redact=True))
    with pytest.raises(UsageError, match="holds the project"):
        export_release(pilot, request(pilot, "project"))
    assert not (pilot.folder.parent / "refused").exists()


def test_nothing_judged_is_nothing_to_release(project: Project) -> None:
    with pytest.raises(NotFound, match="no campaign has judgements yet"):
        export_release(project, request(project))
    with pytest.raises(NotFound, match="no campaign is called 'nope'"):
        export_release(project, request(project, campaigns=("nope",)))


def test_a_foreign_file_survives_a_second_export_and_is_in_no_checksum(
    pilot: Project, tmp_path: Path
) -> None:
    folder = export_release(pilot, ReleaseRequest(tmp_path / "out")).folder
    sums = (folder / "SHA256SUMS").read_text(encoding="utf-8")
    (folder / "data" / "mine.txt").write_text("mine", encoding="utf-8")
    export_release(pilot, ReleaseRequest(tmp_path / "out"))
    assert (folder / "data" / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "SHA256SUMS").read_text(encoding="utf-8") == sums
