"""What was found: sentences by rule, judged by the widest interval and by the controls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_sample import agreement, ratings, teaching

from analysis.report.content import Agreement, Alignment, Difference, Ratings, ReportContent
from analysis.report.findings.agreement import agreement_finding
from analysis.report.findings.alignment import alignment_finding
from analysis.report.findings.ratings import ratings_finding
from analysis.report.findings.summary import findings
from analysis.report.findings.teaching import teaching_finding
from db.records import Estimate


def alpha(low: float, high: float) -> Agreement:
    """Alpha with a narrow interval over units and the given one over workers."""
    value = (low + high) / 2
    return Agreement(
        (
            Estimate("alpha", value, low=value - 0.001, high=value + 0.001, over="units"),
            Estimate("alpha", value, low=low, high=high, over="workers"),
        )
    )


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.81, 0.9, "agree reliably"),
        (0.7, 0.9, "agree well enough for tentative conclusions"),
        (0.5, 0.7, "whether reliably is not settled"),
        (0.2, 0.5, "but not reliably"),
        (-0.1, 0.3, "not shown to agree beyond chance"),
    ],
)
def test_alpha_is_judged_by_its_widest_interval(low: float, high: float, answer: str) -> None:
    found = agreement_finding(alpha(low, high), "real")
    assert found is not None and answer in found.answer


def test_the_headline_names_the_estimate() -> None:
    found = agreement_finding(replace(agreement(), headline="pairwise_f1"), "real")
    assert found is not None and found.answer == "Workers reach 0.523 on Pairwise F1."


def test_simulated_workers_are_named_in_every_question(sample: ReportContent) -> None:
    questions = [finding.question for finding in findings(sample)]
    assert len(questions) == 4
    assert all("simulated workers" in question for question in questions)


def scored(**subjects: tuple[float, float]) -> Alignment:
    """Token F1 with an interval for each subject."""
    return Alignment(
        tuple(
            Estimate("token_f1", (low + high) / 2, low=low, high=high, over="units", subject=name)
            for name, (low, high) in subjects.items()
        )
    )


@pytest.mark.parametrize(
    ("best", "answer"),
    [
        ((0.25, 0.35), "Not shown: the best explainer is not clearly better than random marks."),
        ((0.4, 0.5), "In part: better than random marks, not as well as people among themselves."),
        ((0.5, 0.65), "how it stands to people among themselves is not settled."),
        ((0.8, 0.9), "Yes: better than random marks, and above people among themselves."),
    ],
)
def test_the_best_explainer_stands_between_floor_and_ceiling(
    best: tuple[float, float], answer: str
) -> None:
    content = scored(random=(0.28, 0.3), lime=best, gradient=(0.1, 0.2), people=(0.6, 0.7))
    found = alignment_finding(content, "real")
    assert found is not None and answer in found.answer
    assert "LIME, the best of 2 explainers" in found.details[0]


def test_a_paired_difference_is_better_evidence_than_two_intervals() -> None:
    content = scored(random=(0.2, 0.4), lime=(0.35, 0.5), people=(0.6, 0.7))
    paired = Estimate("token_f1", 0.12, low=0.08, high=0.16, subject="lime")
    found = alignment_finding(replace(content, differences=(Difference(paired, "random"),)), "real")
    assert found is not None and found.answer.startswith("In part")


def test_without_a_floor_nothing_is_judged() -> None:
    found = alignment_finding(scored(lime=(0.4, 0.5)), "real")
    assert found is not None and found.answer.startswith("There is no interval or no floor")


def test_a_divergence_is_best_when_it_is_small() -> None:
    estimates = [
        Estimate("js_divergence", v, low=v - 0.02, high=v + 0.02, over="units", subject=s)
        for s, v in (("random", 0.6), ("lime", 0.4), ("gradient", 0.5), ("people", 0.3))
    ]
    found = alignment_finding(Alignment(tuple(estimates)), "real")
    assert found is not None
    assert found.details[0].startswith("LIME") and found.answer.startswith("In part")


def rated(**subjects: tuple[float, float] | None) -> Ratings:
    """A mean rating for each subject, with a narrow interval over units and the given one."""
    estimates = []
    for name, ends in subjects.items():
        low, high = ends or (2.9, 3.1)
        middle = (low + high) / 2
        estimates.append(Estimate("mean rating", middle, subject=name))
        if ends is not None:
            for over, half in (("units", 0.01), ("both", (high - low) / 2)):
                estimates.append(
                    replace(estimates[-1], low=middle - half, high=middle + half, over=over)  # type: ignore[arg-type]
                )
    return Ratings(tuple(estimates), "How convincing?", 5)


@pytest.mark.parametrize(
    ("others", "answer"),
    [
        ({}, "Only those of LIME were rated."),
        ({"gradient": (3.0, 3.4)}, "clearly: the interval lies above every other."),
        (
            {"gradient": (3.4, 3.7)},
            "Those of LIME, but the interval does not part from that of gradient.",
        ),
        # the next one parts, but the third, whose interval is wide, does not
        ({"gradient": (3.2, 3.4), "random": (2.4, 3.8)}, "not part from that of random marks."),
        ({"gradient": (3.0, 3.7), "occlusion": (3.1, 3.4)}, "from that of gradient."),
        ({"gradient": (3.3, 3.6), "occlusion": (3.4, 3.52)}, "those of occlusion and gradient."),
        ({"gradient": None}, "but not every mean has an interval to judge by."),
        ({"gradient": (3.5, 4.1)}, "Those of LIME and gradient have the same mean rating."),
    ],
)
def test_the_highest_rating_is_judged_by_whether_widest_intervals_part(
    others: dict[str, tuple[float, float] | None], answer: str
) -> None:
    found = ratings_finding(rated(lime=(3.5, 4.1), **others), "real")
    assert found is not None and found.answer.endswith(answer)


def test_the_highest_rated_and_the_next_are_told_with_their_intervals() -> None:
    found = ratings_finding(ratings(), "real")
    assert found is not None
    assert found.answer == (
        "Those of people, but the interval does not part from that of integrated gradients."
    )
    # half-width over units and workers in the sample: 3.4 × 0.05 = 0.17
    over = "over units and workers)"
    assert found.details[:2] == (
        f"People: mean rating 3.610 (95% interval 3.440 to 3.780 {over} on a scale from 1 to 5.",
        f"Integrated gradients: mean rating 3.420 (95% interval 3.250 to 3.590 {over} (dashed).",
    )


def test_marks_of_simulated_workers_are_not_called_those_of_people() -> None:
    found = ratings_finding(ratings(), "simulated")
    assert found is not None and found.answer.startswith("Those of simulated workers")


def test_ratings_without_a_defined_mean_allow_no_answer() -> None:
    undefined = Estimate("mean rating", None, subject="lime", note="nobody rated it")
    found = ratings_finding(Ratings((undefined,), "How convincing?", 5), "real")
    assert found is not None
    assert (found.answer, found.details) == ("This cannot be said.", ("Nobody rated it.",))
    assert ratings_finding(Ratings((), "How convincing?", 5), "real") is None


def test_teaching_tells_alignment_and_task_apart() -> None:
    found = teaching_finding(teaching(), "real")
    assert found is not None
    assert found.answer == "Alignment with people improves; performance on the task improves."
    assert any("control “shuffled”" in d and "helps more" in d for d in found.details)


def test_a_gain_that_a_control_shares_is_not_credited_to_people() -> None:
    content = teaching()
    shared = tuple(
        replace(d, estimate=replace(d.estimate, low=-0.1, high=0.3))
        if d.against == "shuffled"
        else d
        for d in content.differences
    )
    found = teaching_finding(replace(content, differences=shared), "real")
    assert found is not None and "not shown to beat shuffled rationales" in found.answer


def test_without_a_control_the_reader_is_told() -> None:
    content = teaching()
    alone = tuple(d for d in content.differences if d.against == "vanilla")
    found = teaching_finding(replace(content, differences=alone), "real")
    assert found is not None and any("No control was compared" in d for d in found.details)
