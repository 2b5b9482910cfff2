"""Mutual information of a feature and an output, from a Gaussian mixture of the two, in nats.

I = E[log p(x, y) − log p(x) − log p(y)], the mean over the instances that the mixture was fitted
to. A global importance: one number for each feature and output, whichever way the output moves.
Which y (probability or logit), how many components and how much regularisation are choices that
change the numbers (iris petals: .6 to 2.3 nats over them): they stand in `method`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Floats
from analysis.information.columns import checked_pair, problem, standardised, ties
from analysis.information.mixture import MixtureSettings, PairMixture, fit_pair, pointwise
from analysis.intervals import Spread, estimate
from analysis.resampling import Plan, Units
from db.errors import DataError
from db.records import Estimate
from db.words import counted

SCALE = "nats, 0 or more but for sampling error; higher says more"
MANY_TIES = 0.5
NEAR = 10.0
"""A variance below this many times reg_covar is set by reg_covar more than by the data."""


def mutual_information(
    x: ArrayLike,
    y: ArrayLike,
    settings: MixtureSettings | None = None,
    output: str = "probability",
    bootstrap: int = 1000,
    confidence: float = 0.95,
    subject: str = "",
) -> Estimate:
    """Information between two columns, shape (N,) each; `output` says what y is.

    Never changed by shifting or scaling a column. The interval resamples the instances' terms
    while **the mixture stays as fitted**: it does not hold what another fit would have said. The
    same instances fit and are averaged, which leans upwards (independent Gaussians: by 1/2N).
    None, and the reason: a constant column, or fewer than 10 instances. Columns that determine
    each other have infinite information; the number is then set by reg_covar, and the note says so.
    """
    settings = settings or MixtureSettings()
    first, second = checked_pair(x, y)
    method = f"Gaussian mixture of feature and {output}: {settings.words}; {counted(bootstrap, 'replicate')}"
    fields: dict[str, Any] = {
        "scale": SCALE,
        "n_units": len(first),
        "subject": subject,
        "confidence": confidence,
    }
    if why := problem(first, second):
        return Estimate("mutual information", None, method=method, note=why, **fields)
    pairs = np.column_stack([standardised(first), standardised(second)])
    mixture = fit_pair(pairs, settings)
    terms = pointwise(mixture, pairs)
    spread = _spread(terms, bootstrap, settings.seed, confidence)
    note = "; ".join(_notes(mixture, pairs, settings))
    method += f", mixture fixed; {len(mixture.weights)} components"
    return estimate(
        "mutual information", terms.mean(), spread, over="units", method=method, note=note, **fields
    )


def information_of_features(
    features: ArrayLike,
    outputs: ArrayLike,
    feature_names: Sequence[str],
    output_names: Sequence[str],
    settings: MixtureSettings | None = None,
    output: str = "probability",
    bootstrap: int = 1000,
) -> list[Estimate]:
    """One Estimate for each output and feature, `subject` = "feature → output", outputs first.

    `features`: shape (N, D); `outputs`: (N, C). DataError where names and columns do not match.
    """
    inputs, answers = np.asarray(features, np.float64), np.asarray(outputs, np.float64)
    for what, table, names in (
        ("features", inputs, feature_names),
        ("outputs", answers, output_names),
    ):
        if table.ndim != 2 or table.shape[1] != len(names):
            raise DataError(f"{len(names)} names for {what} of shape {table.shape}")
    return [
        mutual_information(
            inputs[:, d], answers[:, c], settings, output, bootstrap,
            subject=f"{feature_names[d]} → {output_names[c]}",
        )
        for c in range(answers.shape[1])
        for d in range(inputs.shape[1])
    ]  # fmt: skip


def _spread(terms: Floats, bootstrap: int, seed: int, confidence: float) -> Spread:
    """The interval of the mean of terms, instances drawn again."""
    units, n = Units.single(len(terms), "instances"), len(terms)
    plan = Plan(units, 0, False, ("units",), bootstrap, seed, confidence)
    return plan.interval("units", lambda drawn: (terms @ drawn.units) / n, n)


def _notes(mixture: PairMixture, pairs: Floats, settings: MixtureSettings) -> list[str]:
    """What makes the number depend on the settings more than on the data."""
    notes = []
    if not mixture.converged:
        notes.append("EM had not converged after 500 iterations")
    if mixture.narrowest < NEAR * settings.reg_covar:
        notes.append("a component is almost a line or a point: reg_covar sets the number")
    if len(mixture.bic) > 1 and len(mixture.weights) == settings.components[1]:
        notes.append("BIC chose the most components that were tried")
    for name, share in zip(("feature", "output"), map(ties, pairs.T), strict=True):
        if share > MANY_TIES:
            notes.append(f"{share:.0%} of the {name}'s values are tied, as of no density")
    return notes
