"""What a report says of teaching: objectives, metrics, seeds and paired differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from analysis.trial_metrics import Direction as Direction
from analysis.trial_metrics import Kind as Kind
from db.records import Estimate

Role = Literal["baseline", "taught", "control"]


@dataclass(frozen=True)
class Difference:
    """A paired comparison: `estimate.subject` minus `against`, on the metric `estimate.name`.

    The estimate's interval is that of the difference. `p` comes from the test that
    `estimate.method` names; `smallest_p` is the smallest that this test could give with so few
    seeds or clusters; `detectable` the smallest difference that could be found with fair chance.
    All three are None where there is no such number. `tested`: whether a test was made, and so a
    verdict may be given.
    """

    estimate: Estimate
    against: str
    p: float | None = None
    smallest_p: float | None = None
    detectable: float | None = None
    tested: bool = True


@dataclass(frozen=True)
class Objective:
    """A way of training: `name` as in the estimates' `subject`, in the order of the table.

    `role`: "baseline" (vanilla, exactly one), "taught" (with what people said), or "control"
    (shuffled or random rationales). `note` is a short line under the name, such as "λ = 0.2".
    """

    name: str
    role: Role
    note: str = ""


@dataclass(frozen=True)
class TeachingMetric:
    """A metric of the before-and-after tables: `name` as in the estimates, and which end is better.

    With "neither" (entropy, say) a change is reported as rise or fall, not as help or harm.
    """

    name: str
    kind: Kind
    direction: Direction = "higher"


@dataclass(frozen=True)
class SeedScore:
    """The score of one objective on one metric with one seed; None where it is undefined."""

    objective: str
    metric: str
    seed: int
    value: float | None


@dataclass(frozen=True)
class Tried:
    """Weights that were tried in a row: what they came to on validation, and whether they stayed.

    `auc` is None where a run had none; both are means over seeds, in [0, 1], higher is better, and
    None where a run of the weights diverged in its first epoch.
    """

    name: str
    auc: float | None
    macro_f1: float | None
    chosen: bool

    @property
    def diverged(self) -> bool:
        """Whether they could not be chosen."""
        return self.macro_f1 is None


@dataclass(frozen=True)
class Taught:
    """What a share of the human rationales led to: `fraction` in [0, 1], 0 being plain training.

    `annotated`: training instances with human rationales, the mean over seeds; `cost`: what their
    rationales came to, in `currency`, and `each` what those of one instance did (all three empty
    where it is not known); `means` carry the metric as `name`.
    """

    fraction: float
    annotated: float
    means: tuple[Estimate, ...]
    cost: Decimal | None = None
    each: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Teaching:
    """Does training on human rationales help, measured before and after?

    `scores` are the small dots and lines, paired by seed; `means` carry metric as `name` and
    objective as `subject` (where one is missing, the plain mean of its seeds is shown without an
    interval); `differences` carry the verdicts. `headline` names the objective of the summary
    (default: the first that is taught). `threshold` is what p must not exceed. `encoder` and
    `data` say what was trained on what. `tried`: weights that validation chose from; `curve`: what
    less of the rationales led to; both may be empty.
    """

    objectives: tuple[Objective, ...]
    metrics: tuple[TeachingMetric, ...]
    scores: tuple[SeedScore, ...] = ()
    means: tuple[Estimate, ...] = ()
    differences: tuple[Difference, ...] = ()
    headline: str = ""
    threshold: float = 0.05
    encoder: str = ""
    data: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    tried: tuple[Tried, ...] = ()
    curve: tuple[Taught, ...] = ()
