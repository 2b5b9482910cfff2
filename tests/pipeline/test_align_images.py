"""`align` on pictures: a campaign through SQLite, and folders of masks beside files of maps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import roc_auc_score

from analysis.alignment.scoring import Choices
from analysis.report.content import Alignment
from analysis.report.contrasts import Contrasts
from analysis.report.html import render
from db.errors import DataError, NotFound, UsageError
from db.masks import encode
from db.records import Instance, Rationale
from db.store import campaigns, instances, maps, rationales
from pipeline import score_maps
from pipeline.align import align_campaign, align_files
from pipeline.config import AnalysisSettings
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_data
from pipeline.project import Project
from pipeline.report import report_content
from tests.analysis.alignment.images.support import to_pixels, values
from tests.cli.support import done, konkyo
from tests.pipeline.answering import answer
from tests.pipeline.drawing.desk import Desk, images_desk, settle

SETTINGS = "[study]\nitems_per_hit = 4\n[analysis]\nbootstrap = 50\n"
SPOT = {"red": (0, 8), "blue": (8, 16)}
"""Rows that people mark: of red pictures the upper half, of blue ones the lower half."""


def marked(worker: int, label: str) -> np.ndarray:
    """Half of the picture, narrower from worker to worker."""
    found = np.zeros((16, 24), np.uint8)
    found[slice(*SPOT[label]), worker:] = 1
    return found


def scores(name: str, one: Instance) -> list[float]:
    """On a grid of 2 rows and 3 columns "attention" is on the half that people mark."""
    upper = one.label == "red"
    rng = np.random.default_rng(int(one.id[:8], 16))
    if name == "attention":
        return [float((at < 3) == upper) + 0.1 * at for at in range(6)]
    return rng.random(6).tolist()


@pytest.fixture
def desk(make_project: Callable[..., Project]) -> Desk:
    """A campaign of twelve pictures of 24 x 16 pixels, answered by three people."""
    made = images_desk(make_project(SETTINGS), scores=scores)
    planned = made.plan("highlight")
    known = made.instances

    def say(worker: int, item: object) -> dict[str, object]:
        label = str(known[item.instance_id].label)  # type: ignore[attr-defined]
        return {"label": label, "marks": encode(marked(worker, label))}

    answer(made.project, planned, 3, say)
    return made


def test_a_campaign_of_pictures_is_aligned_like_any_other(desk: Desk) -> None:
    found = align_campaign(desk.project, "c")
    assert (found.of, found.run, found.result.noun) == ("c", "run1", "pixel")
    # Each worker's mask is a gold: AUROC of 384 pixels, by scikit-learn, for red and for blue.
    expected = [
        roc_auc_score(
            marked(worker, str(one.label)).ravel(),
            to_pixels(np.reshape(scores("attention", one), (2, 3)), (16, 24)).ravel(),
        )
        for one in desk.found
        for worker in range(3)
    ]
    assert values(found.result, "attention")["auroc"] == pytest.approx(np.mean(expected), abs=1e-6)
    assert {"people", "oracle", "constant", "random", "centre", "attention", "gradient"} == {
        e.subject for e in found.result.estimates
    }
    (one,) = (
        e
        for e in found.result.estimates
        if (e.name, e.subject, e.over) == ("region_iou", "attention", "units")
    )
    assert (one.n_units, one.n_workers, one.n_judgements) == (12, 3, 36)
    # Checks were answered too, and are not measured.
    items = campaigns.read_items(desk.project.engine, campaigns.find(desk.project.engine, "c").id)
    assert any(item.role == "check" for item in items)


def test_pictures_that_an_explainer_lacks_are_left_out_and_counted(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(SETTINGS)
    made = images_desk(project, scores=scores, explainers=("attention",))
    planned = made.plan("highlight")
    answer(project, planned, 2, lambda w, i: {"label": "red", "marks": encode(marked(w, "red"))})
    some = made.found[:9]
    rationales.add(project.engine, [_rationale(i, np.eye(3), (3, 3)) for i in some])
    found = align_campaign(project, "c").result
    assert found.excluded["marked instance without scores of every explainer"] == 3
    assert set(found.per_instance["instance"]) == {i.id for i in some}


def _rationale(one: Instance, grid: np.ndarray, shape: tuple[int, ...]) -> Rationale:
    values = grid.ravel().astype(np.float32)
    return Rationale(
        f"mine-{one.id}", "run1", "mine", one.id, 0, values, "none", "none", shape=shape
    )


def test_maps_come_back_as_they_were_stored_and_without_a_grid_not_at_all(desk: Desk) -> None:
    engine, one, other = desk.project.engine, desk.found[0], desk.found[1]
    grid = np.arange(6).reshape(3, 2)
    rationales.add(engine, [_rationale(one, grid, (3, 2)), _rationale(other, grid, ())])
    found = maps.of_picture(engine, "run1", ["mine", "attention"], one.id)
    assert np.array_equal(found["mine"], grid) and found["attention"].shape == (2, 3)
    assert maps.of_picture(engine, "run1", ["mine"], desk.found[2].id) == {}
    with pytest.raises(DataError, match=r"'mine' has 6 scores .* store them with the shape"):
        align_campaign(desk.project, "c")


def test_what_is_missing_or_has_no_meaning_on_pictures_is_said(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(SETTINGS)
    made = images_desk(project, explainers=("random",))
    planned = made.plan("highlight")
    answer(project, planned, 1, lambda w, i: {"label": "red", "marks": encode(marked(w, "red"))})
    with pytest.raises(NotFound, match="no rationales for the pictures"):
        align_campaign(project, "c")
    with pytest.raises(NotFound, match="split 'nowhere'"):
        align_campaign(project, "c", split="nowhere")
    with pytest.raises(UsageError, match="leave --k at instance"):
        align_campaign(project, "c", how=Choices(k=5))
    with pytest.raises(UsageError, match="leave --average at macro"):
        align_campaign(project, "c", how=Choices(average="micro"))


def test_the_command_prints_tables_of_pictures_and_one_document(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.project.folder)
    said = done("align", "c")
    for words in ("pointing game", "energy inside", "region IoU", "rank accuracy", "centre"):
        assert words in said.out
    document = done("align", "c", "--gold-policy", "union", "--json").json
    assert (document["command"], document["unit"]) == ("align", "pixel")
    names = {e["name"] for e in document["estimates"]}
    assert {"pointing_game_15px", "region_iou_normalised", "spearman"} <= names


def test_a_report_on_pictures_has_their_alignment_and_maps_beside_marks(desk: Desk) -> None:
    content = report_content(desk.project, "c")
    assert isinstance(content.alignment, Alignment) and isinstance(content.contrasts, Contrasts)
    assert content.alignment.k_rule == "as many pixels as the gold has"
    assert "energy inside" in render(content).lower()
    # Of the 8 columns of a half's first cell the three people marked 8, 7 and 6: 21 of 24.
    half, none = [21 / 24, 1, 1], [0, 0, 0]
    assert content.contrasts.considered == 12 and len(content.contrasts.pairs) == 8
    for pair in content.contrasts.pairs:
        upper = pair.instance.label == "red"
        assert (pair.explainer, pair.shape, pair.noun) == ("attention", (2, 3), "cell")
        assert pair.model_scores == pytest.approx(scores("attention", pair.instance))
        assert pair.people_scores.tolist() == (half + none if upper else none + half)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures of 4 x 2 pixels, each with masks by two people."""
    for name, colour in (("cat/a", 10), ("b", 20)):
        for file, picture in (
            (f"images/{name}.png", np.full((2, 4), colour)),
            (f"masks/{name}/w1.png", np.array([[1, 1, 0, 0]] * 2) * 255),
            (f"masks/{name}/w2.png", np.array([[1, 1, 1, 1], [0, 0, 0, 0]]) * 255),
        ):
            path = tmp_path / "people" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture.astype(np.uint8)).save(path)
    return tmp_path / "people"


def write_maps(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


GRID = [[1, 0], [0, 0]]
PLAIN = AnalysisSettings(bootstrap=0)


def test_folders_of_masks_and_lines_of_maps(folder: Path, tmp_path: Path) -> None:
    """The upper left cell has the highest score: w1 and w2 marked both of its pixels."""
    model = write_maps(
        tmp_path / "m.jsonl",
        {"image": "cat/a.png", "scores": GRID, "explainer": "mine"},
        {"image": "b.png", "scores": [[0, 1], [0, 0]], "explainer": "mine"},
    )
    found = align_files(folder, model, "masks", PLAIN)
    assert found.of == "people and m.jsonl"
    # In b the upper right cell: w2 marked it, w1 did not.
    assert values(found.result, "mine")["pointing_game"] == pytest.approx((1 + 0.5) / 2)


def test_an_archive_of_arrays_says_the_same_as_lines(folder: Path, tmp_path: Path) -> None:
    grids = {"cat/a.png": np.array(GRID), "b.png": np.arange(8.0).reshape(2, 4)}
    np.savez(tmp_path / "m.npz", **grids)
    lines = [{"image": name, "scores": grid.tolist()} for name, grid in grids.items()]
    of_lines = align_files(folder, write_maps(tmp_path / "m.jsonl", *lines), "masks", PLAIN)
    of_archive = align_files(folder, tmp_path / "m.npz", "masks", PLAIN)
    assert of_archive.result.estimates == of_lines.result.estimates


def test_maps_that_do_not_fit_into_memory_wait_in_a_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    grids = {"cat/a.png": rng.random((2, 4)), "b.png": rng.random((3, 1))}
    np.savez(tmp_path / "m.npz", **grids)
    held = align_files(folder, tmp_path / "m.npz", "masks", PLAIN)
    monkeypatch.setattr(score_maps, "IN_MEMORY", 8)
    waiting = align_files(folder, tmp_path / "m.npz", "masks", PLAIN)
    assert waiting.result.estimates == held.result.estimates


def test_the_command_on_files_counts_what_only_one_side_has(folder: Path, tmp_path: Path) -> None:
    model = write_maps(tmp_path / "m.jsonl", {"image": "b.png", "scores": GRID},
                       {"id": "0" * 24, "scores": GRID})  # fmt: skip
    said = done("align", "--human", folder, "--model", model, "--format", "masks", "--json").json
    assert said["excluded"]["marked instance without scores of every explainer"] == 1
    assert said["excluded"]["scored instance that nobody marked"] == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"image": "b.png", "scores": [1, 2]}, "rows of finite numbers"),
        ({"image": "b.png", "scores": [[1, 2], [3]]}, "rows of finite numbers"),
        ({"image": "b.png", "scores": [[]]}, "rows of finite numbers"),
        ({"image": "b.png", "scores": [[True]]}, "rows of finite numbers"),
        ({"image": "b.png", "scores": [[1e300]]}, "rows of finite numbers"),
        ({"image": "b.png", "scores": [[10**400]]}, "rows of finite numbers"),
        ({"image": "c.png", "scores": GRID}, "no picture 'c.png'"),
        ({"scores": GRID}, "names no picture"),
        ({"image": "cat/a.png", "scores": GRID}, "a second map by 'model'"),
    ],
)
def test_lines_that_do_not_fit_are_named(
    line: dict[str, object], message: str, folder: Path, tmp_path: Path
) -> None:
    model = write_maps(tmp_path / "m.jsonl", {"image": "cat/a.png", "scores": GRID}, line)
    said = konkyo("align", "--human", folder, "--model", model, "--format", "masks")
    assert (said.code, said.out) == (1, "")
    assert "m.jsonl, line 2: " in said.err.replace("\n", "")
    assert message in " ".join(said.err.split())


def test_archives_that_hold_something_else_are_refused(folder: Path, tmp_path: Path) -> None:
    words, objects, no_zip = (tmp_path / f"{name}.npz" for name in ("words", "objects", "none"))
    np.savez(words, **{"b.png": np.array([["a"]])})
    np.savez(objects, **{"b.png": np.array([[{}]], dtype=object)})
    no_zip.write_bytes(b"PK nothing")
    for path in (words, objects, no_zip, tmp_path / "absent.npz"):
        said = konkyo("align", "--human", folder, "--model", path, "--format", "masks")
        assert (said.code, said.out) == (1, "") and path.name in said.err.replace("\n", "")


def test_nothing_in_common_is_said(folder: Path, tmp_path: Path) -> None:
    model = write_maps(tmp_path / "m.jsonl", {"id": "0" * 24, "scores": GRID})
    with pytest.raises(NotFound, match="no maps for any picture"):
        align_files(folder, model, "masks", PLAIN)


def test_an_imported_folder_meets_the_maps_that_a_program_stored(
    folder: Path, make_project: Callable[..., Project]
) -> None:
    """As from files: in both pictures the upper left cell, which w1 and w2 marked."""
    project = make_project(SETTINGS)
    import_data(project, "masks", folder, ReadOptions(), name="people")
    stored = instances.read(project.engine)
    predicted = {i.id: "cat" for i in stored}
    settle(project, stored, scores=lambda *_: [1, 0, 0, 0], explainers=("mine",),
           labels=("cat", "dog"), predicted=predicted, shape=(2, 2))  # fmt: skip
    found = align_campaign(project, "people")
    assert values(found.result, "mine")["pointing_game"] == 1
