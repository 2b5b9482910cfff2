"""Strengths from a campaign of comparisons: those that the answers were drawn with come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from db.errors import DataError, UsageError
from db.records import Item
from db.store import instances
from pipeline.aggregate_named import named_of_campaign
from pipeline.aggregate_pairs import Ranked, _as_shown, comparisons_of, ranked_campaign
from pipeline.plan import Planned, PlanRequest, plan
from pipeline.project import Project, init_project, open_project
from tests.pipeline.answering import answer
from tests.pipeline.drawing.desk import Desk, texts_desk
from tests.support.data import reviews

SETTINGS = '[study]\nitems_per_hit = 10\nreward = "0.01"\n[market]\ncap = "1000.00"\n'
STRENGTH = {"attention": 1.0, "gradient": 0.0, "random": -1.0}
SIDE, TIES = 0.8, 0.25
MakeProject = Callable[..., Project]


def compared(make_project: MakeProject, *, ties: bool = True, n: int = 40) -> tuple[Desk, Planned]:
    """Three explainers side by side on every review, as `konkyo plan` draws it."""
    more = "" if ties else "[study.options.compare]\ntie = false\n"
    desk = texts_desk(make_project(SETTINGS + more))
    return desk, desk.plan("compare", explainers=tuple(STRENGTH), items=n)


def people_who_prefer(seed: int, ties: float = TIES) -> Callable[[int, Item], dict[str, str]]:
    """Answers of the model itself: the first wins with expit(λ_first − λ_second + δ)."""
    random = np.random.default_rng(seed)

    def say(_worker: int, item: Item) -> dict[str, str]:
        if item.condition == "same":
            return {"better": "equal"}
        names = item.condition.split(" / ")
        first, second = names if item.side == "ab" else reversed(names)
        if random.random() < ties:
            return {"better": "equal"}
        wins = random.random() < expit(STRENGTH[first] - STRENGTH[second] + SIDE)
        return {"better": "first" if wins else "second"}

    return say


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Ranked:
    """120 items, 12 people: 1,440 comparisons."""
    folder = tmp_path_factory.mktemp("compared")
    (folder / "konkyo.toml").write_text(SETTINGS)
    init_project(folder)
    desk, planned = compared(lambda _settings: open_project(folder))
    answer(desk.project, planned, 12, people_who_prefer(1))
    found = ranked_campaign(desk.project, "c", "bradley_terry")
    desk.project.engine.dispose()
    return found


def test_strengths_come_back_in_order_and_within_their_intervals(ranked: Ranked) -> None:
    assert list(ranked.result.things.index) == ["attention", "gradient", "random"]
    for over in ("units", "workers", "both"):
        found = {e.subject: e for e in ranked.estimates if e.over == over and e.name == "strength"}
        for name, truth in STRENGTH.items():
            assert found[name].low < truth < found[name].high, (over, name)
            assert found[name].high - found[name].low < 1


def test_the_side_shown_first_and_ties_are_told_from_strength(ranked: Ranked) -> None:
    (side,) = [e for e in ranked.estimates if e.name == "side" and e.over == "workers"]
    assert side.low < SIDE < side.high and side.low > 0
    # In every comparison of three on 40 texts by 12 people; a quarter of them ties.
    assert side.n_units == 40 and side.n_workers == 12 and side.n_judgements == 1440
    ties = ranked.result.things["ties"].sum() / 2
    assert ties / 1440 == pytest.approx(TIES, abs=4 * np.sqrt(TIES * (1 - TIES) / 1440))


def test_the_table_says_what_stood_first_and_what_won(make_project: MakeProject) -> None:
    desk, planned = compared(make_project, n=10)
    answer(desk.project, planned, 2, people_who_prefer(3))
    table, again = comparisons_of(desk.project, planned.campaign)
    items = {item.id: item for item in desk.items(planned)}
    assert again == 0 and len(table) == 2 * 30
    assert set(table["item"]) == {i for i, item in items.items() if item.role == "regular"}
    for row in table.itertuples():
        item = items[row.item]
        # The rationale ids stand in the order shown: an independent reading of who was first.
        shown = [one.split("-")[0] for one in item.rationale_ids]
        assert [row.first, row.second] == shown
        assert row.unit == item.instance_id
        assert row.winner in (*shown, "")


def test_without_ties_nothing_is_said_of_them(make_project: MakeProject) -> None:
    desk, planned = compared(make_project, ties=False, n=10)
    answer(desk.project, planned, 10, people_who_prefer(2, ties=0))
    found = named_of_campaign(desk.project, "c", "bradley_terry")
    assert {e.name for e in found.estimates} == {"strength", "side"}
    assert set(found.table()["ties"]) == {0}


def test_names_that_no_comparison_joins_are_reported(make_project: MakeProject) -> None:
    names = ("attention", "constant", "gradient", "random")
    desk = texts_desk(make_project(SETTINGS), explainers=names)
    planned = desk.plan("compare", explainers=names, items=10)
    answered = ("attention / constant", "gradient / random")

    def say(worker: int, item: Item) -> dict[str, str]:
        return {"better": ("first", "second")[worker % 2]} if item.condition in answered else {}

    answer(desk.project, planned, 10, say)
    found = ranked_campaign(desk.project, "c", "bradley_terry")
    component = found.table().set_index("thing")["component"]
    assert component["attention"] == component["constant"] != component["gradient"]
    assert any("2 components that no chain of comparisons joins" in note for note in found.notes)


def test_outputs_are_compared_under_the_names_of_their_attributes(
    make_project: MakeProject,
) -> None:
    options = '[study.options.output]\nform = "compare"\noutputs = ["plain", "taught"]\n'
    project = make_project(SETTINGS + options)
    outputs = {"plain": "one", "taught": "two"}
    instances.add(project.engine, [replace(i, attributes=outputs) for i in reviews(20)[0]])
    planned = plan(project, PlanRequest("output", "o"))

    def taught_wins(worker: int, item: Item) -> dict[str, str]:
        texts = [output["text"] for output in item.shown["outputs"]]
        return {"better": ("first", "second")[texts.index("two") ^ (worker == 0)]}

    answer(project, planned, 4, taught_wins)  # three of four prefer it, whatever the side
    table = ranked_campaign(project, "o", "bradley_terry").table().set_index("thing")
    assert list(table.index) == ["taught", "plain"]
    assert (table.loc["taught", "wins"], table.loc["plain", "wins"]) == (60, 20)


@pytest.mark.parametrize(
    ("condition", "side"), [("a / b / c", "ab"), ("a", "ab"), ("a / b", ""), ("", "ba")]
)
def test_an_item_that_does_not_say_what_it_showed_is_named(condition: str, side: str) -> None:
    item = Item("i7", "c", "x", "h", 0, condition=condition, side=side)
    with pytest.raises(DataError, match="item 'i7' does not say which two things"):
        _as_shown(item)


def test_a_campaign_without_comparisons_is_refused(make_project: MakeProject) -> None:
    desk = texts_desk(make_project(SETTINGS))
    planned = desk.plan("rate", explainers=("attention",), items=5)
    answer(desk.project, planned, 1, lambda _worker, _item: {"convincing": 3})
    with pytest.raises(UsageError, match=r"campaign 'c' \(rate\) compared no two things"):
        ranked_campaign(desk.project, "c", "bradley_terry")


def test_a_second_answer_of_a_worker_is_left_out_and_counted(make_project: MakeProject) -> None:
    desk, planned = compared(make_project, n=5)
    answer(desk.project, planned, 1, lambda _worker, _item: {"better": "first"}, day=1)
    answer(desk.project, planned, 1, lambda _worker, _item: {"better": "second"}, day=2)
    table, again = comparisons_of(desk.project, planned.campaign)
    assert (len(table), again) == (15, 15)
    assert (table["winner"] == table["first"]).all()
    found = ranked_campaign(desk.project, "c", "bradley_terry")
    assert found.excluded == {"judged twice by the same worker (first kept)": 15}
