"""Training that diverges in its first epoch: weights that are tried drop out, an arm ends the command.

The divergence is real: a weight above 3.4e38, the largest number of single precision, makes a loss
that is not finite.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path

import pytest

from analysis.report.sections.teaching import teaching_view
from db.records import Campaign
from db.store import campaigns, runs
from pipeline.cli.experiment_view import experiment_document, print_experiment
from pipeline.models.loop import Diverged
from pipeline.project import Project, open_project
from pipeline.report_sections import teaching
from pipeline.teach import teach
from pipeline.teaching.arms import Arm, candidates, controls, parts, taught
from pipeline.teaching.experiment import (
    Experiment,
    marks_of_labelled,
    on_validation,
    read_experiment,
)
from pipeline.teaching.lesson import Classroom, TeachRequest, lesson
from pipeline.teaching.training import Training
from pipeline.train import labelled, model_settings
from tests.pipeline.judging import SETTINGS, judged_in  # ends in its table [teach]
from tests.pipeline.teaching.test_grid import with_settings

SPARE = SETTINGS + "controls = []\n"
ROW = '[[teach.objective]]\nname = "{}"\nweight = {}\n'
TWO = ROW.format("attention_supervision", "[0.2, 1e39]")
AT = ROW.format("attention_at", "{}")
WILD = "attention_supervision, λ = 1e+39"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judged campaign, nothing trained."""
    return judged_in(tmp_path_factory.mktemp("judged") / "project", SPARE + TWO)


@pytest.fixture(scope="module")
def copies(
    original: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Project]]:
    """A copy of it for whoever asks."""
    opened: list[Project] = []

    def copy() -> Project:
        folder = tmp_path_factory.mktemp("copy") / "project"
        opened.append(open_project(shutil.copytree(original, folder)))
        return opened[-1]

    yield copy
    for project in opened:
        project.engine.dispose()


@pytest.fixture(scope="module")
def project(copies: Callable[[], Project]) -> Project:
    return copies()


@pytest.fixture(scope="module")
def steps() -> list[tuple[int, int]]:
    return []


@pytest.fixture(scope="module")
def done(project: Project, steps: list[tuple[int, int]]) -> Experiment:
    return teach(project, "p", on_run=lambda *step: steps.append(step))


def of_campaign(project: Project) -> Campaign:
    return campaigns.find(project.engine, "p")


def there(project: Project) -> list[str]:
    return [run.id for run in runs.read(project.engine)]


def test_a_weight_that_diverges_is_not_chosen_and_the_experiment_goes_on(
    project: Project, done: Experiment, steps: list[tuple[int, int]]
) -> None:
    low, wild = done.candidates
    assert (low.chosen, low.diverged) == (True, False)
    assert (wild.arm.name, wild.chosen, wild.diverged, wild.validation) == (WILD, False, True, None)
    assert [(arm.name, len(arm.runs)) for arm in done.arms] == [
        ("vanilla", 2),
        ("attention_supervision", 2),
    ]
    # two weights, two arms, two seeds: whoever watches is told of every run, diverged or not
    assert steps == [(n, 8) for n in range(1, 9)]


def test_nothing_is_kept_of_a_run_that_diverged(project: Project, done: Experiment) -> None:
    _, wild = done.candidates
    assert len(wild.arm.runs) == 2, "the plan has the ids that they would have"
    assert not set(wild.arm.runs) & set(there(project))
    assert sorted(there(project)) == sorted(path.name for path in project.models.iterdir())


def test_read_back_it_has_still_diverged(project: Project, done: Experiment) -> None:
    read = read_experiment(project, of_campaign(project))
    assert read is not None and read.candidates == done.candidates
    before = there(project)
    again = teach(project, "p")
    assert again.candidates == done.candidates
    assert astuple(again.table) == astuple(done.table)
    assert there(project) == before, "and nothing was trained anew but what diverged"


def test_terminal_document_and_report_say_so(
    done: Experiment, capsys: pytest.CaptureFixture[str]
) -> None:
    print_experiment(done)
    tables = capsys.readouterr().out.partition("chosen on validation alone")[2]
    assert tables.count("chosen") == tables.count("diverged") == 1
    good, wild = experiment_document(done)["candidates"]
    assert wild == {
        "name": WILD, "auc": None, "macro_f1": None, "chosen": False, "diverged": True
    }  # fmt: skip
    assert good["chosen"] and not good["diverged"] and good["macro_f1"] is not None
    table = teaching_view(teaching(done)).tried
    assert table is not None
    said = [[str(cell.body) for cell in row.cells] for row in table.rows]
    assert said[0][-1] == "chosen" and said[1][-1] == "diverged"
    assert said[1][0] == said[1][1] != said[0][1], "no numbers where there are none"


def test_weights_that_diverged_with_one_seed_have_no_mean(project: Project) -> None:
    """Over the other seeds it would be compared with means over all."""
    first, second = runs.read(project.engine)[:2]
    assert on_validation([first, second]) is not None
    assert on_validation([first, None]) is None
    assert on_validation([None, None]) is None


def test_where_all_weights_of_a_row_diverge_the_row_is_named_and_runs_stay(
    project: Project, done: Experiment
) -> None:
    before = there(project)
    grid = ROW.format("attention_supervision", "[0.2, 0.3]") + AT.format("[1e39, 2e39]")
    with pytest.raises(Diverged, match="row 'attention_at' has no weight to choose") as found:
        teach(with_settings(project, SPARE + grid), "p")
    assert "attention_at, λ = 1e+39; attention_at, λ = 2e+39" in str(found.value)
    assert "Lower the weights in [[teach.objective]], or learning_rate" in str(found.value)
    assert found.value.exit_code == 1
    assert len(set(there(project)) - set(before)) == 2, "0.3 with two seeds"
    read = read_experiment(project, of_campaign(project))
    assert read is not None and read.plan.id == done.plan.id, "the former experiment is shown"


def test_plain_training_that_diverges_is_called_vanilla(project: Project) -> None:
    fast = SPARE.replace("epochs = 1", "epochs = 1\nlearning_rate = 1e30")
    with pytest.raises(Diverged, match="^seed 1, vanilla: training diverged in epoch 1"):
        teach(with_settings(project, fast), "p")


def test_an_arm_of_the_table_that_diverges_ends_the_command_by_its_name_on_every_engine(
    project: Project, done: Experiment, copies: Callable[[], Project]
) -> None:
    """Here and in another process: the same candidates drop out, the same runs are kept, the same
    error ends it, and a lower weight goes on from there."""
    known, away = there(project), copies()
    settings = SPARE + "{}" + TWO + AT.format("1e39")
    with pytest.raises(Diverged) as here:
        teach(with_settings(project, settings.format("")), "p")
    assert str(here.value) == (
        "seed 1, attention_at: training diverged in epoch 1 (the loss is inf); lower learning_rate "
        "or the weights of the objectives. The runs before it are kept"
    )
    assert there(project) == known, "all that comes before it was there"
    with pytest.raises(Diverged) as other:
        teach(
            with_settings(away, settings.format("[engine]\nworkers = 1\n")),
            "p",
            TeachRequest(engine="processes"),
        )
    assert str(other.value) == str(here.value)
    vanilla, chosen = (arm.runs for arm in done.arms)
    assert set(there(away)) == {*chosen, vanilla[0]}
    trained = there(away)
    found = teach(with_settings(away, SPARE + TWO + AT.format("0.5")), "p")
    assert found.candidates == done.candidates
    assert there(away)[: len(trained)] == trained
    assert len(there(away)) == len(trained) + 3, "vanilla's second seed, and two of attention_at"


def test_an_arm_is_named_as_in_the_table(project: Project) -> None:
    rows = ROW.format("attention_supervision", "[0.2, 3]") + ROW.format("saliency_learning", "1")
    project = with_settings(project, SETTINGS + "fractions = [0.25]\n" + rows)
    data = labelled(project, model_settings(project).kind)
    marks = marks_of_labelled(project, of_campaign(project), data)
    room = Classroom(
        project, of_campaign(project), data, marks, lesson(project, TeachRequest(seeds=2))
    )
    first, second = room.lesson.rows
    main = [taught(first, first.choices[0]), taught(second, second.choices[0])]
    arms: list[Arm] = [*main, *controls(main, ["shuffled"]), *parts(main, [0.25])]
    names = [Training(recipe, "cpu").name for recipe in room.recipes([*arms, *candidates(first)])]
    assert names[: len(arms)] == [
        "seed 1, attention_supervision",
        "seed 1, saliency_learning",
        "seed 1, shuffled",
        "seed 1, saliency_learning, shuffled",
        "seed 1, attention_supervision, 0.25 of the rationales",
    ]
