"""One thread: models this small gain nothing from two, and lose much on a busy machine."""

from tests.pipeline.models.conftest import one_thread

__all__ = ["one_thread"]
