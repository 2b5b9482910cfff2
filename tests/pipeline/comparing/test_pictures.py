"""`compare` and `align --by` on campaigns of pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from db.errors import UsageError
from db.masks import encode
from db.records import Item, ModelRun
from db.store import rationales, runs
from pipeline.align import align_campaign
from pipeline.compare import Wanted, beside, compare_campaign
from pipeline.project import Project
from pipeline.strata import strata_of_campaign
from tests.cli.support import done
from tests.pipeline.comparing.support import judged
from tests.pipeline.drawing.desk import Desk, images_desk

SETTINGS = "[study]\nitems_per_hit = 4\n[analysis]\nbootstrap = 50\n"
WANTED = Wanted(metrics=("auroc", "rank_accuracy"))


def scores(name: str, one: object) -> list[float]:
    """ "attention" is on the upper half of a grid of 2 x 3 cells, where everybody marks."""
    rng = np.random.default_rng(int(one.id[:8], 16))  # type: ignore[attr-defined]
    return [float(name == "attention" and at < 3) + 0.1 * rng.random() for at in range(6)]


@pytest.fixture
def desk(make_project: Callable[..., Project]) -> Desk:
    """Thirty-two pictures of 24 x 16 pixels, marked by four of twelve people each."""
    made = images_desk(make_project(SETTINGS), scores=scores, n=32)

    def say(person: int, item: Item, rng: object) -> dict[str, object]:
        mask = np.zeros((16, 24), np.uint8)
        mask[: 5 + int(item.instance_id[0], 16) % 4, person % 3 :] = 1
        return {"label": made.instances[item.instance_id].label, "marks": encode(mask)}

    judged(made, "highlight", say, items=32)
    return made


def test_explainers_on_pictures_differ_as_align_says(desk: Desk) -> None:
    found = compare_campaign(desk.project, "highlight", None, WANTED)
    assert found.by == "explainer"
    aligned = align_campaign(desk.project, "highlight", bootstrap=0)
    wanted = {(e.name, e.subject): e.value for e in aligned.result.estimates}
    assert {d.score for d in found.result.differences} == {"auroc", "rank_accuracy"}
    for d in found.result.differences:
        gap = wanted[d.score, "attention"] - wanted[d.score, "gradient"]
        assert d.paired and d.estimates[0].value == pytest.approx(gap)
        assert [e.low is not None for e in d.estimates] == [True] * 3
    floor = compare_campaign(desk.project, "highlight", None, replace(WANTED, baseline="centre"))
    assert {d.subject for d in floor.result.differences} == {
        "attention - centre",
        "gradient - centre",
    }


def test_runs_on_pictures_are_compared_explainer_by_explainer(desk: Desk) -> None:
    engine = desk.project.engine
    runs.add(engine, ModelRun("other1", "test", ("red", "blue"), {}, 1, "h", {}, "m", "at"), [])
    made = [
        replace(one, id=f"other{one.id}", run_id="other1", scores=-one.scores)
        for one in rationales.read(engine, "run1", ["attention"])
    ]
    rationales.add(engine, made)
    by_run = replace(WANTED, metrics=("auroc",), runs=("run1", "other1"))
    (one,) = compare_campaign(desk.project, "highlight", "run", by_run).result.differences
    assert one.subject == "run1 attention - other1 attention"
    # A map turned over has 1 less the AUROC: the gap is 2 AUROC - 1.
    aligned = align_campaign(desk.project, "highlight", run="run1", bootstrap=0).result
    (auroc, *_) = (
        e.value for e in aligned.estimates if (e.name, e.subject) == ("auroc", "attention")
    )
    assert one.estimates[0].value == pytest.approx(2 * auroc - 1, abs=1e-6)


def test_pictures_part_by_the_share_that_is_marked_label_and_worker(desk: Desk) -> None:
    by_length = strata_of_campaign(desk.project, "highlight", "length", bootstrap=30)
    result = by_length.results["rank_accuracy"]
    names = [s.name for s in result.strata]
    assert all(name.endswith("% of the pixels marked") for name in names)
    assert names == sorted(names, key=lambda name: float(name.split()[0]))
    assert sum(s.n for s in result.strata) == 32 and len(names) > 1
    label = strata_of_campaign(desk.project, "highlight", "label", bootstrap=30).results["auroc"]
    assert {t.subject for t in label.tests} == {"attention", "gradient"}
    workers = strata_of_campaign(desk.project, "highlight", "worker", bootstrap=30)
    assert sum(s.n for s in workers.results["auroc"].strata) == 4 * 32
    with pytest.raises(UsageError, match="spearman is against the share"):
        strata_of_campaign(desk.project, "highlight", "label", metrics=("spearman",))


def test_the_commands_show_pictures(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(desk.project.folder))
    compared = done("compare", "highlight", "--metric", "auroc", "--json").json
    assert [d["first"] for d in compared["differences"]] == ["attention"]
    parted = done("align", "highlight", "--by", "length", "--json").json
    assert all("pixels marked" in name for name in parted["strata"])


def test_said_beside_marked_pictures_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="marks pictures"):
        beside(desk.project, "highlight", "highlight", Wanted())
