"""What could tell who a worker is, found in words and blocked out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.store.identities import Identities
from pipeline.release.privacy import BLOCK, Privacy, redacted

KNOWN = Identities(
    frozenset({"x7-tilde", "annabel", "worker77", "ann", "1", "anonymous:c:1"}),
    frozenset({"w0123456789abcdef"}),
)
OURS = "0123456789abcdef01234567"


def kinds(text: str, scope: str = "said") -> list[str]:
    return [one.kind for one in Privacy(KNOWN, [OURS]).found(text, scope)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I am A1B2C3D4E5F6G.", "id in the form of Mechanical Turk's"),  # A and 12 more
        ("I am A1B2C3D4E5F6G7H.", "id in the form of Mechanical Turk's"),  # A and 14 more
        ("i am a1b2c3d4e5f6g7", "id in the form of Mechanical Turk's"),  # as answers are compared
        ("(5f1a2b3c4d5e6f7a8b9c0d1e)", "id in the form of Prolific's"),
        ("write to jo.doe+x@mail.example.org!", "e-mail address"),
        ("jürgen@müller.de", "e-mail address"),
        ("from 192.168.0.17, I think", "IP address"),
        ("from 2001:db8::ff00:42:8329", "IP address"),
        ("w0123456789abcdef said so", "pseudonym of a project"),
        ("wfedcba9876543210 said so", "pseudonym of a project"),  # of another project
        ("I am worker77", "platform worker id"),
        ("I am WORKER77", "platform worker id"),
        ("call me x7-tilde", "platform worker id"),
        ("annabel here", "platform worker id"),
        ("Annabel here", "platform worker id"),
        ("call me X7-TILDE", "platform worker id"),
        ("W0123456789ABCDEF said so", "pseudonym of a project"),
        ("sent at 2026-03-04 05:06:07", "exact time"),
        ("sent 21/11/2026 13:05", "exact time"),
        ("sent 21.11.2026, 13:05", "exact time"),
        ("sent 20261121T130510Z", "exact time"),
        ("sent 20261121t130510z", "exact time"),  # as answers are compared
        ("sent Nov 21, 2026 1:05 pm", "exact time"),
        ("sent November 21st 2026 at 1 pm", "exact time"),
        ("sent 21 Nov 2026 13:05", "exact time"),
        ("sent at 2026-03-04T05:06Z", "exact time"),
    ],
)
def test_what_names_a_worker_is_found(text: str, kind: str) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "ADMINISTRATION and Accommodation2",
        "ADMINISTRATION and ABCDEFGHIJKLM are words in capitals",
        "A1B2C3D4E5F and A1B2C3D4E5F6G7H8I9 are too short and too long",
        f"{OURS} is an instance of ours",
        "version 1.2.3, chapter 1.2.3.4.5, at 10:20:30, std::cout, 999.1.1.1",
        "ann bought 1 thing; workers 77; xworker77x",
        "me @ home, @handle, a@b",
        "anonymous:c:1",
        "on 2026-03-04",
        "on 21/11/2026, on Nov 21, 2026, in 12/2026 13:05, code 20261121T13",
        "on 21/11/2026, 3.50 in all",
        "anna bell, workers 7 7",
    ],
)
def test_what_names_nobody_is_left_alone(text: str) -> None:
    assert kinds(text) == []


def test_in_the_data_a_name_may_be_a_word_and_a_time_belongs_to_the_text() -> None:
    text = "annabel, sent 2026-03-04 05:06:07, by worker77"
    assert kinds(text, "data") == ["platform worker id"]


@given(st.text(), st.sampled_from(["A1B2C3D4E5F6G7", "x7-tilde", "jo@example.org"]), st.text())
def test_an_id_is_found_wherever_it_stands_and_blocked_out_in_place(
    before: str, identity: str, after: str
) -> None:
    text = f"{before} {identity} {after}"
    privacy = Privacy(KNOWN)
    clean = redacted(text, privacy.found(text, "said"))
    assert identity not in clean
    assert len(clean) == len(text)
    assert [c.isspace() for c in clean] == [c.isspace() for c in text]
    assert privacy.found(clean, "said") == []


def test_redaction_leaves_the_rest_as_it_was() -> None:
    text = "mail jo@example.org or ring"
    found = Privacy(KNOWN).found(text, "said")
    assert redacted(text, found) == f"mail {BLOCK * 14} or ring"


@pytest.mark.parametrize(
    "hidden",
    [
        "\uff57\uff4f\uff52\uff4b\uff45\uff52\uff17\uff17",  # full-width letters
        "wor\u200bker\u00ad77",  # a zero-width space and a soft hyphen
        "wo\u0308rke\u0301r77",  # combining marks
        "w\u00f6rk\u00e9r77",  # the same as single characters
        "&#119;orker&#x37;7",
        "%77orker7%37",
        "%2577orker77",  # a percent sign that is encoded itself
        "&amp;#119;orker77",
        "work er_7-7",
        "WORK\u2011ER\u00a077",  # a dash and a space that do not break
    ],
)
@pytest.mark.parametrize("scope", ["said", "data"])
def test_a_known_id_is_found_in_disguise_and_all_of_it_blocked_out(hidden: str, scope: str) -> None:
    text = f"I am {hidden}, ok"
    found = Privacy(KNOWN).found(text, scope)  # type: ignore[arg-type]
    assert [one.kind for one in found] == ["platform worker id"]
    blocked = "".join(c if c.isspace() else BLOCK for c in hidden)
    assert redacted(text, found) == f"I am {blocked}, ok"


def test_an_encoded_address_is_an_address() -> None:
    assert kinds("mail jo&#64;example.org or jo%40example.org") == ["e-mail address"] * 2


def test_letters_that_only_look_alike_and_codes_are_not_seen_through() -> None:
    # Cyrillic o, base64 of worker77, worker77 backwards: docs/releases.md says so.
    assert kinds("w\u043erker77, d29ya2VyNzc=, 77rekrow") == []


def test_an_id_of_words_taken_apart_is_looked_for_in_answers_alone() -> None:
    privacy = Privacy(Identities(frozenset({"mary-jane", "someoneelse"}), frozenset()))
    for text in ("mary jane", "some one else"):
        assert [one.kind for one in privacy.found(text, "said")] == ["platform worker id"]
        assert privacy.found(text, "data") == []
    assert len(privacy.found("Mary-Jane", "data")) == 1
