"""Names of one release: the same again, other ones elsewhere, and nothing to go back by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from db.store.workers import Pseudonyms
from pipeline.release.names import Names

KEY = Pseudonyms(b"k" * 32)


def test_a_worker_keeps_the_name_within_a_release_and_loses_it_in_the_next() -> None:
    assert Names(KEY, "v1").worker("w01") == Names(KEY, "v1").worker("w01")
    assert Names(KEY, "v1").worker("w01") != Names(KEY, "v2").worker("w01")


def test_another_project_gives_other_names_to_a_release_of_the_same_name() -> None:
    assert Names(KEY, "v1").worker("w01") != Names(Pseudonyms(b"q" * 32), "v1").worker("w01")


def test_a_name_is_no_pseudonym_of_the_project() -> None:
    name = Names(KEY, "v1").worker(KEY.of("A1B2C3D4E5F6G7"))
    assert name.startswith("p")
    assert name[1:] not in (KEY.of("A1B2C3D4E5F6G7")[1:], KEY.of("w01")[1:])


@given(st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=50), st.text(max_size=9))
def test_different_workers_have_different_names(people: list[str], release: str) -> None:
    names = Names(KEY, release)
    made = [names.worker(p) for p in people] + [names.item(p) for p in people]
    assert len(set(made)) == 2 * len(people)
