"""The words that counted most, beside the input or an answer, and two controls that should not fit.

Of inference arguments they are the names of the instance's own top features instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.errors import UsageError
from db.records import Instance, InstanceKind, Item, Rationale
from db.store import runs
from db.words import counted
from hits.studies.verify import TO_LABEL
from pipeline.arguments import kept
from pipeline.arguments.arguments import listed
from pipeline.arguments.kept import KeptNames
from pipeline.arguments.units import feature_of
from pipeline.drawing.base import (
    Draft,
    Drawn,
    Known,
    Wanted,
    covariates,
    listed_words,
    no_words_of_pictures,
)
from pipeline.drawing.words import top_words, word_at, words_of

ARGUMENTS = kept.NAME
WRONG, SHUFFLED = "wrong label", "shuffled"


class Verify:
    """Each instance with its own words, and once more in a control: the two kinds in turn."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Without an attribute that lists the words, they are a rationale's."""
        return not options["attribute"]

    def draw(self, wanted: Wanted) -> Drawn:
        """One item a rationale, and one control an instance where these are asked for."""
        every = self._words(wanted)
        words = {key: found for key, found in every.items() if found}
        if not words:
            raise UsageError("there are no words to verify: no positive score, or no attribute")
        labels = self._labels(wanted, [identity for _, identity in words])
        notes = []
        if len(words) < len(every):
            n = len(every) - len(words)
            none = ("list holds no words and was left out", "lists hold no words and were left out")
            notes = [counted(n, *none)]
        regular = [
            self._draft(wanted, identity, found, name, labels[identity])
            for (name, identity), found in words.items()
        ]
        if wanted.options["controls"]:
            controls = self._controls(wanted, words, labels)
            notes.append("controls that should not fit stand for check items")
            if len(controls) < len(words):
                n = len(words) - len(controls)
                notes.append(
                    f"{counted(n, 'list has', 'lists have')} no control: those of other classes "
                    "hold the same words"
                )
            regular += controls
        return Drawn(regular, notes=tuple(notes))

    def _words(self, wanted: Wanted) -> dict[tuple[str, str], list[str]]:
        """Explainer (or attribute) and instance → its words."""
        attribute, k = wanted.options["attribute"], wanted.options["k"]
        if attribute:
            return {(attribute, i.id): listed_words(i, attribute)[:k] for i in wanted.chosen}
        if set(wanted.explainers) != {ARGUMENTS}:
            no_words_of_pictures(wanted, "verify")
        stored = wanted.rationales(wanted.explainers, wanted.chosen)
        names = self._names(wanted) if ARGUMENTS in wanted.explainers else None
        return {
            (name, i.id): _words_of(i, stored[name][i.id], k, names) if i.id in stored[name] else []
            for name in wanted.explainers
            for i in wanted.chosen
        }

    def _names(self, wanted: Wanted) -> KeptNames:
        """What the features of the run are called."""
        run = runs.find(wanted.project.engine, wanted.run)
        return kept.read(wanted.project.folder / run.weights / kept.FILE)

    def _labels(self, wanted: Wanted, ids: Sequence[str]) -> Mapping[str, str]:
        """The answer that the words were given for: the model's, or the instance's own."""
        if self.uses_run(wanted.options, wanted.kind):
            return {identity: wanted.predicted[identity] for identity in ids}
        labels = {identity: wanted.instances[identity].label or "" for identity in ids}
        without = [identity for identity, label in labels.items() if not label]
        if without and wanted.options["fits"] == TO_LABEL:
            raise UsageError(
                f'instance {without[0]} has no label: with fits = "label" the words stand beside '
                "one; plan labelled instances"
            )
        return labels

    def _controls(
        self,
        wanted: Wanted,
        words: Mapping[tuple[str, str], Sequence[str]],
        labels: Mapping[str, str],
    ) -> list[Draft]:
        """One for each list, the kinds in turn; UsageError where there is no other class.

        A shuffled list is that of an instance of another class: one of the same class may fit.
        """
        rng = wanted.rng("verify")
        classes = sorted(set(labels.values()))
        if len(classes) < 2:
            raise UsageError(
                "controls take words or labels of another class, and all instances here have "
                f"{classes[0] or 'none'!r}; plan several classes, or set [study.options.verify] "
                "controls = false"
            )
        kinds = (WRONG, SHUFFLED) if wanted.options["fits"] == TO_LABEL else (SHUFFLED,)
        controls = []
        for at, ((name, identity), own) in enumerate(rng.sample(list(words.items()), len(words))):
            predicted = labels[identity]
            kind = kinds[at % len(kinds)]
            if kind == WRONG:
                other = rng.choice([c for c in classes if c not in ("", predicted)])
                controls.append(self._draft(wanted, identity, own, WRONG, other))
                continue
            pool = _foreign(wanted, words, labels, name, identity)
            if pool:
                found = rng.choice(pool)
                controls.append(self._draft(wanted, identity, found, SHUFFLED, predicted))
        return controls

    def _draft(
        self, wanted: Wanted, identity: str, words: Sequence[str], condition: str, label: str
    ) -> Draft:
        instance: Instance = wanted.instances[identity]
        shown = {"words": list(words), "label": label, **covariates(instance)}
        return Draft(identity, (), "plain", condition, shown=shown)

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """The model's own words fit where one of them is evidence; controls do not."""
        if item.condition in (WRONG, SHUFFLED):
            return {"fits": "no"}
        n = known.instance.n_units if known.instance.kind != "image" else 0
        marked = {word_at(known.instance, at).lower() for at in known.evidence if at < n} - {""}
        words = {str(word).lower() for word in item.shown["words"]}
        if known.instance.kind == "row":
            marked, words = ({feature_of(one) for one in some} for some in (marked, words))
        return {"fits": "yes" if marked & words else "no"} if marked else {}


def _words_of(
    instance: Instance, rationale: Rationale, k: int, names: KeptNames | None
) -> list[str]:
    """The names of its arguments, or the words with the highest scores."""
    if names is not None and rationale.explainer == ARGUMENTS:
        return list(listed(kept.said(rationale.details, names), k))
    return top_words(instance, rationale, k)


def _foreign(
    wanted: Wanted,
    words: Mapping[tuple[str, str], Sequence[str]],
    labels: Mapping[str, str],
    name: str,
    identity: str,
) -> list[Sequence[str]]:
    """Lists of other classes by the same explainer, those that fit least: with the fewest of the
    instance's own words, and then of its text. None where all hold nothing but its own words."""
    instance = wanted.instances[identity]
    own = {word.lower() for word in words[name, identity]}
    there = words_of(instance) if instance.kind != "image" else set[str]()
    fitting: dict[tuple[int, int], list[Sequence[str]]] = {}
    for (by, other), found in words.items():
        strange = {word.lower() for word in found} - own
        if by == name and labels[other] != labels[identity] and strange:
            fitting.setdefault((len(found) - len(strange), len(strange & there)), []).append(found)
    return fitting[min(fitting)] if fitting else []
