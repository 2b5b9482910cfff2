"""Which of two is better: win rates with ties split, and Bradley & Terry's strengths.

A pair's win rate is the mean over units of the mean of its judgements, 1 for a win of the first
named, 0 for a win of the second, ½ for a tie; .5 is no difference. A thing's win rate is the same
over all pairs that it stands in. The strengths are `analysis.aggregation.bradley_terry`.
"""

from __future__ import annotations

import pandas as pd

from analysis.aggregation.bradley_terry import bradley_terry
from analysis.aggregation.comparisons import FIRST, SECOND, WINNER, read_comparisons
from analysis.comparison.conditions import CONDITION, Settings, conditions_of
from analysis.comparison.differences import Difference, against_level, corrected, means
from analysis.comparison.result import ComparisonResult, notes_on
from db.columns import UNIT, VALUE, WORKER
from db.errors import UsageError

SCALE = "0 to 1, higher is better, .5 is no difference"
TIE = "tie"


def compare_wins(
    table: pd.DataFrame,
    settings: Settings,
    *,
    persons_known: bool = True,
    baseline: str | None = None,
) -> ComparisonResult:
    """Compare things that were judged two at a time.

    `table`: columns unit, worker, first, second (as shown), winner (a name, or "tie"). `baseline`:
    only pairs with this thing; UsageError where there is none of the name. Errors as in
    `read_comparisons`.
    """
    checked = read_comparisons(table, TIE)
    won = _won(table.dropna(subset=[UNIT, WORKER, FIRST, SECOND, WINNER]))
    _check(baseline, checked.things)
    of_things = conditions_of(
        _by_thing(won), score="win_rate", scale=SCALE, persons_known=persons_known
    )
    fitted = bradley_terry(
        table,
        tie=TIE,
        over=settings.over,
        confidence=settings.confidence,
        persons_known=persons_known,
    )
    found = corrected(_pairs(won, settings, persons_known, baseline))
    return ComparisonResult(
        [*means(of_things, settings), *fitted.estimates],
        found,
        dict(fitted.excluded),
        [*fitted.notes, *notes_on(found)],
    )


def _check(baseline: str | None, things: tuple[str, ...]) -> None:
    if baseline is not None and baseline not in things:
        raise UsageError(
            f"there is no {baseline!r} to serve as baseline (there are: {', '.join(things)})"
        )


def _won(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of different things, with `value`: 1 where what was shown first won, ½ for a tie."""
    table = table[table[FIRST].astype(str) != table[SECOND].astype(str)].reset_index(drop=True)
    first = (table[WINNER].astype(str) == table[FIRST].astype(str)).astype("float64")
    return table.assign(**{VALUE: first.where(table[WINNER].astype(str) != TIE, 0.5)})


def _by_thing(won: pd.DataFrame) -> pd.DataFrame:
    """Every judgement twice: what it says of the one, and of the other."""
    one = won.assign(**{CONDITION: won[FIRST].astype(str)})
    other = won.assign(**{CONDITION: won[SECOND].astype(str), VALUE: 1 - won[VALUE]})
    return pd.concat([one, other], ignore_index=True)


def _pairs(
    won: pd.DataFrame, settings: Settings, persons_known: bool, baseline: str | None
) -> list[Difference]:
    """Every pair's win rate less one half, the first by name (or the other than the baseline)
    named first."""
    first, second = won[FIRST].astype(str), won[SECOND].astype(str)
    turned = (first == baseline) | ((first > second) & (second != baseline))
    named = pd.DataFrame(
        {
            UNIT: won[UNIT],
            WORKER: won[WORKER],
            VALUE: won[VALUE].where(~turned, 1 - won[VALUE]) - 0.5,
            FIRST: first.where(~turned, second),
            SECOND: second.where(~turned, first),
        }
    )
    if baseline is not None:
        named = named[named[SECOND] == baseline]
    found = []
    for (one, other), rows in named.groupby([FIRST, SECOND], sort=True):
        given = conditions_of(
            rows.assign(**{CONDITION: str(one)}),
            score="win_rate",
            scale=SCALE,
            persons_known=persons_known,
        )
        found += against_level(given, str(other), settings, "one half")
    return found
