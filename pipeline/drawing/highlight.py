"""One item an instance; labelled instances that were not chosen serve where an answer is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.errors import UsageError
from db.records import Instance, InstanceKind, Item
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, covariates
from pipeline.planted import replaced_token


class Highlight:
    """What stands on a page is the instance alone."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Nothing of a model is shown."""
        return False

    def draw(self, wanted: Wanted) -> Drawn:
        """One item for each chosen instance."""
        _check_marking(wanted)
        planted = [i for i in wanted.everything if replaced_token(i) is not None]
        chosen = [i for i in wanted.chosen if replaced_token(i) is None]
        spare = [i for i in wanted.spare if replaced_token(i) is None]
        known = spare or [i for i in chosen if i.label is not None]
        notes = []
        if not known and not planted:
            notes = ["no instance has a label: no check items"]
        elif known and not spare:
            notes = ["check items come from the same instances: none were left over"]
        regular = [Draft(i.id, shown=covariates(i)) for i in chosen]
        with_answer = [Draft(i.id, gold={"label": i.label}, shown=covariates(i)) for i in known]
        with_answer += [_planted(i) for i in planted if i.kind == wanted.kind]
        return Drawn(regular, with_answer, notes=tuple(notes))

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """Labels and evidence are known of every instance that has them, and a replaced token."""
        at = replaced_token(known.instance)
        return {} if at is None else {"marks": [at]}


def _planted(instance: Instance) -> Draft:
    """A check item whose replaced token has to be among the marks; its label nobody knows."""
    gold = {"marks": {"includes": [replaced_token(instance)]}}
    return Draft(instance.id, gold=gold, shown=covariates(instance))


def _check_marking(wanted: Wanted) -> None:
    """Sentences are of texts; and a region of a picture is of one kind."""
    if wanted.options["unit"] == "sentence" and wanted.kind not in ("text", "pair"):
        raise UsageError(
            'unit = "sentence" marks sentences, and a picture or row has none; leave '
            "[study.options.highlight] unit out"
        )
    if wanted.options["mark_labels"] and wanted.kind == "image":
        raise UsageError(
            "regions of a picture are marked in one way only; leave [study.options.highlight] "
            "mark_labels out"
        )
