"""SimplePlurality/2011-09-01: how far the submissions of a HIT agree with each other.

A question's answer is agreed when the share of workers who gave the most frequent one is above
the threshold. The HIT's score is the share of its questions that have one; a worker's score is
the share of those on which they agreed with it. Percentages are rounded down. Where two answers
are equally frequent neither is a plurality, and the question has no agreed answer.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hits.endpoint.reviews.given_answers import Answers
from hits.endpoint.reviews.policy import Policy


@dataclass(frozen=True)
class Agreement:
    """Per question the agreed answer and its share in percent; the HIT's and workers' scores.

    `workers` has None for a worker when no question has an agreed answer.
    """

    agreed: dict[str, tuple[frozenset[str], int]]
    hit_score: int
    workers: dict[str, int | None]


def agreement(policy: Policy, submissions: Mapping[str, Answers]) -> Agreement:
    """Of submissions (assignment id → answers), at least one."""
    threshold = policy.numbers["QuestionAgreementThreshold"]
    agreed = {}
    for question in policy.questions:
        found = _plurality([given.get(question) for given in submissions.values()])
        if found is not None and found[1] > threshold:
            agreed[question] = found
    workers = {key: _worker_score(agreed, given) for key, given in submissions.items()}
    return Agreement(agreed, 100 * len(agreed) // len(policy.questions), workers)


def _plurality(answers: list[frozenset[str] | None]) -> tuple[frozenset[str], int] | None:
    counts = Counter(answer for answer in answers if answer)
    ranked = counts.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    answer, count = ranked[0]
    return answer, 100 * count // len(answers)


def _worker_score(agreed: Mapping[str, tuple[frozenset[str], int]], given: Answers) -> int | None:
    if not agreed:
        return None
    right = sum(given.get(question) == answer for question, (answer, _) in agreed.items())
    return 100 * right // len(agreed)
