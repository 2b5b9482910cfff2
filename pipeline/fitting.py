"""Pages that are larger than a market takes, divided until each fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from db.errors import UsageError
from db.records import Campaign
from db.words import counted
from hits.render import PageTooLarge
from hits.studies.panels import ShownItem
from pipeline.drawing.base import Draft
from pipeline.drawing.spread import placed
from pipeline.pages import Pages
from pipeline.project import Project


class Seen(NamedTuple):
    """A draft, and what a page shows of it."""

    draft: Draft
    shown: ShownItem


def fitted(
    project: Project, campaign: Campaign, laid: Sequence[Sequence[Draft]]
) -> tuple[list[list[Draft]], tuple[str, ...]]:
    """The pages, those that are too large divided, and a note that says how many were.

    Every page is composed as it will be shown, so that what cannot be shown is refused here. An
    item that is too large by itself is refused, as is a page of phases: they belong together.
    """
    hits, items = placed(campaign, laid)
    pages = Pages(project, campaign, items)
    found: list[list[Draft]] = []
    n_divided = 0
    for drafts, shown in zip(laid, pages.each(hits), strict=True):
        page = [Seen(*pair) for pair in zip(drafts, shown, strict=True)]
        parts = _parts(pages, page)
        n_divided += len(parts) > 1
        found += [[one.draft for one in part] for part in parts]
    if not n_divided:
        return found, ()
    note = (
        f"{counted(n_divided, 'page was', 'pages were')} too large for one HIT and "
        f"{'was' if n_divided == 1 else 'were'} divided: {counted(len(found), 'HIT')} "
        f"instead of {len(laid)}"
    )
    return found, (note,)


def _parts(pages: Pages, page: list[Seen]) -> list[list[Seen]]:
    try:
        pages.sent([one.shown for one in page])
    except PageTooLarge as error:
        halves = _halves(page)
        if not halves:
            raise UsageError(f"{error}; or choose another flavour with [market] flavour") from error
        return [part for half in halves for part in _parts(pages, half)]
    return [page]


def _halves(page: list[Seen]) -> list[list[Seen]]:
    """Two pages out of one: practice on both, repeats with what they repeat; [] where it cannot be.

    Of a page with one regular item the checks are left behind: nobody is paid for checks alone.
    """
    middle = [one for one in page if one.draft.role in ("regular", "check")]
    if len(middle) < 2 or any(one.draft.phase for one in page):
        return []
    practice = [one for one in page if one.draft.role == "practice"]
    repeats = {one.draft.instance_id: one for one in page if one.draft.role == "repeat"}
    halves = []
    for half in (middle[: len(middle) // 2], middle[len(middle) // 2 :]):
        ids = [one.draft.instance_id for one in half if one.draft.role == "regular"]
        if not ids:
            continue
        halves.append([*practice, *half, *(repeats[i] for i in ids if i in repeats)])
    return halves
