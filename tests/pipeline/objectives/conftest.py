"""Tests here use small models too."""

from tests.pipeline.models.conftest import one_thread

__all__ = ["one_thread"]
