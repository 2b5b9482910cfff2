"""ScoreMyKnownAnswers/2011-09-01: the percentage of known answers that a submission has right."""

from dataclasses import dataclass

from hits.endpoint.reviews.given_answers import Answers
from hits.endpoint.reviews.policy import Policy


@dataclass(frozen=True)
class Score:
    """Which questions were answered as known, and the percentage, rounded down."""

    correct: dict[str, bool]
    percent: int


def score(policy: Policy, given: Answers) -> Score:
    """A question is right if exactly the known values were given."""
    known = policy.answers or {}
    correct = {name: given.get(name) == values for name, values in known.items()}
    return Score(correct, 100 * sum(correct.values()) // len(correct))
