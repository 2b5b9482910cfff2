"""Which items a campaign shows, and on which page each stands.

Everything is drawn with the campaign's seed. Check items (gold) are mixed in by design: so many a
page, at a random place, each used once before any is used again.
"""

from __future__ import annotations

import heapq
import random
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.errors import NotFound, UsageError
from db.records import Campaign, Hit, Instance, Item, Rationale
from db.store import rationales
from pipeline.config import StudySettings
from pipeline.project import Project


@dataclass(frozen=True)
class Draft:
    """An item before it has a place."""

    instance_id: str
    rationale_ids: tuple[str, ...] = ()
    condition: str = ""
    gold: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Drawn:
    """The items of a study before they have a place, the check items beside them."""

    regular: list[Draft]
    gold: list[Draft]
    notes: list[str]


def draw_texts(everything: Sequence[Instance], chosen: Sequence[Instance]) -> Drawn:
    """One item an instance; instances that were not chosen and have a label serve as checks."""
    taken = {i.id for i in chosen}
    spare = [i for i in everything if i.id not in taken and i.label is not None]
    known = spare or [i for i in chosen if i.label is not None]
    notes = [] if spare else ["check items come from the same instances: none were left over"]
    gold = [Draft(i.id, gold={"label": i.label}) for i in known]
    notes = notes if known else ["no instance has a label: no check items"]
    return Drawn([Draft(i.id) for i in chosen], gold, notes)


def draw_rationales(
    project: Project, run_id: str, explainers: Sequence[str], chosen: Sequence[Instance]
) -> Drawn:
    """One item a rationale of the chosen instances; rationales drawn at random serve as checks.

    A random rationale that is rated very convincing says something of who rated it.
    """
    ids = {i.id for i in chosen}
    stored = rationales.read(project.engine, run_id, (*explainers, "random"))
    found = [r for r in stored if r.instance_id in ids]
    missing = set(explainers) - {r.explainer for r in found}
    if missing:
        raise NotFound(
            f"run {run_id} has no rationales by {', '.join(sorted(missing))} for these "
            'instances; run "konkyo explain" first'
        )
    regular = [_draft(r) for r in found if r.explainer in explainers]
    gold = [_draft(r, {"convincing": {"max": 3}}) for r in found if r.explainer == "random"]
    notes = [] if gold else ["no random rationales were found: no check items"]
    return Drawn(regular, gold, notes)


def sample(pool: Sequence[Instance], wanted: int | None, seed: int) -> list[Instance]:
    """`wanted` instances drawn with the seed, all of them without a number."""
    if wanted is None:
        return list(pool)
    if not 1 <= wanted <= len(pool):
        raise UsageError(f"--items {wanted}: there are {len(pool)} instances to draw from")
    return random.Random(f"plan:{seed}").sample(list(pool), wanted)


def _draft(rationale: Rationale, gold: Mapping[str, Any] | None = None) -> Draft:
    return Draft(rationale.instance_id, (rationale.id,), rationale.explainer, gold)


def spread(
    campaign: Campaign, drawn: Drawn, settings: StudySettings, seed: int
) -> tuple[list[Hit], list[Item]]:
    """HITs with their items: no instance twice on one page, check items at random places."""
    rng = random.Random(f"spread:{seed}")
    n_gold = min(settings.gold_per_hit if drawn.gold else 0, settings.items_per_hit - 1)
    pages = _pages(drawn.regular, settings.items_per_hit - n_gold, rng)
    checks = rng.sample(drawn.gold, len(drawn.gold))
    hits: list[Hit] = []
    items: list[Item] = []
    deck = deque(checks)
    for number, page in enumerate(pages):
        shown = [*page, *_checks(deck, n_gold, {d.instance_id for d in page})]
        rng.shuffle(shown)
        hits.append(_hit(campaign, number))
        items += [_item(campaign, hits[-1], place, d) for place, d in enumerate(shown)]
    return hits, items


def _pages(drafts: Sequence[Draft], size: int, rng: random.Random) -> list[list[Draft]]:
    """Pages of at most `size` drafts, no instance twice on one page, and no page more than needed.

    Instances with most drafts left go first; among equals, chance decides.
    """
    piles: dict[str, list[Draft]] = {}
    for draft in rng.sample(list(drafts), len(drafts)):
        piles.setdefault(draft.instance_id, []).append(draft)
    waiting = [(-len(pile), rng.random(), name) for name, pile in piles.items()]
    heapq.heapify(waiting)
    pages: list[list[Draft]] = []
    while waiting:
        drawn = [heapq.heappop(waiting) for _ in range(min(size, len(waiting)))]
        pages.append([piles[name].pop() for _, _, name in drawn])
        for _, chance, name in drawn:
            if piles[name]:
                heapq.heappush(waiting, (-len(piles[name]), chance, name))
    return pages


def _checks(deck: deque[Draft], wanted: int, taken: set[str]) -> list[Draft]:
    """The next check items of instances that are not taken; they go to the end of the deck."""
    drawn: list[Draft] = []
    passed: list[Draft] = []
    while deck and len(drawn) < wanted:
        draft = deck.popleft()
        fits = draft.instance_id not in taken | {d.instance_id for d in drawn}
        (drawn if fits else passed).append(draft)
    deck.extendleft(reversed(passed))
    deck.extend(drawn)
    return drawn


def _hit(campaign: Campaign, number: int) -> Hit:
    namespace = uuid.UUID(campaign.id)
    return Hit(
        id=uuid.uuid5(namespace, f"hit:{number}").hex,
        campaign_id=campaign.id,
        position=number,
        request_token=uuid.uuid5(namespace, f"CreateHIT:{number}").hex,
    )


def _item(campaign: Campaign, hit: Hit, place: int, draft: Draft) -> Item:
    return Item(
        id=uuid.uuid5(uuid.UUID(campaign.id), f"item:{hit.position}:{place}").hex,
        campaign_id=campaign.id,
        instance_id=draft.instance_id,
        hit_id=hit.id,
        position=place,
        rationale_ids=draft.rationale_ids,
        presentation="heat" if draft.rationale_ids else "plain",
        condition=draft.condition,
        order=place,
        gold=draft.gold,
    )
