"""The pages of a campaign: from items in the database to what the worker's browser gets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from db.errors import NotFound
from db.records import Campaign, Hit, Instance, Item, Rationale
from db.store import campaigns, instances, rationales, runs
from hits.render import PageFacts, html_question, render_page
from hits.studies import load_study
from hits.studies.base import ShownItem, shown_item
from pipeline.config import StudySettings
from pipeline.project import Project


class Pages:
    """Renders the HITs of one campaign; everything is read from the database once."""

    def __init__(self, project: Project, campaign: Campaign) -> None:
        self._project = project
        self._campaign = campaign
        self._settings = StudySettings.model_validate(campaign.settings["study"])
        self._study = load_study(campaign.study)
        self._options = campaign.settings["options"]
        self._items: dict[str, list[Item]] = {}
        for item in campaigns.read_items(project.engine, campaign.id):
            self._items.setdefault(item.hit_id, []).append(item)

    @property
    def title(self) -> str:
        """How the work is announced."""
        return self._settings.title or self._study.title

    @property
    def description(self) -> str:
        """One sentence more about the work."""
        return self._settings.description or (
            f"About {self._settings.minutes:g} minutes; part of a research study of how people "
            "read. Works on a phone and with the keyboard alone."
        )

    def page(self, hit: Hit) -> str:
        """The whole HTML document of one HIT."""
        shown = [self._shown(item) for item in self._items[hit.id]]
        return render_page(self._campaign.study, shown, self._options, self._facts)

    def questions(self, hits: Sequence[Hit]) -> dict[str, str]:
        """HIT id → HTMLQuestion XML; a page that is too large stops everything before it starts."""
        return {hit.id: html_question(self.page(hit)) for hit in hits}

    @cached_property
    def _facts(self) -> PageFacts:
        campaign = self._campaign
        written = campaign.settings.get("instructions", "")
        return PageFacts(
            title=self.title,
            pay=f"{campaign.reward:.2f} {campaign.currency}",
            minutes=self._settings.minutes,
            instructions=written or self._study.instructions,
            consent=self._settings.consent,
        )

    @cached_property
    def _instances(self) -> dict[str, Instance]:
        wanted = {i.instance_id: None for page in self._items.values() for i in page}
        return {i.id: i for i in instances.read(self._project.engine, ids=wanted)}

    @cached_property
    def _rationales(self) -> dict[str, Rationale]:
        wanted = {r: None for page in self._items.values() for i in page for r in i.rationale_ids}
        return rationales.by_id(self._project.engine, wanted)

    @cached_property
    def _labels(self) -> dict[str, tuple[str, ...]]:
        return {run.id: run.labels for run in runs.read(self._project.engine)}

    def _shown(self, item: Item) -> ShownItem:
        instance = self._instances[item.instance_id]
        if not item.rationale_ids:
            return shown_item(item.id, instance, presentation=item.presentation)
        rationale = self._rationales.get(item.rationale_ids[0])
        if rationale is None:
            raise NotFound(
                f"item {item.id} shows the rationale {item.rationale_ids[0]}, which is not in the "
                "database any more; restore a backup or plan a new campaign"
            )
        return shown_item(
            item.id,
            instance,
            scores=[float(score) for score in rationale.scores],
            presentation=item.presentation,
            label_shown=self._labels[rationale.run_id][rationale.target],
        )


def preview(project: Project, campaign: Campaign, number: int) -> str:
    """The page of HIT `number` (from 1) of a campaign."""
    hits = campaigns.read_hits(project.engine, campaign.id)
    if not 1 <= number <= len(hits):
        raise NotFound(f"campaign {campaign.name!r} has the HITs 1 to {len(hits)}, not {number}")
    return Pages(project, campaign).page(hits[number - 1])
