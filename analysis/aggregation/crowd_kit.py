"""crowd-kit's methods by name: `crowdkit:NAME`, where that library is installed.

For its rarer methods; what konkyo has itself is faster and says more. crowd-kit: Ustalov, Pavlichenko
& Tseitlin (2024), "Learning from crowds with Crowd-Kit".
"""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np
import pandas as pd

from analysis.aggregation.base import Aggregation
from analysis.aggregation.workers import worker_table
from analysis.arrays import Floats
from analysis.judgements import Judgements
from db.errors import DataError, UsageError

PREFIX = "crowdkit:"
NAMES = ("Wawa", "ZeroBasedSkill", "MMSR", "KOS", "GLAD", "MACE", "DawidSkene", "OneCoinDawidSkene",
         "MajorityVote")  # fmt: skip
FAILURES = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


def crowd_kit(judged: Judgements, name: str) -> Aggregation:
    """crowd-kit's class `name` with its own defaults.

    Methods that give labels only have posteriors of 0 and 1, and say so. A worker's reliability is
    the mean probability of their answers under the posterior; crowd-kit's own `skill`, where it
    has one, stands beside and may have another range. Without the library: UsageError.
    """
    method = _class(name)()
    table = pd.DataFrame({"task": judged.unit, "worker": judged.worker, "label": judged.code})
    probable = hasattr(method, "fit_predict_proba")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = method.fit_predict_proba(table) if probable else method.fit_predict(table)
    except FAILURES as error:
        raise DataError(f"crowd-kit's {name} failed on this table: {error}") from error
    shape = len(judged.units), len(judged.values)
    posterior = _posterior(found, shape) if probable else _certain(found, shape)
    answers = posterior[judged.unit, judged.code]
    workers = worker_table(judged, answers, np.ones(len(answers)))
    skill = getattr(method, "skills_", None)
    if isinstance(skill, pd.Series):
        workers["skill"] = skill.reindex(range(len(judged.workers))).to_numpy(np.float64)
    return Aggregation(
        method=PREFIX + name,
        units=judged.units,
        labels=judged.values,
        posterior=posterior,
        workers=workers,
        history=(),
        converged=True,
        excluded=judged.excluded,
        notes=("crowd-kit does not say whether it converged",)
        + (() if probable else (f"{name} gives labels without probabilities",)),
    )


def _class(name: str) -> Any:
    if name not in NAMES:
        raise UsageError(f"no crowd-kit method called {name!r} (there are: {', '.join(NAMES)})")
    try:
        return getattr(importlib.import_module("crowdkit.aggregation"), name)
    except ImportError as error:
        raise UsageError(
            f"{PREFIX}{name} needs crowd-kit: pip install 'konkyo[crowdkit]' ({error})"
        ) from error


def _posterior(found: pd.DataFrame, shape: tuple[int, int]) -> Floats:
    """Its table as an array; a label that it leaves out has the probability 0."""
    wide = found.reindex(index=range(shape[0]), columns=range(shape[1]))
    posterior = wide.fillna(0.0).to_numpy(np.float64)
    total = posterior.sum(axis=1, keepdims=True)
    if not (total > 0).all():
        raise DataError("crowd-kit gave a unit no probabilities")
    return np.asarray(posterior / total)


def _certain(found: pd.Series[Any], shape: tuple[int, int]) -> Floats:
    posterior = np.zeros(shape)
    posterior[np.arange(shape[0]), found.reindex(range(shape[0])).to_numpy(np.int64)] = 1.0
    return posterior
