"""A folder instead of a server: for Amazon's requester site, for Turkle, for anything that takes a
template with `${variables}` and a CSV, and gives a CSV of results back.

    template.html   the page, with ${konkyo} where the data of a HIT belong
    batch.csv       one row a HIT: hit (our id), annotation, konkyo (the data, as JSON)
    README.txt      what to do with them
    results/        where results tables are put; `konkyo collect` reads every *.csv there
    decisions.csv   what was approved, for upload

Sites put values in as they are, one variable after another. The data are therefore plain ASCII
without `<`, `&` and `$`: nothing in them ends the script element that they stand in, nothing is
taken for another variable, and no program on the way can mistake their encoding.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from db.errors import ConfigError, MarketError, SafetyError
from hits.markets.base import HitOrder, HitTerms, MarketAccess, Submission, flavour_of
from hits.markets.folder_readme import readme
from hits.markets.results_csv import read_results, read_table
from hits.money import NO_FEE, FeeRule

VARIABLE = "${konkyo}"
COLUMNS = ("hit", "annotation", "konkyo")
DECISIONS = ("AssignmentId", "Approve")
_UNSAFE = re.compile(r"[^\x20-\x7e]|[$<>&]")
_VARIABLES = re.compile(r"\$\{")


class Files:
    """The market in the folder `access.folder`, found from `access.base`."""

    flavours: ClassVar[tuple[str, ...]] = ("fragment",)

    def __init__(self, access: MarketAccess) -> None:
        if not access.folder:
            raise ConfigError('the market "files" needs a folder: name one in [market] folder')
        self.flavour = flavour_of(access, self.flavours)
        self._name = access.folder
        self._folder = access.base / access.folder

    @property
    def endpoint_url(self) -> str:
        """The folder, as the settings name it."""
        return self._name

    @property
    def access_key_id(self) -> str:
        """Nobody has to be known here."""
        return ""

    @property
    def fee(self) -> FeeRule:
        """Whatever the site takes is between it and its requester."""
        return NO_FEE

    def balance(self) -> Decimal | None:
        """A folder holds no money."""
        return None

    def prepare(self, template: str, orders: Sequence[HitOrder]) -> None:
        """Write the folder, all HITs at once; a second time the same, or SafetyError.

        `batch.csv` comes last: where it stands, everything stands.
        """
        if len(_VARIABLES.findall(template)) != 1 or VARIABLE not in template:
            raise MarketError(
                f"the template has to hold {VARIABLE} once and no other ${{variable}}"
            )
        cells = [cell(order.question) for order in orders]
        rows = zip((o.token for o in orders), (o.annotation for o in orders), cells, strict=True)
        batch = _table(COLUMNS, rows)
        self._refuse_other("template.html", template)
        self._refuse_other("batch.csv", batch)
        largest = max(map(len, cells), default=0)
        self._write("template.html", template)
        self._write("README.txt", readme(len(orders), len(template.encode()), largest))
        self._write("batch.csv", batch)
        self.__dict__.pop("_batch", None)

    def create_hit(self, terms: HitTerms, order: HitOrder) -> str:
        """The HIT's own id, once its row stands in `batch.csv`."""
        row = self._batch.get(order.token)
        if row is None or row["konkyo"] != cell(order.question):
            raise MarketError(
                f"{self._folder / 'batch.csv'} has no row for {order.annotation!r} as it was "
                "planned; move the folder away and publish again"
            )
        return order.token

    def find_hits(self, annotation_prefix: str) -> dict[str, str]:
        """Annotation → our id of every HIT in `batch.csv` whose annotation begins so."""
        rows = self._batch.values()
        ours = (row for row in rows if row["annotation"].startswith(annotation_prefix))
        return {row["annotation"]: row["hit"] for row in ours}

    def submissions(self, market_hit_id: str) -> Iterator[Submission]:
        """Everything that the tables in `results` hold of a HIT, oldest first."""
        return iter(self._results.get(market_hit_id, []))

    def approve(self, market_assignment_id: str) -> None:
        """Write the approval into `decisions.csv`; the site itself is told by whoever uploads it."""
        if market_assignment_id in self._approved:
            return
        self._approved[market_assignment_id] = None
        self._write("decisions.csv", _table(DECISIONS, ((a, "x") for a in self._approved)))

    @cached_property
    def _batch(self) -> Mapping[str, Mapping[str, str]]:
        path = self._folder / "batch.csv"
        return {row["hit"]: row for row in read_table(path, COLUMNS)} if path.exists() else {}

    @cached_property
    def _results(self) -> Mapping[str, list[Submission]]:
        if not self._batch:
            raise MarketError(
                f"there is no batch.csv in {self._folder}, so nobody can say which HITs the "
                "results are about; bring the folder back"
            )
        return read_results(self._folder / "results", self._batch, frozenset(self._approved))

    @cached_property
    def _approved(self) -> dict[str, None]:
        path = self._folder / "decisions.csv"
        rows = read_table(path, DECISIONS) if path.exists() else []
        return {row["AssignmentId"]: None for row in rows if row["Approve"]}

    def _refuse_other(self, name: str, content: str) -> None:
        path = self._folder / name
        if path.exists() and not (path.is_file() and path.read_bytes() == content.encode()):
            raise SafetyError(
                f"{path} is not what this campaign wrote there, and HITs may have been made from "
                "it; put it back, or move the folder away if nothing was uploaded"
            )

    def _write(self, name: str, content: str) -> None:
        path = self._folder / name
        try:
            (self._folder / "results").mkdir(parents=True, exist_ok=True)
            write_whole(path, content.encode())
        except OSError as error:
            raise MarketError(f"{path} cannot be written: {error.strerror}") from error


def cell(data: str) -> str:
    """JSON in ASCII, in which nothing means anything to HTML or to a site's variables.

    What is replaced can stand only inside the strings of JSON, where `\\uXXXX` is the same.
    """
    return _UNSAFE.sub(_escaped, data)


def _escaped(match: re.Match[str]) -> str:
    utf16 = match.group().encode("utf-16-be").hex()
    return "".join(f"\\u{utf16[at : at + 4]}" for at in range(0, len(utf16), 4))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write beside `path` and rename: what stands there is always whole."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
