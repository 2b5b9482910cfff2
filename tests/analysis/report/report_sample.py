"""A realistic report, made by hand: a study of film reviews with simulated workers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import numpy as np

from analysis.alignment.contract import Contract
from analysis.report.content import (
    Aggregation,
    Agreement,
    Alignment,
    Consensus,
    Contrast,
    Contrasts,
    DataSource,
    Difference,
    Faithfulness,
    Methods,
    Objective,
    Pay,
    Ratings,
    ReportContent,
    SeedScore,
    Study,
    Teaching,
    TeachingMetric,
    TrainingHealth,
    WorkerRow,
    Workers,
)
from db.records import Estimate, Instance, instance_id

REVIEWS = (
    ("A warm and *funny* film, though the last hour drags.", "warm funny", "film drags hour"),
    ("I kept waiting for the plot to start; it never did.", "waiting never", "plot I"),
    (
        "Beautifully shot, badly written, and far too long.",
        "badly written long",
        "shot Beautifully",
    ),
    ("Not a bad film at all.", "Not bad", "bad"),
    ("The acting is wooden but the music carries every scene it is in.", "wooden carries", "music"),
    ("Two hours I will not get back. Avoid.", "not back Avoid", "hours Two"),
)
OVERS = ("units", "workers", "both")


def spread(name: str, value: float, half: float, **fields: object) -> list[Estimate]:
    """One estimate per thing resampled: workers three times as wide as units."""
    widths = dict(zip(OVERS, (half, 3 * half, 3.4 * half), strict=True))
    return [
        Estimate(name, value, w / 2, value - w, value + w, over=over, n_units=120, **fields)  # type: ignore[arg-type]
        for over, w in widths.items()
    ]


def text_instance(text: str, **fields: object) -> Instance:
    """A text with its tokens: words and single signs."""
    spans = [m.span() for m in re.finditer(r"\w+|[^\w\s]", text)]
    offsets = np.array(spans, dtype=np.int32).reshape(-1, 2)
    return Instance(instance_id("text", text), "text", text, offsets, **fields)  # type: ignore[arg-type]


def contrast(text: str, people: str, model: str, seed: int) -> Contrast:
    """A review where people marked some words and the model weighs others."""
    instance = text_instance(text, label="negative")
    noise = np.random.default_rng(seed).normal(0, 0.18, instance.n_tokens)
    marked = np.array([token in people.split() for token in instance.tokens])
    weighed = np.array([token in model.split() for token in instance.tokens])
    return Contrast(
        instance,
        "integrated_gradients",
        (noise + 0.9 * weighed + 0.25 * marked).astype(np.float32),
        np.where(marked, 0.8, np.abs(np.round(noise * 2.5) / 5)).astype(np.float32),
        5,
        "positive" if seed % 2 else "negative",
        0.61 + 0.05 * seed,
        0.12 + 0.04 * seed,
        "negative",
        "negative",
    )


def study() -> Study:
    return Study(
        campaign="pilot-2",
        study="highlight",
        date=date(2025, 3, 14),
        market="mturk (local endpoint)",
        source="simulated crowd",
        environment="local",
        seed=7,
        people="simulated",
        asked="Is this review positive? Mark the words that made you say so.",
        data=(
            DataSource(
                "konkyo film notes",
                "120 short reviews with known tone",
                "CC0",
                written_for_project=True,
            ),
        ),
        models=("bilstm, additive attention (run 3f9a, accuracy 0.861)",),
        versions=(("konkyo", "0.1.0"), ("torch", "2.4.1"), ("captum", "0.8.0")),
    )


def workers() -> Workers:
    rows = tuple(
        WorkerRow(
            f"worker-{i:02d}",
            30 - i,
            150 - 5 * i,
            41.0 + 3 * i,
            Estimate("agreement", 0.62 - 0.05 * i, 0.04, 0.53 - 0.06 * i, 0.7 - 0.04 * i),
            gold_right=6 - i // 3,
            gold_asked=6,
            simulated=True,
            excluded="3 of 6 check items wrong" if i == 9 else "",
        )
        for i in range(10)
    )
    pay = Pay("USD", *map(Decimal, ("0.35", "105.00", "89.25", "15.75", "24.70")))
    gold = Estimate("gold_accuracy", 0.81, 0.03, 0.74, 0.87, over="workers", n_workers=10)
    return Workers(10, 10, 255, 3, 51.0, pay, gold, rows, {"check items wrong": 21})


def agreement() -> Agreement:
    return Agreement(
        estimates=(
            *spread(
                "token_alpha", 0.412, 0.024, n_workers=10, n_judgements=9120, method="bootstrap"
            ),
            *spread("alpha_nominal", 0.703, 0.031, n_workers=10, n_judgements=600, subject="label"),
            *spread("pairwise_f1", 0.523, 0.02, n_workers=10),
            Estimate("token_alpha", 0.412, 0.05, 0.31, 0.514, over="workers", method="jackknife"),
            Estimate("unitizing_alpha", None, note="spans of one worker only in 4 texts"),
            Estimate("prevalence", 0.164, 0.01, 0.14, 0.19, over="units", subject="marked"),
        ),
        prevalence={"positive": 311, "negative": 262, "unsure": 27},
        excluded={"worker failed the check items": 21, "answer could not be read": 3},
        notes=("An empty mask counts as “nothing marked” where the worker answered: 12 of 597.",),
    )


def aggregation() -> Aggregation:
    accuracy = Estimate("accuracy", 0.925, 0.02, 0.88, 0.96, over="units", n_units=120)
    return Aggregation(
        methods=(
            Consensus("majority", {"positive": 61, "negative": 51}, 8, 0.84, accuracy),
            Consensus("dawid_skene", {"positive": 65, "negative": 55}, 0, 0.95, accuracy),
        ),
        rationales=120,
        rationale_method="reliability-weighted mean",
        marked_share=0.164,
    )


def contracts() -> tuple[Contract, ...]:
    given = "the instance's own, as it was imported", "one score for every unit is given"
    cut = "as many tokens as the gold marks", "at the cut the first tokens"
    raw = "raw scores, no cut", "equal scores count half, or share their rank"
    own, nothing = "each worker's own marks", "golds that mark nothing are left out"
    return (
        Contract(("token_precision", "token_f1"), "token", *given, own, *cut, nothing, "macro"),
        Contract(("auroc",), "token", *given, own, *raw, nothing, "macro"),
    )


def alignment() -> Alignment:
    values = {
        "people": (0.63, 0.71),
        "oracle": (0.82, 1.0),
        "attention": (0.402, 0.64),
        "integrated_gradients": (0.471, 0.70),
        "gradient": (0.437, 0.668),
        "lime": (0.358, 0.59),
        "random": (0.29, 0.5),
        "constant": (0.27, 0.5),
    }
    names = ("token_f1", "auroc")
    rows = [
        estimate
        for i, name in enumerate(names)
        for subject, pair in values.items()
        for estimate in spread(name, pair[i], 0.012, subject=subject, method="k of each text")[:2]
    ]
    shares = (
        ("integrated_gradients", 0.53),
        ("gradient", 0.43),
        ("attention", 0.33),
        ("lime", 0.2),
    )
    gap = Estimate(
        "token_f1", 0.034, 0.011, 0.012, 0.056, over="units", subject="integrated_gradients"
    )
    return Alignment(
        estimates=tuple(rows),
        normalised=tuple(Estimate("token_f1", v, subject=s) for s, v in shares),
        differences=(Difference(gap, "gradient", 0.004, 0.0001, 0.03),),
        gold_policy="each worker, averaged",
        k_rule="as many as people marked in the same text",
        contracts=contracts(),
        excluded={"no token marked": 4},
    )


RATED = {
    "integrated_gradients": 3.42,
    "attention": 2.71,
    "lime": 3.05,
    "people": 3.61,
    "random": 1.84,
}
POINTS = ("not at all", "slightly", "moderately", "very", "completely")


def ratings() -> Ratings:
    scale = "1 (not at all) to 5 (completely), higher is better"
    rows = [
        estimate
        for subject, value in RATED.items()
        for estimate in spread(
            "mean rating",
            value,
            0.05,
            subject=subject,
            scale=scale,
            method="mean over instances of their mean rating",
            n_workers=10,
            n_judgements=600,
        )
    ]
    return Ratings(
        estimates=tuple(rows),
        question="How convincing are the highlighted words as reasons for this answer?",
        points=5,
        labels=tuple(f"{word} convincing" for word in POINTS),
        excluded={"answer could not be read": 2},
        notes=("Workers did not see which explainer they rated.",),
    )


def faithfulness() -> Faithfulness:
    scores = {"integrated_gradients": 0.41, "attention": 0.22, "random": 0.09}
    rows = [spread("comprehensiveness", v, 0.03, subject=s)[0] for s, v in scores.items()]
    return Faithfulness(tuple(rows), removal="tokens replaced by the mask token")


TAUGHT = {
    "vanilla": ((0.582, 0.881), "baseline", ""),
    "attention_supervision": ((0.787, 0.9), "taught", "λ = 0.2"),
    "saliency_learning": ((0.649, 0.884), "taught", "λ = 1"),
    "shuffled": ((0.553, 0.88), "control", "whole spans moved"),
}


def teaching() -> Teaching:
    metrics = (TeachingMetric("human_auroc", "alignment"), TeachingMetric("task_f1", "task"))
    noise = np.random.default_rng(3).normal(0, 0.012, (len(TAUGHT), 2, 6))
    scores, means, differences = [], [], []
    for o, (name, (centres, _, _)) in enumerate(TAUGHT.items()):
        for m, metric in enumerate(metrics):
            values = centres[m] + noise[o, m]
            base = TAUGHT["vanilla"][0][m] + noise[0, m]
            scores += [SeedScore(name, metric.name, s, float(v)) for s, v in enumerate(values)]
            mean = float(values.mean())
            ends = (mean - 0.014, mean + 0.014)
            means.append(Estimate(metric.name, mean, 0.007, *ends, over="seeds", subject=name))
            for against, other in (("vanilla", base), ("shuffled", TAUGHT["shuffled"][0][m])):
                gap = float((values - other).mean())
                e = Estimate(
                    metric.name, gap, 0.01, gap - 0.02, gap + 0.02, over="seeds", subject=name
                )
                p = 0.031 if abs(gap) > 0.02 else 0.4
                if name != "vanilla" and (against == "vanilla" or TAUGHT[name][1] == "taught"):
                    differences.append(Difference(e, against, p, 0.03125, 0.02))
    objectives = tuple(Objective(n, role, note) for n, (_, role, note) in TAUGHT.items())  # type: ignore[arg-type]
    return Teaching(
        objectives,
        metrics,
        tuple(scores),
        tuple(means),
        tuple(differences),
        encoder="BiLSTM with additive attention, 128 per direction",
        data="84 training, 12 validation and 24 test reviews",
    )


def contrasts() -> Contrasts:
    pairs = tuple(contrast(t.replace("*", ""), p, m, i) for i, (t, p, m) in enumerate(REVIEWS))
    selection = "The instances with the lowest token F1 between model and people"
    return Contrasts(pairs, "token F1 with the majority", selection, 120)


def health() -> TrainingHealth:
    layers = {"embeddings": 1.41, "states": 5.43, "summary": 6.25}
    gap = Estimate("gap_accuracy", 0.219, 0.03, 0.154, 0.283, over="units", subject="test")
    loss = Estimate("gap_loss", -0.04, 0.03, -0.1, 0.02, over="units", subject="test")
    return TrainingHealth(
        estimates=(
            Estimate("sharpness", 352.9, method="Lanczos"),
            Estimate("learning_rate_limit", 0.00567),
            Estimate("learning_rate", 0.002),
            *(Estimate("class_distance", v, subject=name) for name, v in layers.items()),
            Estimate("feature_correlation", 0.786, n_units=84),
            gap,
            loss,
            Estimate("gap_auc", None, subject="test", note="undefined on a part with one label"),
        ),
        model="run 3f9a (bilstm_attention)",
        drawn=84,
        of=84,
        excluded={"feature that never varies": 2},
    )


def methods() -> Methods:
    return Methods(
        selection="A random stratum of 60, and 60 by softmax margin",
        caveats=("Instances were shown in one language", "One crowd, one week, one model"),
        sources=("Bootstrap over two crossed factors: Owen 2007",),
        commands=("konkyo demo --seed 7 --out pilot", "konkyo report pilot-2 --out report.html"),
        cite="konkyo 0.1.0 (2025). Human studies of model rationales.",
    )


def whole_report() -> ReportContent:
    """Content with every section filled."""
    return ReportContent(
        title="Which words carry a film review?",
        study=study(),
        workers=workers(),
        agreement=agreement(),
        aggregation=aggregation(),
        alignment=alignment(),
        ratings=ratings(),
        faithfulness=faithfulness(),
        teaching=teaching(),
        contrasts=contrasts(),
        health=health(),
        methods=methods(),
    )
