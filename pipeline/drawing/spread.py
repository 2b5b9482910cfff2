"""Which page every item of a campaign stands on, and where.

Everything is drawn with the campaign's seed. On each page stand, in this order: practice items,
then the regular items with the check items between them at random places, then repeats. Conditions
are mixed: a page takes of every instance the draft whose condition it has least of so far, so that
whoever does one HIT has met the conditions about equally often.
"""

from __future__ import annotations

import heapq
import random
import uuid
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

from db.errors import UsageError
from db.records import Campaign, Hit, Instance, Item
from db.words import counted
from pipeline.config import StudySettings
from pipeline.drawing.base import Draft, Drawn


def sample(pool: Sequence[Instance], wanted: int | None, seed: int) -> list[Instance]:
    """`wanted` instances drawn with the seed, all of them without a number."""
    if wanted is None:
        return list(pool)
    if not 1 <= wanted <= len(pool):
        raise UsageError(
            f"--items {wanted}: {counted(len(pool), 'instance')} can be drawn; "
            f"give a number from 1 to {len(pool)}"
        )
    return random.Random(f"plan:{seed}").sample(list(pool), wanted)


def spread(drawn: Drawn, settings: StudySettings, seed: int) -> list[list[Draft]]:
    """The drafts of every page, in the order in which they are shown."""
    if drawn.pages:
        return [list(page) for page in drawn.pages]
    rng = random.Random(f"spread:{seed}")
    checked, taught = _decks(drawn, settings, rng)
    n_gold = settings.gold_per_hit if checked else 0
    n_practice = settings.practice_per_hit if taught else 0
    n_extra = n_gold + n_practice + settings.repeats_per_hit
    if n_extra >= settings.items_per_hit:
        n_gold = min(n_gold, settings.items_per_hit - 1)
        n_practice = min(n_practice, settings.items_per_hit - 1 - n_gold)
    n_repeats = min(settings.repeats_per_hit, settings.items_per_hit - 1 - n_gold - n_practice)
    pages = _pages(drawn.regular, settings.items_per_hit - n_gold - n_practice - n_repeats, rng)
    laid = []
    for page in pages:
        taken = {d.instance_id for d in page}
        checks = _from(checked, n_gold, taken)
        practice = _from(taught, n_practice, taken | {d.instance_id for d in checks})
        mixed = [*page, *(replace(d, role="check") for d in checks)]
        rng.shuffle(mixed)
        # The earliest regular items come again last: so much as a page allows lies between.
        first = [d for d in mixed if d.role == "regular"][:n_repeats]
        laid.append(
            [
                *(replace(d, role="practice") for d in practice),
                *mixed,
                *(replace(d, role="repeat") for d in first),
            ]
        )
    return laid


def _decks(
    drawn: Drawn, settings: StudySettings, rng: random.Random
) -> tuple[deque[Draft], deque[Draft]]:
    """What checks and what practice items are taken from: none of it is in both.

    Practice shows the known answer. So it takes nothing that is asked about alike on another
    page, be it as a regular or as a check item, and nothing whose answer cannot be named.
    """
    known = rng.sample(list(drawn.known), len(drawn.known))
    asked = {(d.instance_id, d.rationale_ids) for d in drawn.regular}
    fit = [d for d in known if _can_be_named(d) and (d.instance_id, d.rationale_ids) not in asked]
    wanted = settings.practice_per_hit + settings.gold_per_hit
    share = settings.practice_per_hit / wanted if wanted else 0
    instances = list(dict.fromkeys(d.instance_id for d in fit))
    most = len({d.instance_id for d in known}) - (settings.gold_per_hit > 0)
    n_taught = min(max(1, round(share * len(instances))), most) if share else 0
    taught = set(instances[: max(0, n_taught)])
    return (
        deque(d for d in known if d.instance_id not in taught),
        deque(d for d in fit if d.instance_id in taught),
    )


def _can_be_named(draft: Draft) -> bool:
    """Whether a page can say what the known answer is: no range of points, no region."""
    return not any(isinstance(answer, Mapping) for answer in (draft.gold or {}).values())


def _pages(drafts: Sequence[Draft], size: int, rng: random.Random) -> list[list[Draft]]:
    """Pages of at most `size` drafts, no instance twice on one page, and no page more than needed.

    Instances with most drafts left go first; among equals, chance decides.
    """
    piles: dict[str, list[Draft]] = {}
    for draft in rng.sample(list(drafts), len(drafts)):
        piles.setdefault(draft.instance_id, []).append(draft)
    left = Counter(draft.condition for draft in drafts)
    waiting = [(-len(pile), rng.random(), name) for name, pile in piles.items()]
    heapq.heapify(waiting)
    pages: list[list[Draft]] = []
    while waiting:
        drawn = [heapq.heappop(waiting) for _ in range(min(size, len(waiting)))]
        pages.append(_mixed([piles[name] for _, _, name in drawn], left))
        for _, chance, name in drawn:
            if piles[name]:
                heapq.heappush(waiting, (-len(piles[name]), chance, name))
    return pages


def _mixed(piles: Sequence[list[Draft]], left: Counter[str]) -> list[Draft]:
    """Take a draft of each pile so that no condition stands on the page more often than needed.

    Whoever finds their condition full takes it from another pile that can do with another one
    (Kuhn's augmenting paths, 1955). Conditions of which most are left go first, and of two sides
    of a condition the one that the page has less of. `left` counts what all piles still hold.
    """
    most = -(-len(piles) // max(len({d.condition for pile in piles for d in pile}), 1))
    held: dict[str, list[int]] = {}
    for at in range(len(piles)):
        while not _settle(at, piles, held, most, left, set()):
            most += 1
    condition_of = {at: condition for condition, some in held.items() for at in some}
    sides: Counter[tuple[str, str]] = Counter()
    taken = []
    for at, pile in enumerate(piles):
        fitting = [n for n, draft in enumerate(pile) if draft.condition == condition_of[at]]
        chosen = min(fitting, key=lambda n: sides[pile[n].condition, pile[n].side])
        taken.append(pile.pop(chosen))
        sides[taken[-1].condition, taken[-1].side] += 1
        left[taken[-1].condition] -= 1
    return taken


def _settle(
    at: int,
    piles: Sequence[list[Draft]],
    held: dict[str, list[int]],
    most: int,
    left: Counter[str],
    tried: set[str],
) -> bool:
    """Find pile `at` a condition that fewer than `most` piles hold, moving others where needed."""
    there = dict.fromkeys(draft.condition for draft in piles[at])
    for condition in sorted(there, key=lambda one: (len(held.get(one, ())), -left[one])):
        if condition in tried:
            continue
        tried.add(condition)
        mine = held.setdefault(condition, [])
        if len(mine) < most:
            mine.append(at)
            return True
        for other in mine:
            if _settle(other, piles, held, most, left, tried):
                mine.remove(other)
                mine.append(at)
                return True
    return False


def _from(deck: deque[Draft], wanted: int, taken: set[str]) -> list[Draft]:
    """The next drafts of instances that are not taken; they go to the end of the deck."""
    drawn: list[Draft] = []
    passed: list[Draft] = []
    while deck and len(drawn) < wanted:
        draft = deck.popleft()
        fits = draft.instance_id not in taken | {d.instance_id for d in drawn}
        (drawn if fits else passed).append(draft)
    deck.extendleft(reversed(passed))
    deck.extend(drawn)
    return drawn


def placed(campaign: Campaign, pages: Sequence[Sequence[Draft]]) -> tuple[list[Hit], list[Item]]:
    """HITs and items of a campaign, with ids that follow from its own."""
    hits: list[Hit] = []
    items: list[Item] = []
    for number, page in enumerate(pages):
        hits.append(_hit(campaign, number))
        items += [_item(campaign, hits[-1], place, draft) for place, draft in enumerate(page)]
    return hits, items


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
        presentation=draft.presentation,
        condition=draft.condition,
        side=draft.side,
        order=place,
        gold=draft.gold,
        role=draft.role,
        shown=draft.shown,
        phase=draft.phase,
    )
