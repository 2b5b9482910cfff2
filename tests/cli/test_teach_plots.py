"""`konkyo teach --plots DIR`: objectives side by side, and what more rationales lead to and cost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from db.records import LedgerEntry
from db.store.engine import writing
from db.store.ledger import rows
from db.tables import ledger
from pipeline.project import init_project, open_project
from tests.cli.support import done, konkyo
from tests.cli.test_plots import names
from tests.pipeline.judging import SETTINGS, judged


def test_curves_with_their_cost_and_objectives_are_written(here: Path) -> None:
    (here / "konkyo.toml").write_text(SETTINGS + "controls = []\n", encoding="utf-8")
    init_project(here)
    opened = open_project(here)
    campaign = judged(opened)
    # 60 instances were marked; at 30 dollars together each was 50 cents
    with writing(opened.engine) as connection:
        entry = LedgerEntry(campaign.id, "spent", Decimal("30.00"), "USD", "t")
        connection.execute(ledger.insert(), rows([entry]))
    opened.engine.dispose()
    said = done("teach", "p", "--fraction", "0.5", "--plots", "drawn", "--json")
    assert [point["fraction"] for point in said.json["curve"]] == [0.0, 0.5, 1.0]
    assert names(Path("drawn")) == {
        "objectives-macro-f1", "objectives-auroc",
        "rationales-needed-macro-f1", "rationales-needed-auroc",
    }  # fmt: skip
    assert "rationales-needed-auroc.pdf" in said.err and "not drawn" not in said.err
    words = " ".join(Path("drawn/captions.txt").read_text(encoding="utf-8").split())
    assert "The mean over 2 seeds, of instances that were not learned from" in words
    axis = Path("drawn/rationales-needed-auroc-wide.svg").read_text(encoding="utf-8")
    assert "human rationales" in axis


def test_a_file_for_a_folder_is_refused_before_anything_is_trained(here: Path) -> None:
    (here / "file").write_text("", encoding="utf-8")
    said = konkyo("teach", "p", "--plots", "file")
    assert said.code == 1 and "is a file; name a folder for the plots" in " ".join(said.err.split())
