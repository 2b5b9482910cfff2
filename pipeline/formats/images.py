"""A folder of pictures: one instance a file, labelled by the folder in which it lies.

FOLDER/NAME.png has no label, FOLDER/LABEL/NAME.png has one, FOLDER/SPLIT/LABEL/NAME.png a split
besides, if SPLIT is a name that `train` knows; nothing may lie deeper. Files whose names end in
.png, .jpg, .jpeg, .webp or .gif are read and all others counted; symbolic links are not followed
and counted, because they may lead anywhere. The bytes of one file at a time are held: they are
looked at now, and read again when they are stored.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import NoReturn

from db.errors import DataError, ImportFailed
from db.records import Instance, instance_id
from pipeline.formats.base import Imported, Reading, ReadOptions, in_one
from pipeline.formats.fields import check_label
from pipeline.formats.instances import Description, image_instance
from pipeline.formats.lines import what_is
from pipeline.formats.options import refuse_options
from pipeline.formats.unique import Distinct
from pipeline.models.splits import NAMES

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
MAX_BYTES = 32 * 2**20
"""The largest file: far above any picture that a study page can show."""

LINK = "symbolic links, which are not followed; copy the files instead"
OTHER = "files that are hidden or not named as pictures (.png, .jpg, .jpeg, .webp, .gif)"
UNUSED = ("text", "text_pair", "label", "split", "rationale")


def read(path: Path, options: ReadOptions) -> Reading:
    """Every picture of the folder; one that cannot be read fails the whole import."""
    return in_one(read_pictures(path, options)[0])


def read_pictures(path: Path, options: ReadOptions) -> tuple[Imported, dict[str, Instance]]:
    """The same, and which instance each file is, by its place in the folder."""
    refuse_options(options, UNUSED, "images")
    if what_is(path) != "folder":
        raise ImportFailed(path, None, "is no folder; the images format reads a folder of pictures")
    skipped: Counter[str] = Counter()
    found, paths, files = Distinct("picture", "file"), {}, {}
    for file in _pictures(path, skipped):
        try:
            instance = _instance(file, path, options.labels)
            name = _name(file.relative_to(path))
            files[name] = instance
            if found.add(instance, name):
                paths[instance.id] = file
        except DataError as error:
            raise ImportFailed(file, None, str(error)) from error
    if not paths:
        raise ImportFailed(path, None, _nothing(skipped))
    skips, load = dict(+skipped), Loader(paths)
    return Imported(found.instances, notes=found.notes, skipped=skips, load=load), files


def _pictures(folder: Path, skipped: Counter[str]) -> Iterator[Path]:
    """Files named as pictures, in the order of their names; what is passed over is counted."""
    for place, folders, files in os.walk(folder, onerror=_refuse):
        here = Path(place)
        linked = [name for name in folders if (here / name).is_symlink()]
        skipped[LINK] += len(linked)
        # os.walk descends into what is left here, in this order.
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            reason = _reason_to_pass_over(here / name)
            if reason is None:
                yield here / name
            else:
                skipped[reason] += 1


def _reason_to_pass_over(file: Path) -> str | None:
    if file.is_symlink():
        return LINK
    hidden = file.name.startswith(".")
    return OTHER if hidden or file.suffix.lower() not in SUFFIXES else None


def _refuse(error: OSError) -> NoReturn:
    raise ImportFailed(error.filename, None, f"cannot be read: {error.strerror}") from error


def _instance(file: Path, folder: Path, labels: tuple[str, ...]) -> Instance:
    """The instance of a file, without its bytes."""
    relative = file.relative_to(folder)
    split, label = _placed(relative.parts[:-1])
    about: Description = {
        "label": check_label(label, labels),
        "split": split,
        "attributes": {"file": _name(relative)},
    }
    return image_instance(content(file), about, keep=False)


def _placed(folders: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Split and label as the folders say."""
    if len(folders) < 2:
        return None, folders[0] if folders else None
    if len(folders) == 2 and folders[0] in NAMES:
        return folders[0], folders[1]
    raise DataError(
        "lies too deep: pictures stand in FOLDER, FOLDER/LABEL or FOLDER/SPLIT/LABEL, where SPLIT "
        f"is one of: {', '.join(sorted(NAMES))}"
    )


def content(file: Path) -> bytes:
    """The bytes of a regular file of bounded length; a fault is a `DataError`."""
    if what_is(file) != "file":
        raise DataError("is not a regular file")
    try:
        with file.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            if size > MAX_BYTES:
                raise DataError(f"is larger than {MAX_BYTES // 2**20} MiB; scale it down")
            return opened.read(size)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}") from error


@dataclass(frozen=True)
class Loader:
    """Gives an instance the bytes of its file, which must be those that were looked at."""

    paths: dict[str, Path]

    def __call__(self, instance: Instance) -> Instance:
        """The instance with its picture; `ImportFailed` where the file changed in between."""
        file = self.paths.get(instance.id)
        if file is None:  # a text among pictures
            return instance
        try:
            data = content(file)
        except DataError as error:
            raise ImportFailed(file, None, str(error)) from error
        if instance_id("image", data) != instance.id:
            raise ImportFailed(file, None, "changed while it was imported; import it again")
        return replace(instance, image=data)


def _name(relative: PurePath) -> str:
    """A relative path as text; bytes that are no UTF-8 are spelled out (`\\xe9`)."""
    return os.fsencode(relative.as_posix()).decode("utf-8", "backslashreplace")


def _nothing(skipped: Counter[str]) -> str:
    reasons = ", ".join(f"{count} × {reason}" for reason, count in skipped.items() if count)
    return f"holds no pictures{f' ({reasons})' if reasons else ''}"
