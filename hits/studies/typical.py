"""What most studies do alike: complete settings make the questions, and each is read by its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from db.records import InstanceKind
from hits.studies import settings as ask
from hits.studies.base import ALL_KINDS, Asked, Question, check_panels
from hits.studies.panels import ShownItem
from hits.studies.reading import read_all


class Typical:
    """The part of a study that needs no more than its defaults, its checks and its questions."""

    name: ClassVar[str]
    defaults: ClassVar[Mapping[str, Any]]
    kinds: ClassVar[tuple[InstanceKind, ...]] = ALL_KINDS
    panels: ClassVar[tuple[int, int]] = (1, 1)

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Settings that are complete, checked one by one."""
        raise NotImplementedError

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """The questions, from settings that are complete and were checked."""
        raise NotImplementedError

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with every default filled in; ConfigError names what is wrong."""
        return self.checked(ask.filled(self.name, settings, self.defaults))

    def questions(self, settings: Mapping[str, Any]) -> tuple[Question, ...]:
        """What is asked of each item, in order."""
        return self.asked(self.check_settings(settings))

    def check_item(self, item: ShownItem, settings: Mapping[str, Any]) -> None:
        """As many panels as the study shows, and something to see on each."""
        check_panels(item, self.name, *self.panels)

    def read(
        self, answer: Mapping[str, Any], asked: Asked, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Every question that was asked of the item, read by its form."""
        complete = {**self.defaults, **settings}
        return read_all(answer, self.asked(complete), asked)
