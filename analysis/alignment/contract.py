"""What a score is, in so many words that another program could compute the same number."""

from __future__ import annotations

from dataclasses import dataclass

AS_GIVEN = "the instance's own, as it was imported"
ONE_EACH = "none: a score for every unit is given"


@dataclass(frozen=True)
class Contract:
    """One family of scores. All fields are words for a reader.

    `metrics`: names; `unit`: what a map scores, "token" or "feature"; `tokenisation`: whose units
    these are; `pooling`: how pieces below a unit became one score; `gold`: what people's marks
    became; `k`: where maps are cut; `ties`: equal scores at the cut; `empty`: what is undefined,
    and so left out and counted; `average`: "macro" or "micro", how instances become one number.
    """

    metrics: tuple[str, ...]
    unit: str
    tokenisation: str
    pooling: str
    gold: str
    k: str
    ties: str
    empty: str
    average: str

    def line(self) -> str:
        """The contract as one sentence beside a printed table."""
        parts = (f"gold: {self.gold}", f"k: {self.k}", f"ties: {self.ties}", self.average)
        return f"{', '.join(self.metrics)}: {'; '.join(parts)}; {self.empty}"
