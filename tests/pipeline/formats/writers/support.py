"""Records to write: by hand, and drawn from all of Unicode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from db.records import HumanRationale, Instance
from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions, whole
from pipeline.formats.instances import Description, pair_instance, text_instance
from pipeline.formats.tokens import as_offsets
from pipeline.formats.writers.base import Record, Said

TRICKY = (
    "e\u0301te\u0301 a\u0308",  # combining marks, which are characters of their own
    "\u05e9\u05dc\u05d5\u05dd \u202b\u05e2\u05d5\u05dc\u05dd\u202c",  # right to left, with marks of direction
    "\U0001f469\u200d\U0001f52c ok",  # outside the basic plane, joined
    'a "quoted, cell"\nand\r\nlines\ttabs',
    "line\u2028separator \u0085next",
    "=1+1 *stars* \\n",
    "nul\0byte",
)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
texts = (st.sampled_from(TRICKY) | st.lists(words, min_size=1, max_size=5).map(" ".join)).filter(
    lambda text: bool(text.split()) and not text.lower().endswith((".png", ".gif"))
)
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)


def said(n_tokens: int, *, asked: bool = False) -> st.SearchStrategy[Said]:
    """An annotation; `asked`: with marks in any case."""
    marks = st.sets(st.integers(0, n_tokens - 1)).map(sorted)
    required = {"marks": marks} if asked else {}
    optional = {"label": names} if asked else {"label": names, "marks": marks}
    values = st.fixed_dictionaries(required, optional=optional).filter(bool)
    return st.builds(Said, st.none() | names, values)


@st.composite
def record_lists(
    draw: Any, *, kinds: tuple[str, ...] = ("text", "pair"), own_tokens: bool, asked: bool = False
) -> list[Record]:
    """Records of different instances, each person at most once on each of them."""
    kind = draw(st.sampled_from(kinds))
    drawn = draw(
        st.lists(st.tuples(texts, texts), min_size=1, max_size=4, unique_by=lambda t: t[0])
    )
    return [draw(_record(kind, *pair, own_tokens, asked)) for pair in drawn]


@st.composite
def _record(draw: Any, kind: str, text: str, pair: str, own: bool, asked: bool) -> Record:
    about: Description = {"label": draw(st.none() | names), "split": draw(st.none() | names)}
    if own:
        about["attributes"] = draw(st.dictionaries(names, words, max_size=2))
    offsets = as_offsets([(n, n + 1) for n in range(len(text))]) if own else None
    instance = text_instance(text, about, offsets)
    if kind == "pair":
        instance = pair_instance(text, pair, about, offsets)
    several = st.lists(
        said(instance.n_tokens, asked=asked),
        max_size=3,
        unique_by=lambda one: one.worker or object(),
    )
    return Record(instance, annotations=tuple(draw(several)))


def example(text: str = "The soup was cold.", label: str | None = "negative") -> Record:
    """Two people, a consensus and a model on one text of four words."""
    about: Description = {"label": label, "split": "test", "attributes": {"source": "menu"}}
    instance = text_instance(text, about)
    units = instance.n_tokens
    certain = np.ones(units, np.float32)
    soft = np.linspace(0, 1, units, dtype=np.float32)
    human = HumanRationale("c", instance.id, "majority", soft, certain, 2, "negative", 1.0)
    people = (Said("p1", {"label": "negative", "marks": [1, 3]}), Said("p2", {"marks": []}))
    return Record(instance, human, people, {"attention": np.full(units, 0.1, np.float32)})


def content(instance: Instance) -> tuple[Any, ...]:
    """All of an instance, in a form that can be compared."""
    second = None if instance.offsets_pair is None else instance.offsets_pair.tolist()
    named = (instance.label, instance.split, dict(instance.attributes))
    return (
        instance.id,
        instance.text,
        instance.text_pair,
        instance.offsets.tolist(),
        second,
        named,
    )


def told(records: list[Record]) -> list[tuple[str, str | None, dict[str, Any]]]:
    """Who said what, of records."""
    return [(r.instance.id, s.worker, dict(s.values)) for r in records for s in r.annotations]


def read(name: str, path: Path) -> Imported:
    """All of a file or folder, by the reader of the format."""
    return whole(READERS.load(name)(path, ReadOptions()))


def read_back(found: Imported) -> list[tuple[str, str | None, dict[str, Any]]]:
    """Who said what, of what was read."""
    return [(a.instance_id, a.worker, dict(a.values)) for a in found.annotations]
