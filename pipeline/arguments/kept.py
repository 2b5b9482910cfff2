"""The names of a run's features, kept in one file beside its weights.

`konkyo explain` writes it before the first rationale, whole or not at all; `konkyo plan verify`
reads it. What is named are sides of features, see `pipeline.arguments.sides`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from db.errors import DataError, NotFound
from db.ragged import Ragged
from pipeline.arguments.arguments import Argument
from pipeline.arguments.naming import FeatureNames
from pipeline.arguments.sides import side_of

NAME = "inference_arguments"
"""The explainer whose rationales have arguments."""
FILE = "arguments.json"


@dataclass(frozen=True, eq=False)
class KeptNames:
    """`names`: of 2J sides; `options`: of the explainer that found them."""

    names: FeatureNames
    options: Mapping[str, Any]

    @property
    def n_features(self) -> int:
        """J."""
        return len(self.names.words) // 2


def written(kept: KeptNames) -> str:
    """A JSON document: what the sides of each feature are called, and how strongly."""
    names = kept.names
    sides = [
        [list(pair) for pair in zip(names.of(at), names.strengths[at].tolist(), strict=True)]
        for at in range(len(names.words))
    ]
    n = kept.n_features
    about = {"options": dict(kept.options), "above": sides[:n], "below": sides[n:]}
    return json.dumps(about, ensure_ascii=False)


def read(path: Path) -> KeptNames:
    """What `written` gave; NotFound where nothing stands there, DataError where it is damaged."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        above, below = about["above"], about["below"]
        sides = [[(str(name), float(by)) for name, by in side] for side in (*above, *below)]
        options = dict(about["options"])
    except FileNotFoundError as problem:
        raise NotFound(
            f'the features of this run have no names ({path}); run "konkyo explain --explainer '
            f'{NAME}"'
        ) from problem
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise _damaged(path) from problem
    if len(above) != len(below):
        raise _damaged(path)
    return KeptNames(_names(sides), options)


def said(details: Mapping[str, float], kept: KeptNames) -> tuple[Argument, ...]:
    """The arguments of a rationale, strongest first, out of its details: see the explainer.

    A feature that has no name, or is none of the run's, cannot be shown and is passed over.
    """
    found = []
    for place in range(1, len(details) // 3 + 1):
        feature = int(details[f"feature {place}"])
        side = side_of(feature, details[f"activation {place}"], kept.n_features)
        names = kept.names.of(side) if 0 <= feature < kept.n_features else ()
        if names:
            found.append(Argument(side, details[f"contribution {place}"], names))
    return tuple(found)


def _names(sides: list[list[tuple[str, float]]]) -> FeatureNames:
    codes: dict[str, int] = {}
    for side in sides:
        for name, _ in side:
            codes.setdefault(name, len(codes))
    words = Ragged.from_rows([[codes[name] for name, _ in side] for side in sides], "int64")
    strengths = Ragged(np.array([by for side in sides for _, by in side]), words.offsets)
    return FeatureNames(words, strengths, tuple(codes))


def _damaged(path: Path) -> DataError:
    return DataError(
        f'the names of features in {path} cannot be read; delete the file and run "konkyo explain '
        f'--explainer {NAME}" again'
    )
