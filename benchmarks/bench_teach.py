"""What each objective of `teach` does on real data, against plain training and against controls.

Three tables: `yelp` (all objectives and their controls on reviews that workers marked, Sen et al.,
ACL 2020), `sst` (the family of adversarial training of attention on the Stanford Sentiment
Treebank, with how far attention agrees with gradients), and `digits` (scikit-learn's digits, a few
of them turned by 90 degrees in training: center loss and sampling by distance). Run one with
`python benchmarks/bench_teach.py yelp [--seeds N] [--kind NAME] [--rows NAME …] [--hidden N]
[--epochs N] [--peer] [--quick] [--work DIR]`. The real data are looked for in ../shared/data. It
prints a table and judges nothing but by the rule that
`teach` has; figures of other small runs stand beside. With --work what is trained is kept, and an
interrupted run goes on.
"""

from __future__ import annotations

import argparse
import runpy
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from bench_train import SST, trees

from analysis.trials import Trial, TrialTable, compare_trials
from db.records import NO_TOKENS, Estimate, Instance, instance_id
from pipeline.formats import READERS
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_from
from pipeline.models.settings import Settings
from pipeline.models.splits import TEST, VALIDATION
from pipeline.models.training import Fitted, fit
from pipeline.objectives.base import Weighted
from pipeline.project import Project, init_project, open_project
from pipeline.teach import teach
from pipeline.teaching.experiment import Experiment
from pipeline.teaching.faithful import names_of
from pipeline.teaching.looking import looking

SHARED = Path(__file__).parents[2] / "shared" / "data"
EXAMPLE = Path(__file__).parents[1] / "examples" / "yelp_hat" / "run.py"
YELP = """\
[model]
kind = "{kind}"
embedding_dim = 128
hidden_dim = 64
epochs = {epochs}

[teach]
seeds = {seeds}
controls = ["shuffled", "random"]
fractions = [{fractions}]
"""
ROWS: Mapping[str, str] = {
    "attention_supervision": "[0.2, 1.0]",
    "saliency_learning": "1.0",
    "right_reasons": "0.1",
    "association": "1.0",
    "attention_at": "1.0",
    "attention_iat": "1.0",
    "attention_iat_batch": "1.0",
    "attention_rp": "1.0",
    "attention_vat": "1.0",
    "attention_ivat": "1.0",
    "word_at": "1.0",
    "word_iat": "1.0",
    "word_vat": "1.0",
    "center": "0.01",
}
"""Objective → weights in the table of marked reviews."""
MEASURED = {
    "vanilla": ".881/.576 (739 reviews, 4 seeds), .923/.635 (887, 3 seeds)",
    "attention_supervision": ".900/.786 at λ = .2, .905/.820 at λ = 1; .944/.845 (887)",
    "attention_supervision, shuffled": ".881/.553; .916/.576 (887)",
    "saliency_learning": ".918/.651 (887)",
    "association": ".894/.542 (887)",
    "attention_at": "no gain",
    "attention_iat": "no gain; the same as attention_at",
    "attention_vat": "no gain",
    "attention_rp": "no gain",
}
"""Task AUC and AUROC against people in other small runs; no target."""
FAMILY = ("attention_at", "attention_iat", "attention_iat_batch", "attention_rp", "attention_vat",
          "attention_ivat", "word_at", "word_iat", "word_vat", "association")  # fmt: skip
TABLES = ("yelp", "sst", "digits")
REVIEWS = "both"
"""What the imported campaign is called."""
TURNED = 0.05
"""The share of the training digits that is turned."""


@dataclass(frozen=True)
class Way:
    """A way of training, beside others on the same split: further terms, and other settings."""

    name: str
    objectives: tuple[Weighted, ...] = ()
    changed: Mapping[str, object] = field(default_factory=dict)


def yelp(given: argparse.Namespace, work: Path) -> Experiment:
    """The grid through `teach` itself."""
    names = given.rows or (list(ROWS)[:3] if given.quick else list(ROWS))
    settings = YELP.format(
        kind=given.kind or "cnn_attention",
        epochs=3 if given.quick else 30,
        seeds=given.seeds or 5,
        fractions="" if given.quick else "0.1, 0.25, 0.5",
    )
    tables = (f'[[teach.objective]]\nname = "{name}"\nweight = {ROWS[name]}\n' for name in names)
    project = reviews_in(work, "\n".join([settings, *tables]))
    done = teach(project, REVIEWS, on_run=told)
    project.engine.dispose()
    return done


def reviews_in(work: Path, settings: str) -> Project:
    """The project of the folder with both parts of YELP-HAT in it, made where it is not there."""
    driver = runpy.run_path(str(EXAMPLE))
    joined = work / "both_parts.csv"
    driver["join"]([SHARED / "yelp_hat" / file for file in driver["PARTS"].values()], joined)
    (work / "konkyo.toml").write_text(settings, encoding="utf-8")
    if not (work / "konkyo.db").exists():
        init_project(work)
    project = open_project(work)
    reader = READERS.load("mturk")
    import_from(project, reader, joined, ReadOptions(), format_name="mturk", name=REVIEWS)
    return project


def told(number: int, of: int) -> None:
    """Where a long run is, for whoever waits."""
    print(f"\rrun {number} of {of}", end="", file=sys.stderr, flush=True)


def print_yelp(done: Experiment) -> None:
    """One row an arm: task, alignment, calibration, attention and gradients, and the verdicts."""
    chosen = {arm.name: arm.loss.removeprefix("cross_entropy") for arm in done.arms}
    columns = ("macro F1", "task AUC", "auroc", "token_f1_normalised", *names_of("drop")[:2],
               "brier", "attention_gradient_kendall", "attention_entropy")  # fmt: skip
    print_table(done.table, columns, lambda name: chosen.get(name, ""))
    print("\nfigures of other small runs, task AUC / AUROC against people")
    for name, said in MEASURED.items():
        print(f"  {name:34} {said}")
    for one in done.candidates:
        print(f"  tried: {one.arm.name}: validation AUC {one.validation.auc:.3f}"
              f"{' (chosen)' if one.chosen else ''}")  # fmt: skip
    for point in done.curve:
        means = {mean.name: mean for mean in point.estimates}
        print(f"  {point.fraction:4.0%} of the rationales, {point.annotated:.0f} reviews: task AUC "
              f"{cell(means['task AUC'])}, AUROC {cell(means['auroc'])}")  # fmt: skip
    for sentence in done.sentences:
        print(f"  {sentence}")


def print_table(
    table: TrialTable, columns: Sequence[str], said: Callable[[str], str] = lambda name: ""
) -> None:
    """Means with intervals, one row a way of training."""
    means = {(mean.subject, mean.name): mean for mean in table.means}
    names = list(dict.fromkeys(mean.subject for mean in table.means))
    shown = [c for c in columns if any((name, c) in means for name in names)]
    print(f"{'':36}" + "".join(f"{column:>27}" for column in shown))
    for name in names:
        cells = "".join(f"{cell(means.get((name, column))):>27}" for column in shown)
        print(f"{name:36}{cells}  {said(name)}")
    for note in table.notes:
        print(f"  {note}")


def cell(mean: Estimate | None) -> str:
    """A mean and its interval."""
    if mean is None or mean.value is None:
        return "—"
    inside = "" if mean.low is None else f" [{mean.low:.3f}, {mean.high:.3f}]"
    return f"{mean.value:.3f}{inside}"


def sst(given: argparse.Namespace) -> TrialTable:
    """Plain training and the adversarial family on sentences with the label of their root."""
    data = list(trees(SST))
    if given.quick:
        data = [one for at, one in enumerate(data) if at % 10 == 0]
    settings = Settings(kind=given.kind or "cnn_attention", embedding_dim=100, hidden_dim=64,
                        epochs=2 if given.quick else 8, patience=3)  # fmt: skip
    family = FAMILY if given.rows is None else given.rows
    ways = [Way("vanilla"), *(Way(name, (Weighted(name, 1.0),)) for name in family)]

    def measures(done: Fitted, test: Sequence[Instance]) -> dict[str, np.ndarray]:
        return dict(looking(done.model, test))

    return compared(data, ways, settings, given.seeds or 3, measures)


def digits(given: argparse.Namespace) -> TrialTable:
    """Digits, some of them turned: what the rare ones gain and what the others lose."""
    from sklearn.datasets import load_digits

    found = load_digits()
    random = np.random.default_rng(0)
    test = random.permutation(len(found.target)) < len(found.target) * 0.3
    turned = np.where(test, random.random(len(test)) < 0.5, random.random(len(test)) < TURNED)
    data = [
        digit(np.rot90(pixels) if turn else pixels, str(label), held, turn)
        for pixels, label, held, turn in zip(
            found.images, found.target.tolist(), test.tolist(), turned.tolist(), strict=True
        )
    ]
    data = list({one.id: one for one in data}.values())
    epochs = given.epochs or (10 if given.quick else 60)
    settings = Settings(kind="mlp", hidden_dim=given.hidden, epochs=epochs, patience=20)
    if given.peer:
        print_peer(data, given)
    distance = {"sampling": "distance", "sampling_warmup": 5}
    center = (Weighted("center", 0.1),)
    ways = [
        Way("vanilla"),
        Way("center", center),
        Way("distance", (), distance),
        Way("center and distance", center, distance),
    ]

    def measures(done: Fitted, tested: Sequence[Instance]) -> dict[str, np.ndarray]:
        from pipeline.models.predict import predict

        right = {
            p.instance_id: done.model.labels[int(p.probabilities.argmax())]
            for p in predict(done.model, tested, "")
        }
        hits = np.array([right[one.id] == one.label for one in tested], dtype=np.float64)
        rare = np.array([one.attributes["turned"] == "yes" for one in tested])
        return {
            "accuracy, upright": np.where(rare, np.nan, hits),
            "accuracy, turned": np.where(rare, hits, np.nan),
        }

    return compared(data, ways, settings, given.seeds or 8, measures)


def print_peer(data: Sequence[Instance], given: argparse.Namespace) -> None:
    """What scikit-learn's network of the same size makes of the same digits, standardised alike."""
    from sklearn.neural_network import MLPClassifier

    values = np.array([list(one.features.values()) for one in data], dtype=np.float64)
    labels = np.array([one.label for one in data])
    held = np.array([one.split == "test" for one in data])
    rare = np.array([one.attributes["turned"] == "yes" for one in data])
    spread = values[~held].std(axis=0)
    values = (values - values[~held].mean(axis=0)) / np.where(spread > 0, spread, 1)
    found = []
    for seed in range(given.seeds or 8):
        learning = np.random.default_rng(seed).permutation(np.flatnonzero(~held))
        learning = learning[: int(len(learning) * (1 - VALIDATION / (1 - TEST)))]
        peer = MLPClassifier((given.hidden,) * 2, max_iter=200, random_state=seed)
        right = peer.fit(values[learning], labels[learning]).predict(values) == labels
        found.append((right[held & ~rare].mean(), right[held & rare].mean()))
    upright, turned = np.mean(found, axis=0)
    print(f"scikit-learn's MLPClassifier: accuracy, upright {upright:.3f}, turned {turned:.3f}")


def digit(pixels: np.ndarray, label: str, held: bool, turned: bool) -> Instance:
    """A digit as a row of 64 features."""
    features = {f"p{at:02}": float(value) for at, value in enumerate(pixels.ravel().tolist())}
    return Instance(
        instance_id("row", features), "row", "", NO_TOKENS, label=label,
        split="test" if held else None, features=features,
        attributes={"turned": "yes" if turned else "no"},
    )  # fmt: skip


def compared(
    data: Sequence[Instance],
    ways: Sequence[Way],
    settings: Settings,
    seeds: int,
    measures: Callable[[Fitted, Sequence[Instance]], dict[str, np.ndarray]],
) -> TrialTable:
    """Every way with every seed, on the split of the seed, against the first of them."""
    from dataclasses import replace

    from pipeline.models.predict import predict

    by_id = {one.id: at for at, one in enumerate(data)}
    trials = []
    for seed in range(1, seeds + 1):
        for number, way in enumerate(ways, start=1):
            told((seed - 1) * len(ways) + number, seeds * len(ways))
            done = fit(data, settings=replace(settings, **way.changed), objectives=way.objectives,
                       seed=seed)  # fmt: skip
            tested = [data[by_id[name]] for name in done.split.test]
            said = predict(done.model, tested, "")
            trials.append(
                Trial(
                    way.name,
                    seed,
                    np.array([by_id[one.id] for one in tested]),
                    np.array([done.model.labels.index(str(one.label)) for one in tested]),
                    np.stack([p.probabilities for p in said]).astype(np.float64),
                    measures(done, tested),
                )
            )
    pairs = [(way.name, ways[0].name) for way in ways[1:]]
    return compare_trials(trials, pairs, tested=("macro F1",))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tables", nargs="*", help="yelp, sst, digits (default: all)")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--kind", help="of model, for yelp and sst (default: cnn_attention)")
    parser.add_argument("--hidden", type=int, default=64, help="hidden units (digits)")
    parser.add_argument("--epochs", type=int, help="at most (digits; default: 60)")
    parser.add_argument("--peer", action="store_true", help="scikit-learn beside (digits)")
    parser.add_argument("--quick", action="store_true", help="a moment, for a look")
    parser.add_argument("--work", type=Path, help="keep what is trained here (yelp)")
    parser.add_argument("--rows", nargs="*", help="objectives beside plain training (default: all)")
    given = parser.parse_args()
    unknown = set(given.tables) - set(TABLES)
    if unknown:
        parser.error(f"no table called {', '.join(sorted(unknown))} (there are: yelp, sst, digits)")
    needs = {"yelp": SHARED / "yelp_hat", "sst": SST}
    for name in given.tables or TABLES:
        missing = needs.get(name)
        if missing is not None and not missing.is_dir():
            print(f"{name} is left out: {missing.name} is not in ../shared/data")
            continue
        start = time.perf_counter()
        print(f"\n== {name}")
        if name == "yelp":
            with tempfile.TemporaryDirectory() as made:
                work = given.work or Path(made)
                work.mkdir(parents=True, exist_ok=True)
                print_yelp(yelp(given, work))
        else:
            table = sst(given) if name == "sst" else digits(given)
            print_table(table, ("macro F1", "task AUC", "accuracy, upright", "accuracy, turned",
                                "attention_gradient_kendall", "attention_entropy", "brier"))  # fmt: skip
            for gain in (*table.gains, *table.described):
                e = gain.estimate
                print(f"  {e.subject} against {gain.against}, {e.name}: {cell(e)} {gain.verdict}")
        print(f"  {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
