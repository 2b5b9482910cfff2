"""Facts about workers, for a person's decision and never an automatic exclusion: one file a fact."""

from __future__ import annotations

from db.catalogue import Catalogue

WORKER_FACTS = Catalogue(
    "fact about workers",
    {
        "agreement": "analysis.workers.agreement:agreement",
        "leniency": "analysis.workers.leniency:leniency",
        "drift": "analysis.workers.drift:drift",
        "drift_in_hit": "analysis.workers.drift:drift_in_hit",
        "seconds": "analysis.workers.speed:seconds",
        "seconds_per_length": "analysis.workers.speed:seconds_per_length",
        "reading": "analysis.workers.reading:reading",
        "longest_run": "analysis.workers.straight:longest_run",
        "same_answer": "analysis.workers.straight:same_answer",
        "gold": "analysis.workers.gold:gold_record",
        "influence": "analysis.workers.influence:influence",
    },
)
"""One number a worker; see `analysis.workers.base.WorkerFact`. What has another shape stands
beside: `confusion`, `bias` (labels), `duplicates` (pairs of workers) and `clusters`."""

MARK_FACTS = Catalogue(
    "fact about workers who mark",
    {
        "marked": "analysis.workers.marking:marked",
        "nothing_marked": "analysis.workers.marking:nothing_marked",
        "influence": "analysis.workers.marking:mark_influence",
    },
)
"""The same of marks; see `analysis.workers.base.MarkFact`. Beside them stand those of `SHARED`."""

SHARED = ("agreement", "drift", "drift_in_hit", "seconds", "seconds_per_length", "reading")
"""Facts that are known of workers whatever they answer with."""
