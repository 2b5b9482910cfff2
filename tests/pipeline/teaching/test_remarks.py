"""What is said beside the table of a teaching experiment."""

from __future__ import annotations

from db.records import ModelRun, TeachingArm
from pipeline.teaching.remarks import remarks


def test_a_row_that_is_no_method_of_its_own_says_so() -> None:
    def notes(loss: str) -> list[str]:
        arms = [TeachingArm("vanilla", "baseline", "cross_entropy", ("a",)),
                TeachingArm("row", "taught", loss, ("b",))]  # fmt: skip
        runs = {n: ModelRun(n, "m", ("x", "y"), {}, 1, "", {}, "w") for n in "ab"}
        return remarks(arms, runs, [0])

    (said,) = notes("cross_entropy + 1 attention_iat (epsilon = 2) + 1 center")
    assert "as attention_at does, √(T − 1) times as far" in said
    assert notes("cross_entropy + 1 attention_at") == []
    assert notes("cross_entropy + 1 attention_iat_batch") == []
