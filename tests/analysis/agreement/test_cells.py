"""Counting judgements by unit and value, and collapsing units that look alike."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.agreement.cells import collapse, count_cells


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=5), min_size=1, max_size=20))
def test_units_share_a_pattern_exactly_when_they_received_the_same_values(
    received: list[list[int]],
) -> None:
    unit = np.repeat(np.arange(len(received)), [len(values) for values in received])
    code = np.array([value for values in received for value in values])
    cells = count_cells(unit, code, np.arange(4.0))
    patterns, pattern = collapse(cells)
    alike = [tuple(sorted(values)) for values in received]
    assert patterns.n_units == len(set(alike))
    for first in range(len(received)):
        for second in range(len(received)):
            same = pattern[first] == pattern[second]
            assert same == (alike[first] == alike[second])
    # A pattern counts what any of its units received.
    for row in range(len(received)):
        mine = patterns.unit == pattern[row]
        counted = np.repeat(patterns.code[mine], patterns.count[mine, 0].astype(int))
        assert tuple(counted.tolist()) == alike[row]
