"""Coefficients and methods of aggregation in words: by the names that catalogues know them by."""

from __future__ import annotations

from typing import NamedTuple

CROWD_KIT = "crowdkit:"


class Method(NamedTuple):
    """What a method is called within a sentence, what it does, and who described it."""

    inline: str
    does: str
    source: str = ""


METHODS: dict[str, Method] = {
    "krippendorff": Method(
        "Krippendorff's alpha",
        "disagreement observed over what chance gives, for any number of workers and any level",
        "Krippendorff 2004",
    ),
    "gwet_ac1": Method(
        "Gwet's AC1", "agreement above chance, where chance depends on rare labels less", "Gwet 2008"
    ),
    "gwet_ac2": Method("Gwet's AC2", "AC1 with partial credit for near answers", "Gwet 2008"),
    "fleiss": Method(
        "Fleiss' kappa", "agreement above what everyone's shares of labels give", "Fleiss 1971"
    ),
    "cohen": Method(
        "Cohen's kappa", "agreement of two workers above what their own shares give", "Cohen 1960"
    ),
    "icc": Method(
        "intraclass correlation",
        "the share of the variance of numbers that lies between units",
        "Shrout & Fleiss 1979",
    ),
    "tokens": Method(
        "agreement on marked tokens",
        "alpha over tokens and within documents, and the overlap of pairs of workers",
        "Krippendorff 2004",
    ),
    "unitizing": Method(
        "unitizing alpha", "whether stretches and their ends are the same", "Krippendorff et al. 2016"
    ),
    "gamma": Method(
        "gamma", "the best alignment of workers' stretches, against chance", "Mathet et al. 2015"
    ),
    "majority": Method("majority", "the answer most workers gave; every worker counts the same"),
    "dawid_skene": Method(
        "Dawid–Skene", "workers weighted by how often they take which label for which",
        "Dawid & Skene 1979",
    ),
    "one_coin": Method(
        "one-coin", "workers weighted by one accuracy each", "Zhang et al. 2016"
    ),
    "mace": Method(
        "MACE", "workers weighted by how often they answer rather than guess", "Hovy et al. 2013"
    ),
    "glad": Method(
        "GLAD", "workers weighted by ability, and units by difficulty", "Whitehill et al. 2009"
    ),
    "interval_mean": Method(
        "mean less biases",
        "means of numbers, workers' biases taken off and workers weighted by precision",
    ),
    "ordinal_mean": Method(
        "mean of ridits", "means of points of a scale by how people use it", "Bross 1958"
    ),
    "bradley_terry": Method(
        "Bradley–Terry",
        "strengths that explain which of two things won, ties included",
        "Bradley & Terry 1952; Davidson 1970",
    ),
    "mean": Method("share of workers", "the share of the workers who marked a token"),
    "reliability": Method(
        "share of workers, weighted by reliability",
        "the share who marked a token, workers weighted by how far they agree with the others",
    ),
}  # fmt: skip


def method(name: str) -> Method | None:
    """The method of this name, None where nothing is known of it.

    A method of crowd-kit (`crowdkit:NAME`) is called by its name there.
    """
    if name.startswith(CROWD_KIT):
        own = name.removeprefix(CROWD_KIT)
        return Method(
            f"crowd-kit's {own}", "as the library crowd-kit has it", "Ustalov et al. 2024"
        )
    return METHODS.get(name)
