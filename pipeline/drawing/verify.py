"""The words that counted most, beside the input or an answer, and two controls that should not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.errors import UsageError
from db.records import Instance, InstanceKind, Item
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, covariates, listed_words
from pipeline.drawing.words import top_words

WRONG, SHUFFLED = "wrong label", "shuffled"


class Verify:
    """Each instance with its own words, and once more in a control: the two kinds in turn."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Without an attribute that lists the words, they are a rationale's."""
        return not options["attribute"]

    def draw(self, wanted: Wanted) -> Drawn:
        """One item a rationale, and one control an instance where these are asked for."""
        words = {key: found for key, found in self._words(wanted).items() if found}
        if not words:
            raise UsageError("there are no words to verify: no positive score, or no attribute")
        labels = self._labels(wanted)
        regular = [
            self._draft(wanted, identity, found, name, labels[identity])
            for (name, identity), found in words.items()
        ]
        if wanted.options["controls"]:
            regular += self._controls(wanted, words, labels)
        notes = ("controls that should not fit stand for check items",)
        return Drawn(regular, notes=notes if wanted.options["controls"] else ())

    def _words(self, wanted: Wanted) -> dict[tuple[str, str], list[str]]:
        """Explainer (or attribute) and instance → its words."""
        attribute, k = wanted.options["attribute"], wanted.options["k"]
        if attribute:
            return {(attribute, i.id): listed_words(i, attribute)[:k] for i in wanted.chosen}
        stored = wanted.rationales(wanted.explainers, wanted.chosen)
        return {
            (name, identity): top_words(wanted.instances[identity], one, k)
            for name in wanted.explainers
            for identity, one in stored[name].items()
        }

    def _labels(self, wanted: Wanted) -> Mapping[str, str]:
        """The answer that the words were given for: the model's, or the instance's own."""
        if self.uses_run(wanted.options):
            return wanted.predicted
        return {i.id: i.label or "" for i in wanted.chosen}

    def _controls(
        self,
        wanted: Wanted,
        words: Mapping[tuple[str, str], Sequence[str]],
        labels: Mapping[str, str],
    ) -> list[Draft]:
        rng = wanted.rng("verify")
        classes = sorted(set(labels.values()) - {""})
        kinds = (WRONG, SHUFFLED) if wanted.options["fits"] == "label" else (SHUFFLED,)
        controls = []
        for at, ((name, identity), own) in enumerate(rng.sample(list(words.items()), len(words))):
            predicted = labels[identity]
            kind = kinds[at % len(kinds)]
            if kind == WRONG:
                others = [c for c in classes if c != predicted]
                if others:
                    controls.append(self._draft(wanted, identity, own, WRONG, rng.choice(others)))
                continue
            pool = [
                found
                for (by, other), found in words.items()
                if by == name and labels[other] != predicted
            ]
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
        tokens = known.instance.tokens
        marked = {tokens[at].lower() for at in known.evidence if at < len(tokens)}
        fits = bool(marked & {str(word).lower() for word in item.shown["words"]})
        return {"fits": "yes" if fits else "no"} if marked else {}
