"""`highlight`: every instance once, and checks that teach nobody what they are asked elsewhere."""

from __future__ import annotations

import pytest

from db.errors import UsageError
from tests.pipeline.drawing.conftest import MakeDesk


def test_checks_come_from_instances_that_were_not_drawn(make_desk: MakeDesk) -> None:
    desk = make_desk()
    items = desk.items(desk.plan("highlight", items=20))
    regular = {i.instance_id for i in items if i.role == "regular"}
    checks = [i for i in items if i.role == "check"]
    assert len(regular) == 20 and not regular & {i.instance_id for i in checks}
    assert all(i.gold == {"label": desk.instances[i.instance_id].label} for i in checks)


def test_practice_and_checks_are_of_different_instances(make_desk: MakeDesk) -> None:
    desk = make_desk(settings="[study]\nitems_per_hit = 6\npractice_per_hit = 2\n")
    items = desk.items(desk.plan("highlight", items=40))
    taught, checked, regular = (
        {i.instance_id for i in items if i.role == role}
        for role in ("practice", "check", "regular")
    )
    assert taught and checked
    assert not taught & checked and not (taught | checked) & regular


def test_an_answer_that_practice_shows_is_not_asked_for(make_desk: MakeDesk) -> None:
    """Where all instances are drawn, checks are of the same; practice would give answers away."""
    desk = make_desk(settings="[study]\nitems_per_hit = 6\npractice_per_hit = 1\n")
    planned = desk.plan("highlight")
    roles = {i.role for i in desk.items(planned)}
    assert roles == {"regular", "check"}
    assert any("no practice items" in note for note in planned.notes)


def test_a_page_without_room_for_the_study_is_refused(make_desk: MakeDesk) -> None:
    settings = "[study]\nitems_per_hit = 4\npractice_per_hit = 2\nrepeats_per_hit = 1\n"
    with pytest.raises(UsageError, match="items_per_hit = 4 has no place for an item"):
        make_desk(settings=settings).plan("highlight")


def test_instances_without_labels_have_no_checks_and_say_so(make_desk: MakeDesk) -> None:
    desk = make_desk(unlabelled=60)
    planned = desk.plan("highlight", items=20)
    assert planned.gold == 0
    assert "no instance has a label: no check items" in planned.notes


def test_a_known_answer_that_cannot_be_chosen_is_refused(make_desk: MakeDesk) -> None:
    settings = '[study.options.highlight]\nlabels = ["good", "bad"]\n'
    with pytest.raises(UsageError, match="'negative', which .* labels does not offer"):
        make_desk(settings=settings).plan("highlight", items=10)


@pytest.mark.parametrize("kind", ["image", "row"])
def test_sentences_are_of_texts(kind: str, make_desk: MakeDesk) -> None:
    desk = make_desk(kind, settings='[study.options.highlight]\nunit = "sentence"\n')
    with pytest.raises(UsageError, match='unit = "sentence" marks sentences'):
        desk.plan("highlight")


def test_regions_are_of_one_kind(make_desk: MakeDesk) -> None:
    desk = make_desk("image", settings='[study.options.highlight]\nmark_labels = ["a", "b"]\n')
    with pytest.raises(UsageError, match="marked in one way only"):
        desk.plan("highlight")


def test_repeats_show_items_of_their_page_again(make_desk: MakeDesk) -> None:
    desk = make_desk(settings="[study]\nitems_per_hit = 5\nrepeats_per_hit = 2\n")
    pages: dict[str, dict[str, list[str]]] = {}
    for item in desk.items(desk.plan("highlight", items=20)):
        pages.setdefault(item.hit_id, {}).setdefault(item.role, []).append(item.instance_id)
    for page in pages.values():
        assert page["repeat"] == [i for i in page["regular"] if i in page["repeat"]]
        assert len(set(page["repeat"])) == 2
