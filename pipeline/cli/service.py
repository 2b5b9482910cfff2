"""Commands of the panel *service*: serve, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.shared import LARGEST_SEED, console, escaped, say

PANEL = "Service"


def register(app: typer.Typer) -> None:
    """Add the panel's commands."""
    for command in (serve, demo):
        app.command(command.__name__, rich_help_panel=PANEL)(command)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port (0: any free one).")] = 8080,
    data: Annotated[
        str, typer.Option(help="The endpoint's own database: a path or SQLAlchemy URL.")
    ] = "market.db",
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy in front terminates TLS.")
    ] = False,
    registration: Annotated[
        str, typer.Option(help="Who may register as a worker: open or invited.")
    ] = "open",
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file, to speak TLS without a proxy.")
    ] = None,
    private_key: Annotated[Path | None, typer.Option(help="The certificate's key, PEM.")] = None,
    assets: Annotated[
        Path | None, typer.Option(help="Folder HOST/PATH that stands in for the web.")
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="TOML file of API calls that are to fail, for tests.")
    ] = None,
) -> None:
    """Run the MTurk-compatible endpoint and its worker site until Ctrl-C."""
    from db.errors import UsageError
    from hits.endpoint.errors import EndpointError
    from hits.endpoint.serve import serve as run_server
    from hits.endpoint.settings import ServeSettings

    settings = ServeSettings(
        host=host,
        port=port,
        data=data,
        behind_proxy=behind_proxy,
        registration=registration,
        certificate=certificate,
        private_key=private_key,
        assets=assets,
        faults=faults,
    )

    def ready(url: str) -> None:
        say(f"MTurk API (POST) and worker site (GET): {escaped(url)}/ (Ctrl-C ends)")
        if faults is not None:
            say(f"faults are injected into the API, as {escaped(str(faults))} says")

    try:
        run_server(settings, ready)
    except EndpointError as error:
        raise UsageError(str(error)) from error


def demo(
    out: Annotated[Path, typer.Option(help="Folder for report, database and models.")] = Path(
        "konkyo-demo"
    ),
    kind: Annotated[str, typer.Option(help="What is shown: text, image or tabular.")] = "text",
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Everything is drawn from this number.")
    ] = 1,
    rounds: Annotated[
        int,
        typer.Option(min=1, max=20, help="Rounds of asking people, by what the model finds hard."),
    ] = 1,
) -> None:
    """The whole loop on data that come with konkyo, with simulated workers, in a few minutes."""
    from pipeline.cli.demo_view import print_alignment, print_rounds
    from pipeline.cli.experiment_view import print_experiment
    from pipeline.demo import demo as run_demo

    done = run_demo(
        out,
        kind=kind,
        seed=seed,
        rounds=rounds,
        say=lambda line: say(f"[dim]{escaped(line)}[/]"),
    )
    if done.rounds:
        print_rounds(done.rounds)
    if done.taught is not None:
        print_experiment(done.taught)
    if done.aligned is not None:
        print_alignment(done.aligned)
    shown = console(stderr=False)
    shown.print(f"[dim]{escaped(done.about)}[/]", soft_wrap=True)
    shown.print(f"\nreport: [bold]{escaped(str(done.report))}[/]", soft_wrap=True)
