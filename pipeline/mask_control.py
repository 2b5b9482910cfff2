"""What a run's learned masks keep, beside a random mask and another instance's.

Read from the details of stored rationales, of instances that the mask was not learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.records import Estimate, Instance, ModelRun
from db.store import rationales
from db.words import counted
from pipeline.explainers.learned_mask import NAME
from pipeline.masks.kept import means_kept
from pipeline.project import Project

NO_TEST = (
    "learned masks: nothing is measured, for the run has no test part that is explained, and on "
    "instances that a mask was learned from it would look better than it is"
)
SOFT = (
    "masks dim rather than cut, so a model may still see what is kept in part; what another "
    "instance's mask keeps as well, all instances have in common"
)


@dataclass(frozen=True)
class MaskControl:
    """`estimates`: share, prediction and probability kept, of three masks; none without a test
    part, as `notes` then say."""

    estimates: tuple[Estimate, ...]
    notes: tuple[str, ...]


def mask_control(project: Project, run: ModelRun, data: Sequence[Instance]) -> MaskControl:
    """Means over those of `data` that the run was judged by, with intervals as the settings say."""
    held = set(run.settings.get("test", ())) & {one.id for one in data}
    stored = rationales.read(project.engine, run.id, [NAME])
    details = [one.details for one in stored if one.instance_id in held]
    if not details:
        return MaskControl((), (NO_TEST,))
    settings = project.settings
    found = means_kept(
        details,
        settings.analysis.bootstrap,
        settings.project.seed,
        settings.analysis.confidence,
    )
    n = counted(len(details), "instance")
    where = f"learned masks: on {n} of the run's test part, which they were not learned from"
    return MaskControl(tuple(found), (where, SOFT))
