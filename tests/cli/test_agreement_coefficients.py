"""agreement with coefficients, weights and sets: on plain files and on a campaign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.cli.support import done, konkyo

ROWS = [("u1", "a", "x|y"), ("u1", "b", "x"), ("u2", "a", ""), ("u2", "b", "y"),
        ("u3", "a", "y|x"), ("u3", "b", "x|y")]  # fmt: skip
OPTIONS = ("--worker", "worker", "--bootstrap", "20", "--json")
NUMBERS = "u1,a,1\nu1,b,1\nu2,a,2\nu2,b,3\nu3,a,3\nu3,b,3\n"


def csv(here: Path, text: str) -> Path:
    path = here / "table.csv"
    path.write_text("unit,worker,value\n" + text, encoding="utf-8")
    return path


def found(document: Any, name: str, subject: str = "") -> Any:
    return next(
        e["value"]
        for e in document["estimates"]
        if (e["name"], e["subject"], e["over"]) == (name, subject, "units")
    )


def test_sets_in_every_format(here: Path) -> None:
    table = pd.DataFrame(ROWS, columns=["unit", "worker", "value"])
    table.to_csv("t.csv", index=False)
    lists = table.assign(value=[[m for m in v.split("|") if m] for v in table["value"]])
    lists.to_json("t.jsonl", orient="records", lines=True)
    lists.to_parquet("t.parquet")
    for name, options in (("t.csv", ["--empty-set"]), ("t.jsonl", []), ("t.parquet", [])):
        document = done("agreement", name, *OPTIONS, "--level", "set", *options).json
        # D_o: (½ + 1 + 0)/3 = ½. Sets xy ×3, x, y, empty: of 30 ordered pairs 12 differ by ½ and
        # 12 by 1, and 6 are xy with xy: D_e = 18/30.
        assert found(document, "alpha") == pytest.approx(1 - (1 / 2) / (18 / 30))
        assert found(document, "prevalence", "x") == pytest.approx(4 / 6)
        assert "distance: jaccard" in document["notes"]


def test_an_empty_cell_is_missing_unless_it_is_said_to_be_an_empty_set(here: Path) -> None:
    path = csv(here, "".join(",".join(row) + "\n" for row in [*ROWS, ("u3", "c", "NA")]))
    missing = done("agreement", path, *OPTIONS, "--level", "set").json
    assert missing["excluded"] == {"no value": 2, "unit with one judgement only": 1}
    empty = done("agreement", path, *OPTIONS, "--level", "set", "--empty-set").json
    # NA says nothing in either case.
    assert empty["excluded"] == {"no value": 1}
    assert "1 of 6 judgements is an empty set, and counts as nothing chosen" in empty["notes"]


def test_several_coefficients_beside_each_other(here: Path) -> None:
    names = ["krippendorff", "gwet_ac1", "gwet_ac2", "fleiss", "cohen", "icc"]
    options = [part for name in names for part in ("--coefficient", name)]
    document = done("agreement", csv(here, NUMBERS), *OPTIONS, "--level", "interval", *options).json
    said = [e["name"] for e in document["estimates"]]
    assert list(dict.fromkeys(n for n in said if n not in ("percent_agreement", "prevalence"))) == [
        "alpha", "ac1", "ac2", "fleiss", "cohen", "icc",
    ]  # fmt: skip
    # What every coefficient is read beside is said once.
    assert said.count("percent_agreement") == 1
    assert "ac2: quadratic weights" in document["notes"]
    # Means 1, 2.5, 3: BMS = 13/6, WMS = 1/6.
    assert found(document, "icc", "ICC(1,1)") == pytest.approx((13 / 6 - 1 / 6) / (14 / 6))


def test_weights_can_be_named(here: Path) -> None:
    document = done(
        "agreement", csv(here, NUMBERS), *OPTIONS, "--level", "ordinal",
        "--coefficient", "cohen", "--weights", "linear",
    ).json  # fmt: skip
    # 1–1, 2–3, 3–3: D_o = 1/3; a: 1, 2, 3 and b: 1, 3, 3: D_e = (0+2+2 + 1+1+1 + 2+0+0)/9 = 1.
    assert found(document, "cohen") == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--coefficient", "fliess"], 2, "no coefficient called 'fliess'; did you mean 'fleiss'?"),
        (["--weights", "linear"], 2, "alpha takes no weights; name one of gwet_ac2, fleiss"),
        (["--weights", "cubic"], 2, "no weights called 'cubic' (there are: identity, ordinal"),
        (["--coefficient", "icc", "--weights", "linear"], 2, "weights are for gwet_ac2"),
        (["--level", "set", "--distance", "dice"], 2, "no distance called 'dice'"),
        (["--level", "cardinal"], 2, "no level called 'cardinal' (there are: nominal"),
        (["--empty-set"], 2, "--empty-set is about answers that are sets"),
    ],
)
def test_what_does_not_fit_is_refused(
    here: Path, options: list[str], code: int, message: str
) -> None:
    said = konkyo("agreement", csv(here, NUMBERS), *OPTIONS, *options)
    assert (said.code, said.out) == (code, "")
    assert message in said.err


def test_a_coefficient_of_marks_on_values_is_named_beside_one_that_fits(here: Path) -> None:
    names = ("--coefficient", "unitizing", "--coefficient", "gwet_ac1")
    document = done("agreement", csv(here, NUMBERS), *OPTIONS, *names).json
    assert "ac1" in {e["name"] for e in document["estimates"]}
    assert any("unitizing does not fit answers of this kind" in n for n in document["notes"])


@pytest.mark.parametrize("level", ["nominal", "set"])
def test_coefficients_of_which_none_fits_are_wrong_usage(here: Path, level: str) -> None:
    names = ("--level", level, "--coefficient", "tokens", "--coefficient", "gamma")
    said = konkyo("agreement", csv(here, NUMBERS), *OPTIONS, *names)
    assert (said.code, said.out) == (2, "")
    assert "tokens, gamma fits none of these answers" in " ".join(said.err.split())


def test_every_question_of_a_campaign_takes_the_coefficients_that_fit_it(
    studied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(studied)
    document = done(
        "agreement", "pilot", "--json",
        "--coefficient", "gwet_ac1", "--coefficient", "unitizing",
    ).json  # fmt: skip
    names = {(e["name"], e["subject"]) for e in document["estimates"]}
    assert {("ac1", "label"), ("unitizing_alpha", "marks")} <= names
    assert not {"alpha", "token_alpha"} & {name for name, _ in names}
    notes = document["notes"]
    assert any(n.startswith("label: unitizing does not fit answers of this kind") for n in notes)
    drawn = [n for n in notes if n.startswith("selection: ")]
    rest = "regular items alone; checks, practice and repeats are left out"
    assert drawn == [f"selection: 40 of 60 instances, drawn by chance with seed 1; {rest}"]
    assert document["excluded"]["selection: instance that was not drawn"] == 20
