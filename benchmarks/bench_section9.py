"""What the further explainers find on small known data, beside the figures to compare with.

Iris for mutual information, digits for inverse inference and learned masks, Boltzmann machines of
ten units, whose moments can be summed exactly. All models are trained here, in seconds, once for
each seed. `python benchmarks/bench_section9.py [--seeds N] [--part NAME]`; it prints tables and
judges nothing. Spreads are the least and the most over the seeds.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import torch
from PIL import Image
from scipy import optimize
from sklearn.datasets import load_digits, load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from torch import nn

from analysis.information.mixture import MixtureSettings
from analysis.information.mutual import information_of_features
from analysis.information.neighbours import neighbour_information
from db.records import Instance
from pipeline.corpus import corpus_path
from pipeline.corpus.embedded import digits
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.formats.base import ReadOptions, whole
from pipeline.formats.instances import image_instance, row_instance
from pipeline.formats.jsonl import read
from pipeline.inverse.boltzmann.learning import LearningSettings, learn
from pipeline.inverse.boltzmann.machine import Machine
from pipeline.inverse.boltzmann.moments import plain, spatial
from pipeline.inverse.infer import InverseSettings, class_image
from pipeline.inverse.priors.boltzmann import Boltzmann
from pipeline.inverse.priors.flat import Flat
from pipeline.inverse.priors.means import Means
from pipeline.masks.kept import means_kept
from pipeline.masks.learning import MaskSettings, learn_mask
from pipeline.masks.measures import measure_masks
from pipeline.masks.networks import ImageMask
from pipeline.models import MODELS
from pipeline.models.settings import Settings
from pipeline.models.training import fit

SHARES = (0.1, 0.3, 1.0)
"""Prices λ of a unit kept."""


def span(values: Sequence[float], digits: int = 3) -> str:
    """Mean, and the least and the most."""
    mean, low, high = np.mean(values), min(values), max(values)
    return f"{mean:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def train(net: nn.Module, inputs: torch.Tensor, labels: torch.Tensor, epochs: int) -> None:
    """Adam on cross-entropy, batches of 64."""
    optimiser = torch.optim.Adam(net.parameters(), 5e-3, weight_decay=1e-4)
    for _ in range(epochs):
        for rows in torch.randperm(len(inputs)).split(64):
            loss = nn.functional.cross_entropy(net(inputs[rows]), labels[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def information(seeds: int) -> None:
    """Every choice that changes mutual information, on iris."""
    data = load_iris()
    inputs = StandardScaler().fit_transform(data.data)
    found: dict[str, dict[str, list[float]]] = {"mixture": {}, "neighbours": {}}
    above = {"mixture": [], "neighbours": []}
    for seed in range(seeds):
        model = MLPClassifier((16,), max_iter=1000, random_state=seed).fit(inputs, data.target)
        probabilities = model.predict_proba(inputs)
        outputs = {"probability": probabilities, "logit": np.log(probabilities)}
        for form, table in outputs.items():
            knn = [
                neighbour_information(x, y, seed=seed).value for y in table.T for x in data.data.T
            ]
            keep(found["neighbours"], above["neighbours"], f"{form}", knn)
            for most, reg in itertools.product((3, 6), (1e-3, 1e-2, 1e-1)):
                how = MixtureSettings((1, most), reg, 1, seed)
                rows = information_of_features(
                    data.data, table, data.feature_names, data.target_names, how, form, 0
                )
                keep(found["mixture"], above["mixture"], form, [row.value for row in rows])
    print("Mutual information, iris, nats: means over the three classes; petals .6 to 2.3")
    for estimator, groups in found.items():
        for name, values in groups.items():
            print(f"  {estimator:10} {name:24} {span(values, 2)}")
        share = f"{sum(above[estimator])} of {len(above[estimator])}"
        print(f"  {estimator:10} both petals above both sepals: {share} choices")


def keep(found: dict, above: list[bool], form: str, values: Sequence[float]) -> None:
    """File what one choice gave: class by feature, sepals first."""
    mean = np.array(values).reshape(3, 4).mean(axis=0)
    found.setdefault(f"{form}, petals", []).extend(mean[2:])
    found.setdefault(f"{form}, sepals", []).extend(mean[:2])
    above.append(bool(mean[2:].min() > mean[:2].max()))


def inverse(seeds: int) -> None:
    """How many of ten class images are nearest to the mean of their own class."""
    data, target = load_digits(return_X_y=True)
    inputs, labels = torch.from_numpy((data > 7).astype(np.float32)), torch.from_numpy(target)
    means = torch.stack([inputs[labels == c].mean(dim=0) for c in range(10)]).numpy()
    learning = LearningSettings(steps=150, penalty=1e-2, batch=100)
    priors = {
        "flat": Flat(),
        "means": Means.learned(inputs),
        "boltzmann": Boltzmann.learned(inputs, learning),
    }
    found: dict[str, list[float]] = {name: [] for name in priors}
    for seed in range(seeds):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
        train(net, inputs, labels, 15)
        how = InverseSettings(seed=seed)
        for name, prior in priors.items():
            images = [class_image(net[0], net[1:], c, (64,), prior, how).m for c in range(10)]
            nearest = [((means - m) ** 2).sum(axis=1).argmin() for m in images]
            found[name].append(sum(int(a == b) for a, b in enumerate(nearest)))
    print("Inverse inference, digits, classes nearest to their own mean; flat 10, means 7 to 8")
    for name, values in found.items():
        print(f"  {name:10} {span(values, 1)} of 10")


def masks(seeds: int) -> None:
    """What a learned mask keeps of digits that it has not seen."""
    data, target = load_digits(return_X_y=True)
    found: dict[tuple[str, str], list[float]] = {}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(data))
        inputs = torch.from_numpy((data[order] / 16).astype(np.float32)).view(-1, 1, 8, 8)
        labels = torch.from_numpy(target[order])
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10),
        )  # fmt: skip
        train(net, inputs[:1400], labels[:1400], 10)
        how = MaskSettings(seed=seed)
        learned = learn_mask(net, ImageMask(1), inputs[:1400], settings=how)
        made = learned.masks(inputs[1400:])
        for cut in (None, 0.5):
            for row in measure_masks(net, inputs[1400:], made, cut=cut, bootstrap=0, seed=seed):
                form = "soft" if cut is None else "cut at .5"
                found.setdefault((f"{form}, {row.subject}", row.name), []).append(row.value)
    print(
        "Learned masks, digits, λ = .3; 18 to 23% kept, prediction .954, random .26, other .27–.32"
    )
    for (subject, name), values in found.items():
        print(f"  {subject:34} {name:16} {span(values)}")


def png(levels: np.ndarray) -> bytes:
    """A picture, uint8 (rows, columns), as a file."""
    file = BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def mask_cases() -> dict[str, tuple[list[Instance], Settings]]:
    """What the explainer is measured on: digits as pictures, as rows of 64 numbers, and texts."""
    pictures, labels = digits()
    seen = {
        png(levels): (levels, str(label)) for levels, label in zip(pictures, labels, strict=True)
    }
    tables = [
        ({f"pixel {n}": float(x) for n, x in enumerate(levels.flat)}, label)
        for levels, label in seen.values()
    ]
    several = {
        "residual_cnn": [image_instance(f, {"label": label}) for f, (_, label) in seen.items()],
        "mlp": [row_instance(row, {"label": label}) for row, label in tables],
        "bilstm_attention": list(whole(read(corpus_path(), ReadOptions())).instances),
    }
    own = {
        "residual_cnn": {"hidden_dim": 16, "epochs": 6},
        "mlp": {"epochs": 30},
        "bilstm_attention": {
            "embedding_dim": 64,
            "hidden_dim": 32,
            "dropout": 0.5,
            "weight_decay": 0.1,
            "min_count": 2,
            "epochs": 15,
        },
    }
    return {
        kind: (
            data,
            Settings(kind=kind, device="cpu", **{**MODELS.load(kind).defaults, **own[kind]}),
        )
        for kind, data in several.items()
    }


def explained_masks(seeds: int) -> None:
    """The explainer `learned_mask` on test parts: standardised inputs, so that absent is the mean."""
    print("Explainer learned_mask, test part; METHODS .18–.23 kept, prediction .954, .26, .27–.32")
    for kind, (data, settings) in mask_cases().items():
        for share in SHARES:
            found: dict[tuple[str, str], list[float]] = {}
            for seed in range(seeds):
                fitted = fit(data, settings=settings, seed=seed)
                held = set(fitted.split.test)
                test, rest = ([i for i in data if (i.id in held) == side] for side in (True, False))
                how = ExplainSettings(options={"learned_mask": {"share": share}})
                asked = {"settings": how, "learn_from": rest, "seed": seed}
                chunks = explain(fitted.model, test, ["learned_mask"], **asked)
                details = [one.details for chunk in chunks for one in chunk]
                for row in means_kept(details, bootstrap=0):
                    found.setdefault((row.subject, row.name), []).append(row.value)
            print(f"  {kind}, λ = {share:g}, {len(test)} instances")
            for (subject, name), values in found.items():
                print(f"    {subject:24} {name:18} {span(values)}")


def exact_pairs(machine: Machine) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All states, their probabilities, and ⟨x_i x_j⟩."""
    states = np.array(list(itertools.product((-1.0, 1.0), repeat=len(machine.field))))
    energy = states @ machine.field + 0.5 * ((states @ machine.coupling) * states).sum(axis=1)
    p = np.exp(energy - energy.max())
    p /= p.sum()
    return states, p, (states * p[:, None]).T @ states


def pseudo_likelihood(spins: np.ndarray) -> np.ndarray:
    """Couplings that maximise the pseudo-likelihood."""
    size = spins.shape[1]
    upper = np.triu_indices(size, 1)

    def negative(values: np.ndarray) -> float:
        coupling = np.zeros((size, size))
        coupling[upper] = values[size:]
        local = values[:size] + spins @ (coupling + coupling.T)
        return float(np.logaddexp(0, -2 * spins * local).mean())

    return optimize.minimize(negative, np.zeros(size + len(upper[0])), method="L-BFGS-B").x[size:]


def boltzmann(seeds: int) -> None:
    """Root mean squared errors of moments, and of couplings learned, at equal samples."""
    print("Boltzmann machines, 10 units: error of ⟨x_i x_j⟩, and of w_ij learned (6 units)")
    for strength, n in itertools.product((0.5, 1.0, 1.5), (100, 1000)):
        moments: dict[str, list[float]] = {"plain": [], "pseudo": [], "1-SMCI": []}
        learned: dict[str, list[float]] = {"pseudo": [], "1-SMCI": []}
        for seed in range(4 * seeds):
            rng = np.random.default_rng(seed)
            machine, spins, pairs = drawn(10, strength, n, rng)
            off = ~np.eye(10, dtype=bool)
            half = spins.T @ np.tanh(machine.local_fields(spins)) / n
            for name, made in (
                ("plain", plain(spins).pairs),
                ("pseudo", (half + half.T) / 2),
                ("1-SMCI", spatial(machine, spins).pairs),
            ):
                moments[name].append(float(np.sqrt(((made - pairs)[off] ** 2).mean())))
            machine, spins, _ = drawn(6, strength, n, rng)
            upper = np.triu_indices(6, 1)
            ours = learn(spins, LearningSettings(400, penalty=0.0)).machine.coupling[upper]
            for name, made in (("pseudo", pseudo_likelihood(spins)), ("1-SMCI", ours)):
                error = made - machine.coupling[upper]
                learned[name].append(float(np.sqrt((error**2).mean())))
        parts = [f"{name} {np.median(values):.3f}" for name, values in moments.items()]
        after = [f"{name} {np.median(values):.3f}" for name, values in learned.items()]
        print(
            f"  strength {strength}, {n:4} samples: {', '.join(parts)}; learned {', '.join(after)}"
        )


def drawn(
    size: int, strength: float, n: int, rng: np.random.Generator
) -> tuple[Machine, np.ndarray, np.ndarray]:
    """A random machine, exact samples of it, and its exact ⟨x_i x_j⟩."""
    upper = np.triu(rng.normal(0, strength / np.sqrt(size), (size, size)), 1)
    machine = Machine(rng.normal(0, 0.3, size), upper + upper.T)
    states, p, pairs = exact_pairs(machine)
    return machine, states[rng.choice(len(states), n, p=p)], pairs


PARTS = {
    "information": information,
    "inverse": inverse,
    "masks": masks,
    "explained": explained_masks,
    "boltzmann": boltzmann,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--part", choices=list(PARTS))
    given = parser.parse_args()
    torch.set_num_threads(1)
    for name, part in PARTS.items():
        if given.part in (None, name):
            part(given.seeds)


if __name__ == "__main__":
    main()
