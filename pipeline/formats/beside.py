"""Pictures that lie beside a file which names them by an address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from db.errors import DataError
from db.records import Instance
from pipeline.formats.images import SUFFIXES, content
from pipeline.formats.instances import Description, image_instance
from pipeline.formats.lines import what_is

_UPLOADED = re.compile(r"^[0-9a-f]{8}-")


def is_picture(address: str) -> bool:
    """Whether a string is the address of a picture: it ends as one, in one line."""
    return "\n" not in address and unquote(address).lower().endswith(SUFFIXES)


@dataclass
class Beside:
    """Pictures found in a folder; `paths`: instance id → the file, to be read when it is stored."""

    folder: Path
    paths: dict[str, Path] = field(default_factory=dict)

    def instance(self, address: str, about: Description) -> Instance:
        """The picture of an address, without its bytes; a missing one is a `DataError`."""
        name = re.split(r"[/\\=]", unquote(address))[-1]
        for place in (self.folder, self.folder / "images"):
            for shown in (name, _UPLOADED.sub("", name)):
                if what_is(place / shown) == "file":
                    return self._found(place / shown, about)
        raise DataError(f"the picture {name!r} is neither in {self.folder} nor in images/ there")

    def _found(self, file: Path, about: Description) -> Instance:
        try:
            made = image_instance(content(file), about, keep=False)
        except DataError as error:
            raise DataError(f"the picture {file.name!r} {error}") from error
        self.paths.setdefault(made.id, file)
        return made
