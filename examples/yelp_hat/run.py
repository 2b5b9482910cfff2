"""The whole loop on words that real workers marked: import, train, explain, measure, teach, report.

Run it: `python examples/yelp_hat/run.py DATA WORK [--config FILE] [--seeds N]`. DATA is the folder
with the two published results files, WORK a folder for the project, outside of this repository.
Every step is a `konkyo` command, printed before it runs; the same call again continues.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

PARTS = {"part1": "part1_50words.csv", "part6": "part6_100words.csv"}
BOTH = "both"
Command = Sequence[str]


def join(files: Sequence[Path], out: Path) -> int:
    """Write the rows of all files, which must share a header, into one; returns how many."""
    header: list[str] = []
    rows: list[list[str]] = []
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            first, *more = csv.reader(file)
        if header and first != header:
            sys.exit(f"{path} has other columns than {files[0]}; they cannot be joined")
        header = first
        rows += more
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return len(rows)


def commands(data: Path, joined: Path, seeds: int | None) -> Iterator[Command]:
    """The loop, as a user would type it in the project's folder."""
    yield ("init",)
    for name, file in PARTS.items():
        yield "import", "mturk", str(data / file), "--name", name
    yield "import", "mturk", str(joined), "--name", BOTH
    yield ("train",)
    yield ("explain",)
    for name in (*PARTS, BOTH):
        yield "agreement", name, "--over", "units"
    yield "align", BOTH
    yield "teach", BOTH, *(() if seeds is None else ("--seeds", str(seeds)))
    yield "report", BOTH, "--out", "report.html"


def run(program: str, command: Command, work: Path) -> None:
    """One command in the project's folder; a failure ends the loop with its exit code."""
    print(f"\n$ konkyo {' '.join(command)}", flush=True)
    # The project in WORK is meant, whatever the shell has set for another one.
    here = {k: v for k, v in os.environ.items() if k not in ("KONKYO_CONFIG", "KONKYO_DB")}
    done = subprocess.run([program, *command], cwd=work, env=here, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("data", type=Path, help="folder with the two published CSV files")
    arguments.add_argument("work", type=Path, help="folder for the project; made if missing")
    arguments.add_argument(
        "--config",
        type=Path,
        default=Path(__file__).with_name("konkyo.toml"),
        help="settings for a new project (default: the example's own)",
    )
    arguments.add_argument("--seeds", type=int, help="seeds of teach (default: by the settings)")
    given = arguments.parse_args()
    data, work = given.data.resolve(), given.work.resolve()
    for file in PARTS.values():
        if not (data / file).is_file():
            sys.exit(f"{data / file} is missing; the README says where the data comes from")
    beside = Path(sys.executable).with_name("konkyo")
    program = str(beside) if beside.is_file() else shutil.which("konkyo")
    if program is None:
        sys.exit("there is no command konkyo; install the project first")
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "konkyo.toml").exists():
        shutil.copyfile(given.config, work / "konkyo.toml")
    joined = work / "both_parts.csv"
    print(f"{join([data / file for file in PARTS.values()], joined)} rows joined in {joined}")
    for command in commands(data, joined, given.seeds):
        run(program, command, work)


if __name__ == "__main__":
    main()
