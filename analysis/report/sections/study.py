"""The head of the report: the facts of the study, and what must be said before any number."""

from __future__ import annotations

from analysis.report.content import Study
from analysis.report.wording import listed, sentence

SIMULATED = (
    "These workers are simulated. No person answered, and nobody was paid. Agreement, alignment "
    "with “people”, ratings and the effect of teaching show that the study runs and what its "
    "numbers look like; they are no finding about human beings."
)
MIXED = (
    "Some of these workers are simulated. Numbers that pool them with people are no finding about "
    "human beings."
)
WRITTEN = (
    "{} written for this project, not collected. Results on made-up text do not carry over to text "
    "that people wrote for reasons of their own."
)
WHERE = {
    "local": "local (a trial on one machine)",
    "sandbox": "sandbox (a market's test site)",
    "production": "production (real people)",
    "imported": "imported (collected elsewhere)",
}


def banners(study: Study) -> list[str]:
    """Warnings, the gravest first."""
    found = {"simulated": [SIMULATED], "mixed": [MIXED], "real": []}[study.people]
    written = [source.name for source in study.data if source.written_for_project]
    if written:
        verb = "was" if len(written) == 1 else "were"
        found = [*found, WRITTEN.format(f"The data ({listed(written)}) {verb}")]
    return [*found, *map(sentence, study.warnings)]


def facts(study: Study) -> list[tuple[str, str]]:
    """Label and value of every fact that is known."""
    people = {"real": "people", "simulated": "simulated", "mixed": "people and simulated"}
    pairs = (
        ("Campaign", study.campaign),
        ("Study type", study.study),
        ("Date", study.date.isoformat()),
        ("Workers", people[study.people]),
        ("Market", study.market),
        ("Source of workers", study.source),
        ("Environment", WHERE[study.environment]),
        ("Seed", str(study.seed)),
        ("Models", "; ".join(study.models)),
        ("Versions", ", ".join(f"{name} {version}" for name, version in study.versions)),
    )
    return [(label, value) for label, value in pairs if value]
