"""Inverse inference: what input does a class expect? Prior: name → class (names are stored)."""

from __future__ import annotations

from db.catalogue import Catalogue

PRIORS = Catalogue(
    "prior of inputs",
    {
        "boltzmann": "pipeline.inverse.priors.boltzmann:Boltzmann",
        "flat": "pipeline.inverse.priors.flat:Flat",
        "means": "pipeline.inverse.priors.means:Means",
    },
)
"""See `pipeline.inverse.priors.base.Prior`."""
