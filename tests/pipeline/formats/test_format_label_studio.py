"""Exports of Label Studio: spans of texts, shapes on pictures, choices, and who made them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from PIL import Image

from db.errors import ImportFailed
from db.masks import decode
from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions, whole

PLAIN = ReadOptions()
TEXT = "The soup\nwas cold."


def span(start: int, end: int, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": ["Evidence"]} | more
    return {"type": "labels", "from_name": "marks", "to_name": "text", "value": value}


def choice(*chosen: str, control: str = "sentiment") -> dict[str, Any]:
    return {"type": "choices", "from_name": control, "value": {"choices": list(chosen)}}


def by(worker: Any, *result: Any, **more: Any) -> dict[str, Any]:
    return {"completed_by": worker, "result": list(result)} | more


def task(*annotations: Any, data: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "data": {"text": TEXT} if data is None else data,
        "annotations": list(annotations),
    } | more


def imported(write: Any, *tasks: Any, options: ReadOptions = PLAIN) -> Imported:
    path = write(json.dumps(list(tasks)), "export.json")
    found: Imported = whole(READERS.load("label_studio")(path, options))
    return found


def said(found: Imported) -> list[tuple[str | None, dict[str, Any]]]:
    return [(a.worker, dict(a.values)) for a in found.annotations]


def test_spans_and_choices_of_several_people(write: Any) -> None:
    whole = {"text": TEXT, "label": "neg", "source": "menu", "worker_id": "A1", "n": 3}
    found = imported(
        write,
        task(
            by(4, span(13, 18, text="cold."), choice("neg")),
            by({"id": 5, "email": "a@b.c"}, span(4, 12, text="soup\\nwas"), span(0, 5)),
            by(6),
            data=whole,
        ),
    )
    (instance,) = found.instances
    assert (instance.label, dict(instance.attributes)) == ("neg", {"source": "menu"})
    assert said(found) == [
        ("4", {"label": "neg", "marks": [3]}),
        ("5", {"marks": [0, 1, 2]}),
        ("6", {"marks": []}),
    ]
    assert not found.notes
    assert not any("a@b.c" in a.raw for a in found.annotations)


def test_positions_count_code_points(write: Any) -> None:
    text = "\U0001f35c e\u0301te\u0301 \u05e9\u05dc"
    found = imported(write, task(by(1, span(2, 7, text="e\u0301te\u0301")), data={"text": text}))
    assert said(found) == [("1", {"marks": [1]})]
    assert not found.notes


def test_quotations_of_other_words_are_noted(write: Any) -> None:
    found = imported(write, task(by(1, span(0, 3, text="soup"))))
    assert found.notes == (
        "1 spans quote other words than stand at their positions, which were kept",
    )


def test_where_nobody_drew_nobody_was_asked_to(write: Any) -> None:
    found = imported(write, task(by(1, choice("neg")), by(2)))
    assert said(found) == [("1", {"label": "neg"})]
    assert found.skipped == {"annotations that say nothing of what is read here": 1}


def test_controls_are_told_apart_by_name(write: Any) -> None:
    other = span(0, 3) | {"from_name": "other"}
    one = task(by(1, span(4, 8), other, choice("a"), choice("b", control="topic")))
    assert said(imported(write, one))[0][1] == {"marks": [0, 1]}
    options = ReadOptions(label="topic", rationale="other")
    assert said(imported(write, one, options=options))[0][1] == {"label": "b", "marks": [0]}


def test_what_is_left_out_is_counted(write: Any) -> None:
    found = imported(
        write,
        task(
            by(1, span(0, 3), {"type": "hypertextlabels", "value": {}}, {"type": "relation"}),
            by(1, span(4, 8)),
            by(2, span(0, 3), was_cancelled=True),
            by(3, choice("a", "b")),
            predictions=[{"result": []}, {"result": []}],
        ),
    )
    assert said(found) == [("1", {"marks": [0]}), ("3", {"marks": []})]
    assert found.skipped == {
        "predictions of models": 2,
        "regions of the type 'hypertextlabels'": 1,
        "regions of the type 'relation'": 1,
        "second annotations by the same worker": 1,
        "annotations that were cancelled": 1,
        "annotations with several choices, of which no one is the label": 1,
    }


def test_pairs_and_other_fields(write: Any) -> None:
    data = {"premise": "a b", "hypothesis": "c d", "title": "t"}
    second = span(2, 3) | {"to_name": "hypothesis"}
    options = ReadOptions(text="premise", text_pair="hypothesis")
    found = imported(write, task(by(1, span(0, 1), second), data=data), options=options)
    assert said(found) == [("1", {"marks": [0, 3]})]
    assert found.instances[0].attributes == {"title": "t"}


def picture(write: Any, name: str = "images/soup.png") -> None:
    file = io.BytesIO()
    Image.new("L", (10, 4), 7).save(file, "PNG")
    write(file.getvalue(), name)


def drawn(kind: str, value: Any, **more: Any) -> dict[str, Any]:
    size = {"original_width": 10, "original_height": 4}
    return {"type": kind, "value": value} | size | more


def test_shapes_on_a_picture_are_percents_of_its_sides(write: Any) -> None:
    picture(write)
    address = "/data/upload/3/0123abcd-soup.png"
    box = {"x": 0, "y": 0, "width": 20, "height": 50, "rotation": 0, "rectanglelabels": ["x"]}
    corner = {"points": [[80, 50], [100, 50], [100, 100], [80, 100]], "polygonlabels": ["x"]}
    found = imported(
        write,
        task(
            by(1, drawn("rectanglelabels", box), drawn("polygonlabels", corner)),
            by(2, drawn("ellipse", {"x": 50, "y": 50, "radiusX": 10, "radiusY": 25})),
            data={"image": address},
        ),
        task(by(1, span(0, 3))),
    )
    first, second = (decode(a.values["marks"]).tolist() for a in found.annotations[:2])
    assert first == [[1, 1, *[0] * 8]] * 2 + [[*[0] * 8, 1, 1]] * 2
    # half axes of one pixel about (5, 2): the centres of the four pixels around it lie inside
    assert [sum(row) for row in second] == [0, 2, 2, 0]
    image, text = found.instances
    assert (image.kind, image.size, image.image) == ("image", (10, 4), None)
    assert found.load is not None
    assert found.load(image).image is not None
    assert found.load(text) is text


def test_pictures_that_are_missing_or_of_another_size(write: Any) -> None:
    box = {"x": 0, "y": 0, "width": 20, "height": 50}
    one = task(by(1, drawn("rectangle", box, original_width=20)), data={"image": "soup.png"})
    with pytest.raises(ImportFailed, match=r"task 1: the picture 'soup.png' is neither in"):
        imported(write, one)
    picture(write, "soup.png")
    with pytest.raises(ImportFailed, match="task 1: original_width is 20, that of the picture 10"):
        imported(write, one)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (task(by(1, span(0, 19))), "task 2: span .* ends beyond the text of 18"),
        (task(by(1, span(5, 5))), "task 2: span .* is empty or reversed"),
        (task(by(1, span(-1, 5))), "task 2: span .* is negative"),
        (task(by(1, span(0, 2.5))), "task 2: the field 'end' must hold whole numbers"),
        (task(by(1, {"type": "labels"})), "task 2: the field 'value' is missing"),
        (task(by(1, drawn("polygon", {"points": []}))), "type 'polygon' cannot lie in a text"),
        (task(by(1, choice("maybe"))), "task 2: label 'maybe' is not one of"),
        (task(data={}), "task 2: which field of 'data' is the text"),
        (task(data={"text": ""}), "task 2: the text is empty"),
        (task(data={"text": 1}), "task 2: the field 'text' must be a string"),
        ({"annotations": []}, "task 2: the field 'data' is missing"),
        (task(data={"text": "x"}, id=1), "task 2: the id '1' stands for something else on task 1"),
        (7, "task 2: a task must be an object, not a whole number"),
    ],
)
def test_faults_name_the_task(write: Any, broken: Any, problem: str) -> None:
    with pytest.raises(ImportFailed, match=problem):
        imported(write, task(by(1, span(0, 3)), id=1), broken, options=ReadOptions(labels=("a",)))


def test_files_that_are_no_exports(write: Any) -> None:
    for content, problem in [
        ('[{"data":\n', "line 2: is not valid JSON"),
        ("{}", "expected a list of tasks, found an object"),
        ("[]", "holds no records"),
    ]:
        with pytest.raises(ImportFailed, match=problem):
            whole(READERS.load("label_studio")(write(content, "export.json"), PLAIN))
