"""An imported campaign as rows: a page for each instance, and the items and answers on it.

A page has one item for the instance, and one for each part of it that was judged for itself, in
the order in which they are met. Nothing is held of a page but its number and how many items it has.
"""

from __future__ import annotations

import json
import uuid
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from db.records import Campaign, Hit, Item
from db.store.assignments import Arrival, Reading, without_platform_id
from db.store.workers import Pseudonyms
from pipeline.digests import Digests
from pipeline.formats.answers import put
from pipeline.formats.base import Annotation, Part


@dataclass
class Rows:
    """What some annotations add to a campaign."""

    pages: list[Hit] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)


class Layout:
    """Annotations of one campaign, in order, on their way into pages, items and arrivals."""

    def __init__(self, campaign: Campaign, pseudonyms: Pseudonyms) -> None:
        self._campaign, self._pseudonyms = campaign, pseudonyms
        self._namespace = uuid.UUID(campaign.id)
        self._pages, self._items = Digests(), Digests()
        self._n_items, self._positions = array("i"), array("i")
        self._number = 0

    def rows(self, annotations: Sequence[Annotation]) -> Rows:
        """The next annotations as rows; pages and items that were met before are not in them."""
        made = Rows()
        for annotation in annotations:
            page = self._page(annotation.instance_id, made.pages)
            parts = said(annotation)
            items = [self._item(annotation.instance_id, page, p, made.items) for p in parts]
            made.arrivals.append(self._arrival(annotation, page, parts, items))
        return made

    def _id(self, *what: object) -> str:
        return uuid.uuid5(self._namespace, ":".join(map(str, what))).hex

    def _page(self, instance_id: str, new: list[Hit]) -> int:
        """The number of an instance's page."""
        number, is_new = self._pages.meet(instance_id)
        if is_new:
            self._n_items.append(0)
            hit_id, token = self._id("hit", number), self._id("CreateHIT", number)
            new.append(Hit(hit_id, self._campaign.id, number, token))
        return number

    def _item(self, instance_id: str, page: int, part: Part, new: list[Item]) -> str:
        """The id of an item: of an instance, as it was shown."""
        item, is_new = self._items.meet(instance_id, json.dumps(dict(part.shown), sort_keys=True))
        if not is_new:
            return self._id("item", page, self._positions[item])
        position = self._n_items[page]
        self._n_items[page] += 1
        self._positions.append(position)
        shown = {**part.shown, **part.beside}
        identity, hit_id = self._id("item", page, position), self._id("hit", page)
        item_of = Item(identity, self._campaign.id, instance_id, hit_id, position, shown=shown)
        new.append(put(item_of, part.shown))
        return identity

    def _arrival(
        self, annotation: Annotation, page: int, parts: Sequence[Part], items: Sequence[str]
    ) -> Arrival:
        number, self._number = self._number, self._number + 1
        # A row that names nobody is a worker of its own.
        worker = annotation.worker or f"anonymous:{self._campaign.id}:{number}"
        pseudonym = self._pseudonyms.of(worker)
        judgements = [
            (item, question, _without(value, worker, pseudonym))
            for item, part in zip(items, parts, strict=True)
            for question, value in part.values.items()
        ]
        return Arrival(
            hit_id=self._id("hit", page),
            platform_worker_id=worker,
            market_id=f"{number}",
            status="Approved",
            answer=annotation.raw,
            accepted_at=None,
            submitted_at=None,
            reading=Reading(judgements),
            parser=f"import-{self._campaign.market}-1",
        )


def said(annotation: Annotation) -> list[Part]:
    """What an annotation says, item by item: of the instance as it was shown, and of its parts."""
    whole = [Part(annotation.shown, annotation.values)] if annotation.values else []
    return [*whole, *annotation.parts] or [Part(annotation.shown, {})]


def _without(value: Any, worker: str, pseudonym: str) -> Any:
    """A value without the worker's id, which people do type into boxes for text."""
    if not isinstance(value, str):
        return value
    return without_platform_id(value, worker, pseudonym)
