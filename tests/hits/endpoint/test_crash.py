"""kill -9 under load: what was acknowledged is there after a restart, once.

`benchmarks/bench_crash.py` does the same many times.
"""

import pytest

from tests.support import crash


@pytest.mark.parametrize("seed", range(2))
def test_no_acknowledged_submission_is_lost_or_doubled(seed, books, connect, shared_world):
    tally = crash.crash(seed, books, connect, type(shared_world.worker()))
    assert tally.acknowledged >= crash.BEFORE_KILL
    # At most the one answer that each worker had under way was taken without being acknowledged.
    assert 0 <= tally.silent <= crash.WORKERS
    assert (tally.lost, tally.doubled, tally.over_assigned, tally.cents_off) == (0, 0, 0, 0)
