"""What the documents of a release know of a campaign: who, how recruited and paid, what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from db.errors import NotFound
from db.records import Campaign, Estimate
from db.store import assignments, left_out
from db.store.left_out import LeftOut
from hits.studies.base import Option
from pipeline.project import Project
from pipeline.release.asked import AskedOf, asked, told
from pipeline.release.checked import Sieve
from pipeline.status import CampaignStatus, campaign_status


@dataclass(frozen=True)
class CampaignFacts:
    """One campaign in numbers and words, these as they may be written.

    `last` is the day (UTC) of the last submission, None where the data hold no times; `annotators`
    is what an import was told of the people behind its data.
    """

    name: str
    status: CampaignStatus
    assignments: int
    asked: tuple[AskedOf, ...]
    told: Mapping[str, str]
    annotators: str
    left_out: tuple[LeftOut, ...]
    agreement: tuple[Estimate, ...]
    last: date | None

    @property
    def campaign(self) -> Campaign:
        """The campaign itself; its words are not looked through, those above are."""
        return self.status.campaign

    @property
    def imported(self) -> bool:
        """Whether it came out of a file."""
        return self.campaign.environment == "imported"

    @property
    def persons_known(self) -> bool:
        """Whether the data tell one worker from another."""
        return bool(self.campaign.settings["persons_known"])


def facts_of(
    project: Project, campaign: Campaign, agreement: Sequence[Estimate], sieve: Sieve
) -> CampaignFacts:
    """The facts as they stand in the database, every word of them through the sieve."""
    status = campaign_status(project, campaign.name)
    if status is None:
        raise NotFound(f"no campaign is called {campaign.name!r}")
    found = assignments.read(project.engine, campaign.id)
    times = [a.submitted_at for a in found if a.submitted_at is not None]
    place = f"what campaign {campaign.name!r} says"
    return CampaignFacts(
        name=sieve.text("a campaign's name", campaign.name, "data"),
        status=status,
        assignments=len(found),
        asked=tuple(_clean(question, place, sieve) for question in asked(campaign)),
        told={title: sieve.text(place, words, "data") for title, words in told(campaign).items()},
        annotators=sieve.text(place, str(campaign.settings.get("annotators", "")), "data"),
        left_out=tuple(left_out.by_rule(project.engine, campaign.id)),
        agreement=tuple(_estimate(estimate, place, sieve) for estimate in agreement),
        last=max(times).date() if times else None,
    )


def _clean(question: AskedOf, place: str, sieve: Sieve) -> AskedOf:
    options = tuple(
        Option(sieve.anything(place, o.value, "data"), sieve.text(place, o.text, "data"))
        for o in question.options
    )
    return replace(
        question,
        name=sieve.text(place, question.name, "data"),
        words=sieve.text(place, question.words, "data"),
        options=options,
    )


def _estimate(estimate: Estimate, place: str, sieve: Sieve) -> Estimate:
    subject = sieve.text(place, estimate.subject, "said")
    return replace(estimate, subject=subject, note=sieve.text(place, estimate.note, "said"))
