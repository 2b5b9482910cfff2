"""`konkyo demo`: the whole loop on the embedded corpus, with simulated workers over HTTP.

It starts its own endpoint on a free loopback port, and leaves a report, a database and models in
one folder, from which every command goes on working.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from db.errors import ConfigError
from db.store import instances
from hits.endpoint.errors import EndpointError
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from pipeline.aggregate import aggregate_campaign
from pipeline.collect import collect
from pipeline.config import CONFIG_NAME
from pipeline.corpus import corpus_path
from pipeline.experiment import Experiment
from pipeline.explain import explain
from pipeline.formats.base import ReadOptions
from pipeline.ingest import Provenance, import_data
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project, init_project, open_project
from pipeline.publish import publish
from pipeline.report import write_report
from pipeline.review import approve_all
from pipeline.simulate import simulate
from pipeline.teach import teach
from pipeline.train import train

MARKER = "konkyo demo"
AUTHORS = "konkyo-reviews"
HIGHLIGHT = "highlight-demo"
RATE = "rate-demo"
RATED = 40
WORKERS = 16
PROVENANCE = Provenance(
    annotators="evidence words marked by the corpus's own writer",
    written_for_project=True,
)

SETTINGS = f"""\
# Written by {MARKER}; every command of konkyo works in this folder.

[project]
seed = {{seed}}

[model]
embedding_dim = 64
hidden_dim = 32
dropout = 0.5
weight_decay = 0.1
min_count = 2
epochs = 30
patience = 8

[study]
workers = 3
items_per_hit = 8
gold_per_hit = 1
reward = "0.60"
minutes = 4

[market]
endpoint_url = "{{url}}"
cap = "500.00"
"""


@dataclass(frozen=True)
class Demo:
    """What the demo leaves: the report, the project's folder, the experiment."""

    report: Path
    folder: Path
    taught: Experiment


def demo(out: Path, *, seed: int = 1, say: Callable[[str], None] = print) -> Demo:
    """Run every stage in `out`; a folder that holds something else is refused."""
    _check_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    try:
        with running(ServeSettings(port=0, data=str(out / "market.db"))) as url:
            (out / CONFIG_NAME).write_text(SETTINGS.format(seed=seed, url=url), encoding="utf-8")
            init_project(out, str(out / "konkyo.db"))
            project = open_project(out / CONFIG_NAME, str(out / "konkyo.db"))
            try:
                return _run(project, out, say)
            finally:
                project.engine.dispose()
    except EndpointError as error:
        raise ConfigError(str(error)) from error


def _check_folder(out: Path) -> None:
    """An earlier demo is cleared away; anything else is left alone."""
    if not out.exists():
        return
    config = out / CONFIG_NAME
    ours = config.is_file() and MARKER in config.read_text(encoding="utf-8", errors="replace")
    if not ours and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out} holds something else; name a new folder with --out")
    for name in ("konkyo.db", "market.db"):
        for suffix in ("", "-wal", "-shm"):
            (out / f"{name}{suffix}").unlink(missing_ok=True)


def _run(project: Project, out: Path, say: Callable[[str], None]) -> Demo:
    imported = import_data(
        project, "jsonl", corpus_path(), ReadOptions(), name=AUTHORS, provenance=PROVENANCE
    )
    say(f"imported {imported.instances_new} reviews with the words that justify their labels")
    run = train(project).run
    say(f"trained {run.kind}, run {run.id}: test macro F1 {run.metrics['test_macro_f1']:.3f}")
    explained = explain(project)
    say(f"explained by {', '.join(explained.new)}: {sum(explained.new.values())} rationales")
    _study(project, PlanRequest("highlight", HIGHLIGHT, items=_most(project)), say)
    _study(project, PlanRequest("rate", RATE, items=RATED, split="test"), say)
    for method in ("majority", "dawid_skene"):
        aggregate_campaign(project, HIGHLIGHT, method)
    say("teaching: the same encoder, plain and with what was marked, over several seeds")
    taught = teach(project, HIGHLIGHT)
    report = write_report(project, HIGHLIGHT, out / "report.html")
    return Demo(report, out, taught)


def _most(project: Project) -> int:
    """Nine tenths of the instances; the rest serve as check items."""
    return instances.count(project.engine) * 9 // 10


def _study(project: Project, request: PlanRequest, say: Callable[[str], None]) -> None:
    """Plan, publish, let the crowd answer, collect, pay."""
    planned = plan(project, request)
    publish(project, request.name)
    done = simulate(project, request.name, workers=WORKERS)
    found = collect(project, request.name)
    paid = approve_all(project, request.name)
    say(
        f"{request.study}: {planned.quote.hits} HITs, {done.assignments} assignments by "
        f"{done.workers} simulated workers, {len(found.unreadable)} unreadable, "
        f"{paid.paid} {paid.campaign.currency} paid"
    )
