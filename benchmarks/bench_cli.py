"""How long `konkyo --help` takes, beside the smallest program that Typer can make.

Both are started as a user starts them, one after the other in turns, by the same Python and with
warm caches; what is compared is the wall time of the whole process. Beside it stands which heavy
libraries were loaded for the help, which should be none.

Run it: `python benchmarks/bench_cli.py [--quick] [--repeats N]`. Nothing here can fail.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 2.0
HEAVY = (
    "alembic",
    "boto3",
    "botocore",
    "captum",
    "httpx",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "starlette",
    "torch",
    "uvicorn",
)
BARE = """\
import typer
app = typer.Typer()
app.command()(lambda name="you": print(name))
if __name__ == "__main__":
    app()
"""


def script() -> str:
    """The installed command, of this Python where it has one."""
    beside = Path(sys.executable).with_name("konkyo")
    return str(beside) if beside.is_file() else shutil.which("konkyo") or ""


def seconds(command: list[str]) -> float:
    """Wall time of one process, from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def take_turns(commands: dict[str, list[str]], repeats: int) -> dict[str, list[float]]:
    """Seconds of every command and repeat; a first round warms the caches and is not counted."""
    for command in commands.values():
        seconds(command)
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            spent[name].append(seconds(command))
    return spent


def imported(command: list[str]) -> set[str]:
    """The packages (first part of the name) that were loaded while a Python command ran."""
    timed = subprocess.run(
        [sys.executable, "-X", "importtime", *command], capture_output=True, text=True, check=False
    )
    names = [line.rpartition("|")[2].strip() for line in timed.stderr.splitlines() if "|" in line]
    return {name.partition(".")[0] for name in names}


def show(spent: dict[str, list[float]]) -> None:
    """One line a command: median, spread, and the ratio to the bare application."""
    bare = spent["bare Typer"]
    print(f"{'':>12}{'median s':>10}{'fastest':>9}{'slowest':>9}{'ratio':>7}{'quartiles':>15}")
    for name, times in spent.items():
        ratios = sorted(mine / other for mine, other in zip(times, bare, strict=True))
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(
            f"{name:>12}{statistics.median(times):>10.3f}{min(times):>9.3f}{max(times):>9.3f}"
            f"{middle:>7.2f}{f'{low:.2f} to {high:.2f}':>15}"
        )
    ratio = statistics.median(m / o for m, o in zip(spent["konkyo"], bare, strict=True))
    verdict = "reached" if ratio <= LIMIT else "not reached"
    print(f"konkyo --help over a bare --help: {ratio:.2f}; at most {LIMIT:.1f} wanted: {verdict}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--quick", action="store_true", help="five repeats")
    arguments.add_argument("--repeats", type=int, default=21)
    given = arguments.parse_args()
    repeats = 5 if given.quick else max(2, given.repeats)
    command = script()
    if not command:
        print("there is no installed command konkyo; install the project first")
        return
    print(
        f"--help, {repeats} repeats in turns; {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        commands = {
            "bare Typer": [sys.executable, str(bare), "--help"],
            "konkyo": [command, "--help"],
        }
        show(take_turns(commands, repeats))
        loaded = imported([command, "--help"])
        more = loaded - imported([str(bare), "--help"]) - set(sys.stdlib_module_names)
    heavy = sorted(set(HEAVY) & loaded)
    print(f"heavy libraries loaded by the help: {', '.join(heavy) or 'none'}")
    print(f"packages that a bare application does not load: {', '.join(sorted(more)) or 'none'}")


if __name__ == "__main__":
    main()
