"""Random little data sets: equal scores, empty sides, spans that repeat, overlap and overrun."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.analysis.alignment.compat.reading import Case, Span

FEW = st.sampled_from([-1.0, -0.25, 0.0, 0.1, 0.1, 0.3, 0.7, 1.0])


@st.composite
def cases(draw: st.DrawFn, *, overrun: int = 0, positive: bool = False) -> Case:
    """1 to 5 documents of 1 to 12 tokens. `overrun`: how far spans may reach past the end."""
    lengths = tuple(draw(st.lists(st.integers(1, 12), min_size=1, max_size=5)))

    def span() -> st.SearchStrategy[Span]:
        document = st.integers(0, len(lengths) - 1)
        return document.flatmap(
            lambda d: st.tuples(st.just(d), *[st.integers(0, lengths[d] + overrun)] * 2).map(
                lambda s: (s[0], min(s[1:]), max(s[1:]))
            )
        )

    truth, predicted = (tuple(draw(st.lists(span(), max_size=8))) for _ in range(2))
    number = st.one_of(FEW, st.floats(-2, 2, allow_subnormal=False))
    scores = tuple(
        tuple(abs(s) if positive else s for s in draw(st.lists(number, min_size=n, max_size=n)))
        for n in lengths
    )
    return Case(lengths, truth, predicted, scores)
