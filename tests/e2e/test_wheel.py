"""What a wheel forgets, an editable install hides: build it, install it afresh, run the demo.

The libraries that it needs are lent by the environment of the tests; that all of them are declared
is held by `tests/test_dependencies.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("analysis", "db", "hits", "pipeline")
BESIDE = ("pyproject.toml", "README.md", "LICENSE")
PATIENCE_S = 900
SMALL_DEMO = """\
from pipeline.cli.main import run
from pipeline.demos.text import Text
assert "epochs = 30" in Text.settings
Text.settings = Text.settings.replace("epochs = 30", "epochs = 2")
Text.settings += "[analysis]\\nbootstrap = 50\\n[teach]\\nseeds = 2\\ncontrols = []\\n"
Text.share, Text.rated = 0.1, 8
run()
"""
"""`konkyo demo` whose models hardly learn, of a few people: what a wheel forgets is missed all the same."""


def run(*command: str, cwd: Path) -> str:
    """Run to the end; a failure shows the end of what was printed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("KONKYO_", "PYTHON"))}
    clean["OMP_NUM_THREADS"] = "1"  # models this small only lose time to a second thread
    done = subprocess.run(
        command, cwd=cwd, env=clean, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    output = (done.stdout + done.stderr)[-4000:]
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{output}"
    return done.stdout


def build_wheel(folder: Path) -> Path:
    """The wheel of a copy of the sources, so that nothing is left behind in the checkout."""
    source = folder / "source"
    source.mkdir()
    for name in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    for name in BESIDE:
        shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), cwd=source)
    (wheel,) = folder.glob("konkyo-*.whl")
    return wheel


def test_a_wheel_in_a_clean_environment_runs_the_demo_from_another_folder(tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.startswith(("tests", "benchmarks", "examples"))]
    assert [name for name in names if name.endswith("licenses/LICENSE")]

    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", str(environment), cwd=tmp_path)
    python = str(environment / "bin" / "python")
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel), cwd=tmp_path)
    (own,) = environment.glob("lib/python*/site-packages")
    (own / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for package in PACKAGES:
        found = run(python, "-c", f"import {package}; print({package}.__file__)", cwd=elsewhere)
        assert Path(found.strip()).is_relative_to(own)
    assert "demo" in run(str(environment / "bin" / "konkyo"), "--help", cwd=elsewhere)
    said = run(python, "-c", SMALL_DEMO, "demo", "--out", "first", cwd=elsewhere)
    assert (elsewhere / "first" / "konkyo.db").is_file()
    report = (elsewhere / "first" / "report.html").read_text(encoding="utf-8")
    assert "These workers are simulated" in report
    assert "attention_supervision" in said
    assert said.rstrip().endswith("report.html")
