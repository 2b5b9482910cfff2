"""The Yelp example: its commands find in the real annotations what its README says.

The documented settings take minutes; here the driver's commands run in this process with a smaller
model, two seeds and few replicates. The margins asked for are about half of what was measured that way.
"""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import torch

from db.store import assignments, campaigns, instances
from pipeline.agreement import agreement_of_campaign
from pipeline.project import Project, open_project
from pipeline.teaching.arms import TAUGHT, VANILLA
from pipeline.teaching.experiment import ALIGNMENT, Experiment, read_experiment
from tests.cli.support import done

EXAMPLE = Path(__file__).parents[2] / "examples" / "yelp_hat"
SMALL = """\
[model]
embedding_dim = 32
hidden_dim = 16
epochs = 2
learning_rate = 0.005

[train]
health = false

[explain]
explainers = ["attention"]

[analysis]
bootstrap = 20

[teach]
seeds = 2
"""
pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def work(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the driver's commands have run, in its order."""
    data = marked(shared_data)
    folder = tmp_path_factory.mktemp("yelp_hat")
    (folder / "konkyo.toml").write_text(SMALL, encoding="utf-8")
    driver = runpy.run_path(str(EXAMPLE / "run.py"))
    joined = folder / "both_parts.csv"
    driver["join"]([data / file for file in driver["PARTS"].values()], joined)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # models this small only lose time to a second thread
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("KONKYO_CONFIG", "KONKYO_DB"):
            patch.delenv(name, raising=False)
        for words in driver["commands"](data, joined, None):
            done(*words)
    torch.set_num_threads(threads)
    return folder


def marked(shared_data: Path) -> Path:
    """The folder of the marked reviews; skips where it is missing."""
    data = shared_data / "yelp_hat"
    if not data.is_dir():
        pytest.skip(f"the marked reviews are not here: {data}")
    return data


def run_driver(data: Path, work: Path, settings: Path) -> subprocess.CompletedProcess[str]:
    """The example as its README says to run it."""
    command = [sys.executable, str(EXAMPLE / "run.py"), str(data), str(work)]
    return subprocess.run(
        [*command, "--config", str(settings)], capture_output=True, text=True, check=False
    )


def test_the_driver_runs_commands_in_its_folder_up_to_the_first_that_fails(tmp_path: Path) -> None:
    # Files of the right names, of which `import mturk` can make nothing.
    data, work, settings = tmp_path / "data", tmp_path / "work", tmp_path / "small.toml"
    settings.write_text(SMALL, encoding="utf-8")
    data.mkdir()
    for name in ("part1_50words.csv", "part6_100words.csv"):
        (data / name).write_text("one,two\n1,2\n", encoding="utf-8")
    ran = run_driver(data, work, settings)
    assert ran.returncode == 1
    assert [line.split()[2] for line in ran.stdout.splitlines() if line.startswith("$")] == [
        "init",
        "import",
    ]
    assert "2 rows joined" in ran.stdout
    assert (work / "konkyo.db").is_file(), "init ran in the project's folder"
    assert "part1_50words.csv" in ran.stderr


@pytest.fixture(scope="module")
def project(work: Path) -> Iterator[Project]:
    opened = open_project(work / "konkyo.toml")
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def experiment(project: Project) -> Experiment:
    found = read_experiment(project, campaigns.find(project.engine, "both"))
    assert found is not None
    return found


def mean(experiment: Experiment, objective: str, metric: str) -> float:
    (value,) = (
        e.value for e in experiment.table.means if (e.subject, e.name) == (objective, metric)
    )
    assert value is not None
    return value


def documented(coefficient: str) -> list[float]:
    """The row of the README's table of agreement: part 1, part 6, both."""
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {coefficient} \|(.*)\|$", text, re.MULTILINE)
    return [float(cell.split()[0]) for cell in row.split("|")]


def test_every_row_of_both_parts_becomes_an_annotation(project: Project) -> None:
    rows = {
        name: len(assignments.read(project.engine, campaigns.find(project.engine, name).id))
        for name in ("part1", "part6", "both")
    }
    assert rows == {"part1": 900, "part6": 1314, "both": 900 + 1314}
    # 300 reviews of part 1 and 439 of part 6, none in both
    assert instances.count(project.engine) == 739


@pytest.mark.parametrize(
    ("name", "row", "published"),
    [
        ("pairwise_auc", "pairwise AUC", (0.744, 0.714)),
        ("token_alpha", "token alpha", (0.37, 0.36)),
    ],
)
def test_agreement_is_what_the_readme_and_an_independent_recount_say(
    project: Project, name: str, row: str, published: tuple[float, float]
) -> None:
    found = [
        next(e.value for e in agreement_of_campaign(project, part, bootstrap=0).estimates
             if e.name == name)
        for part in ("part1", "part6", "both")
    ]  # fmt: skip
    assert found == pytest.approx(documented(row), abs=0.001)
    assert found[:2] == pytest.approx(published, abs=0.01)


def test_attention_moves_to_where_people_look_only_with_their_marks(
    experiment: Experiment,
) -> None:
    # measured this way: .777 against .529 (vanilla) and .559 (shuffled)
    taught = mean(experiment, TAUGHT, ALIGNMENT)
    assert taught > mean(experiment, VANILLA, ALIGNMENT) + 0.1
    assert taught > mean(experiment, "shuffled", ALIGNMENT) + 0.1


def test_teaching_does_not_cost_the_task(experiment: Experiment) -> None:
    assert mean(experiment, TAUGHT, "task AUC") > mean(experiment, VANILLA, "task AUC") - 0.03


def test_the_report_says_that_workers_are_people_whom_nobody_can_name(work: Path) -> None:
    page = unescape((work / "report.html").read_text(encoding="utf-8"))
    assert "people who are not named: each annotation stands for a worker of its own" in page
    assert "who the workers were is not known, so nothing can be said about other workers" in page
    assert "simulated" not in re.sub(r"<(style|script)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
