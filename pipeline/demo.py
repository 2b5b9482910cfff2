"""`konkyo demo`: the whole loop on data that konkyo has with it, with simulated workers over HTTP.

It starts its own endpoint on a free loopback port, and leaves a report, a database and models in
one folder, from which every command goes on working. What differs between texts, pictures and rows
stands in `pipeline.demos`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from db.errors import ConfigError, UsageError
from db.store import instances
from db.words import counted
from hits.endpoint.errors import EndpointError
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from pipeline.aggregate import aggregate_campaign
from pipeline.align import Aligned, align_campaign
from pipeline.class_images import class_images
from pipeline.collect import collect
from pipeline.compare import Wanted, compare_campaign
from pipeline.config import CONFIG_NAME
from pipeline.demos import DEMOS
from pipeline.demos.base import Kind
from pipeline.demos.rounds import PROPOSALS, TABLE, Demonstration, Round, check_rounds, hold_rounds
from pipeline.explain import explain
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project, init_project, open_project
from pipeline.publish import publish
from pipeline.report import write_report
from pipeline.review import approve_all
from pipeline.simulate import simulate
from pipeline.teach import teach
from pipeline.teaching.experiment import Experiment
from pipeline.train import train

MARKER = "konkyo demo"
HIGHLIGHT = "highlight-demo"
RATE = "rate-demo"
WORKERS = 16

SETTINGS = f"""\
# Written by {MARKER}; every command of konkyo works in this folder.

[project]
seed = {{seed}}

[market]
endpoint_url = "{{url}}"
cap = "500.00"

"""


@dataclass(frozen=True)
class Demo:
    """What the demo leaves: the report, the project's folder, and what it found.

    `taught` is None where nothing is taught, `aligned` where something is; `rounds` is empty where
    there is one alone; `about` says where the data and what is known of them come from.
    """

    report: Path
    folder: Path
    about: str
    taught: Experiment | None = None
    aligned: Aligned | None = None
    rounds: tuple[Round, ...] = ()


def demo(
    out: Path,
    *,
    kind: str = "text",
    seed: int = 1,
    rounds: int = 1,
    say: Callable[[str], None] = print,
) -> Demo:
    """Run every stage in `out`; a folder that holds something else is refused.

    With `rounds` above 1 people see fewer instances first, and more as the model asks for them;
    more rounds than the data can fill are refused before anybody is paid.
    """
    shown: Kind = DEMOS.load(kind)()
    if rounds > 1 and shown.untaught:
        raise UsageError(f"--rounds goes with kinds that learn from marks; {shown.untaught}")
    _check_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    try:
        with running(ServeSettings(port=0, data=str(out / "market.db"))) as url:
            settings = SETTINGS.format(seed=seed, url=url) + shown.settings
            (out / CONFIG_NAME).write_text(settings, encoding="utf-8")
            init_project(out, str(out / "konkyo.db"))
            project = open_project(out / CONFIG_NAME, str(out / "konkyo.db"))
            try:
                return _run(project, out, shown, seed, rounds, say)
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
    for path in (out / TABLE, *out.glob(PROPOSALS)):
        path.unlink(missing_ok=True)


def _run(
    project: Project, out: Path, kind: Kind, seed: int, rounds: int, say: Callable[[str], None]
) -> Demo:
    say(kind.bring(project, out, seed))
    first = _most(project, kind) // rounds
    check_rounds(project, first, rounds, kind.share)
    run = train(project, health=True).run
    say(f"trained {run.kind}, run {run.id}: test macro F1 {run.metrics['test_macro_f1']:.3f}")
    new = explain(project).new
    say(f"explained by {', '.join(new)}: {counted(sum(new.values()), 'rationale')}")
    _study(project, PlanRequest("highlight", HIGHLIGHT, items=first), say)
    rate = PlanRequest("rate", RATE, items=kind.rated, split="test", explainers=kind.judged)
    _study(project, rate, say)
    if kind.inverse:
        made = class_images(project, run=run.id)
        say(f"asked the model what it expects of each class: {counted(made.new, 'picture')}")
    for request in kind.further:
        _study(project, request, say)
        say(_conditions(project, request))
    for method in ("majority", "dawid_skene"):
        aggregate_campaign(project, HIGHLIGHT, method)
    held = _rounds(project, out, kind, rounds, say) if rounds > 1 else ()
    found = replace(_taught(project, out, kind, say), rounds=held)
    write_report(project, HIGHLIGHT, found.report)
    return found


def _rounds(
    project: Project, out: Path, kind: Kind, rounds: int, say: Callable[[str], None]
) -> tuple[Round, ...]:
    """What comes after the first highlight study; the runs of teaching are to be the latest."""

    def hold(request: PlanRequest) -> None:
        _study(project, request, say)

    return hold_rounds(Demonstration(project, out, HIGHLIGHT, rounds, kind.share, hold, say))


def _taught(project: Project, out: Path, kind: Kind, say: Callable[[str], None]) -> Demo:
    """The experiment where the kind of model can be taught, else how far maps meet people."""
    report = out / "report.html"
    if kind.untaught:
        say(kind.untaught)
        return Demo(report, out, kind.about, aligned=align_campaign(project, HIGHLIGHT))
    say("teaching: the same encoder, plain and with what was marked, over several seeds")
    return Demo(report, out, kind.about, taught=teach(project, HIGHLIGHT))


def _most(project: Project, kind: Kind) -> int:
    """The part of the instances that people see; the rest serve as check items."""
    return int(instances.count(project.engine) * kind.share)


def _conditions(project: Project, request: PlanRequest) -> str:
    """What each condition of a judging study came to."""
    found = compare_campaign(project, request.name, None, Wanted(bootstrap=0)).result.estimates
    values = {e.subject: e.value for e in found if e.value is not None}  # alike over whatever
    said = ", ".join(f"{subject} {value:.2f}" for subject, value in values.items())
    return f"{request.study}: {found[0].name.replace('_', ' ')}: {said}"


def _study(project: Project, request: PlanRequest, say: Callable[[str], None]) -> None:
    """Plan, publish, let the crowd answer, collect, pay."""
    planned = plan(project, request)
    publish(project, request.name)
    done = simulate(project, request.name, workers=WORKERS)
    found = collect(project, request.name)
    paid = approve_all(project, request.name)
    say(
        f"{request.study}: {counted(planned.quote.hits, 'HIT')}, {counted(done.assignments, 'assignment')} by "
        f"{counted(done.workers, 'simulated worker')}, {len(found.unreadable)} unreadable, "
        f"{paid.paid} {paid.campaign.currency} paid"
    )
