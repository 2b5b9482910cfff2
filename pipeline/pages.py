"""The pages of a campaign: from items in the database to what the worker's browser gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from db.errors import NotFound
from db.records import Campaign, Hit, Item
from db.store import campaigns, instances, rationales, runs
from db.store.rows import chunks
from hits.money import hourly_wage
from hits.protocol import Check
from hits.render import PageFacts, PageTooLarge, Shell, html_question
from hits.studies import load_study
from hits.studies.base import Explained, Material
from hits.studies.nouns import worded
from hits.studies.panels import ShownItem
from pipeline.config import StudySettings
from pipeline.market import FRAGMENT
from pipeline.project import Project

EXTERNAL = "external"
LARGEST_PAGE = 2 * 1024 * 1024
"""Bytes of a page that is uploaded; `hits/endpoint/pages.py` takes no more."""
TOGETHER = 50
"""Pages whose instances and rationales are read at once."""


class Pages:
    """Renders the HITs of one campaign.

    What all pages have in common is rendered once; instances and rationales are read for a few
    pages at a time.
    """

    def __init__(
        self, project: Project, campaign: Campaign, items: Sequence[Item] | None = None
    ) -> None:
        self._project = project
        self._campaign = campaign
        self._settings = StudySettings.model_validate(campaign.settings["study"])
        self._study = load_study(campaign.study)
        self._options = campaign.settings["options"]
        self._kind = campaign.settings.get("kind", "text")
        self._items: dict[str, list[Item]] = {}
        stored = campaigns.read_items(project.engine, campaign.id) if items is None else items
        for item in stored:
            self._items.setdefault(item.hit_id, []).append(item)

    @property
    def title(self) -> str:
        """How the work is announced."""
        own = str(self._options.get("title", ""))
        return self._settings.title or own or worded(self._study.title, self._kind)

    @property
    def description(self) -> str:
        """One sentence more about the work."""
        return self._settings.description or (
            f"About {self._settings.minutes:g} minutes; part of a research study of how people "
            "read. Works on a phone and with the keyboard alone."
        )

    @property
    def template(self) -> str:
        """The page as a template that a site fills in; "" where each HIT carries its whole page."""
        return self.shell.fragment() if self._flavour == FRAGMENT else ""

    def page(self, hit: Hit) -> str:
        """The whole HTML document of one HIT."""
        return self.shell.page(self.shown(self._items[hit.id]))

    def questions(self, hits: Sequence[Hit]) -> Iterator[str]:
        """What is sent of each HIT, in their order, rendered one at a time.

        `plan` has rendered them all, so none is too large for its market.
        """
        return (self.sent(shown) for shown in self.each(hits))

    def each(self, hits: Sequence[Hit]) -> Iterator[list[ShownItem]]:
        """What each HIT shows, in their order."""
        for some in chunks(hits, TOGETHER):
            items = [item for hit in some for item in self._items[hit.id]]
            shown = {item.id: item for item in self.shown(items)}
            for hit in some:
                yield [shown[item.id] for item in self._items[hit.id]]

    def sent(self, items: Sequence[ShownItem]) -> str:
        """What the market is sent of a page; PageTooLarge where it takes more than it may."""
        if self._flavour == FRAGMENT:
            return self.shell.data(items)
        page = self.shell.page(items)
        if self._flavour != EXTERNAL:
            return html_question(page)
        size = len(page.encode())
        if size > LARGEST_PAGE:
            raise PageTooLarge(
                f"the page takes {size:,} bytes, over the {LARGEST_PAGE:,} that can be uploaded; "
                "put fewer items on each HIT, or smaller ones"
            )
        return page

    @cached_property
    def shell(self) -> Shell:
        """What all pages of the campaign have in common."""
        return Shell(self._campaign.study, self._options, self._facts, self._kind)

    @property
    def _flavour(self) -> str:
        return str(self._campaign.settings.get("flavour", ""))

    @cached_property
    def _facts(self) -> PageFacts:
        campaign, settings = self._campaign, self._settings
        written = campaign.settings.get("instructions", "") or self._options.get("instructions", "")
        hourly = hourly_wage(campaign.reward, settings.minutes * 60)
        return PageFacts(
            title=self.title,
            pay=f"{campaign.reward:.2f} {campaign.currency}",
            minutes=settings.minutes,
            instructions=written or worded(self._study.instructions, self._kind),
            consent=settings.consent,
            hourly=f"{hourly:.2f} {campaign.currency}" if settings.hourly else "",
            consent_page=campaign.settings.get("consent_page", ""),
            debriefing=campaign.settings.get("debriefing", ""),
            comprehension=tuple(
                Check(c.question, c.options, c.right - 1, c.why) for c in settings.comprehension
            ),
            practice=any(i.role == "practice" for page in self._items.values() for i in page),
        )

    @cached_property
    def _labels(self) -> dict[str, tuple[str, ...]]:
        return {run.id: run.labels for run in runs.read(self._project.engine)}

    def shown(self, items: Sequence[Item]) -> list[ShownItem]:
        """What a page shows of some items."""
        beside = [identity for item in items for identity in _named(item)]
        wanted = dict.fromkeys([item.instance_id for item in items] + beside)
        found = {i.id: i for i in instances.read(self._project.engine, ids=wanted)}
        explained = self._explained(items)
        return [
            self._study.compose(
                item,
                Material(
                    found[item.instance_id],
                    [self._one(item, r, explained) for r in item.rationale_ids],
                    found,
                ),
                self._options,
            )
            for item in items
        ]

    def _explained(self, items: Sequence[Item]) -> Mapping[str, Explained]:
        wanted = dict.fromkeys(r for item in items for r in item.rationale_ids)
        found = rationales.by_id(self._project.engine, wanted)
        return {r: Explained(one, self._labels[one.run_id][one.target]) for r, one in found.items()}

    def _one(self, item: Item, rationale_id: str, found: Mapping[str, Explained]) -> Explained:
        if rationale_id not in found:
            raise NotFound(
                f"item {item.id} shows the rationale {rationale_id}, which is not in the "
                "database any more; restore a backup or plan a new campaign"
            )
        return found[rationale_id]


def _named(item: Item) -> Iterator[str]:
    """Instances that an item shows beside its own: examples, outputs, parts of other pictures."""
    for ids in item.shown.get("examples", {}).values():
        yield from ids
    for key in ("outputs", "choices"):
        yield from (one["instance"] for one in item.shown.get(key, ()) if "instance" in one)


def preview(project: Project, campaign: Campaign, number: int) -> str:
    """The page of HIT `number` (from 1) of a campaign."""
    hits = campaigns.read_hits(project.engine, campaign.id)
    if not 1 <= number <= len(hits):
        raise NotFound(f"campaign {campaign.name!r} has the HITs 1 to {len(hits)}, not {number}")
    return Pages(project, campaign).page(hits[number - 1])
