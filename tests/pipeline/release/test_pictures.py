"""What pictures say besides their pixels: found, named, and taken out without touching those."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import ExifTags, Image, PngImagePlugin

from db.errors import SafetyError
from db.masks import encode
from db.records import Instance, instance_id
from db.store import instances
from db.store.identities import Identities
from pipeline.project import Project
from pipeline.release.pictures import told
from pipeline.release.privacy import Privacy
from pipeline.release.release import export_release
from pipeline.release.request import FormatRequest
from pipeline.release.single import export_format
from pipeline.release.stripped import stripped
from tests.pipeline.release.support import SETTINGS, WORKERS, request
from tests.pipeline.release.test_kinds import marked

PRIVACY = Privacy(Identities(frozenset({"worker77", "annabel"}), frozenset()))
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>jo@example.org</a></x:xmpmeta>'
PIXELS = np.arange(16 * 24 * 3, dtype=np.uint8).reshape(16, 24, 3)


def exif(tags: dict[int, Any], *, inner: dict[int, Any] | None = None, gps: bool = False) -> Any:
    made = Image.Exif()
    for tag, value in tags.items():
        made[tag] = value
    if inner:
        made.get_ifd(ExifTags.IFD.Exif).update(inner)
    if gps:
        made.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 8.0, 0.0)})
    return made


def saved(form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, form, **options)
    return file.getvalue()


def noted(name: str, words: str) -> PngImagePlugin.PngInfo:
    made = PngImagePlugin.PngInfo()
    made.add_text(name, words, zip=True)
    return made


def unicode_comment(words: str) -> dict[int, bytes]:
    return {ExifTags.Base.UserComment: b"UNICODE\0" + words.encode("utf-16-le")}


FILES = {
    "artist": saved("JPEG", exif=exif({ExifTags.Base.Artist: "by Worker77"})),
    "turned": saved("JPEG", exif=exif({ExifTags.Base.Copyright: "jo@example.org", 0x0112: 6})),
    "comment": saved("JPEG", exif=exif({}, inner=unicode_comment("i am worker77"))),
    "xmp": saved("JPEG", xmp=XMP),
    "jpeg comment": saved("JPEG", comment=b"mail jo@example.org"),
    "png": saved("PNG", pnginfo=noted("Author", "jo@example.org")),
    "png exif": saved("PNG", exif=exif({ExifTags.Base.ImageDescription: "worker77"})),
}


@pytest.mark.parametrize("name", FILES)
def test_an_id_or_address_beside_the_pixels_is_found_and_taken_out(name: str) -> None:
    data = FILES[name]
    mail = name in ("turned", "xmp", "jpeg comment", "png")
    assert told(data, PRIVACY).kinds == ("e-mail address" if mail else "platform worker id",)
    bare = stripped(data)
    assert told(bare, PRIVACY).kinds == ()
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(bare))
    assert np.array_equal(np.asarray(before), np.asarray(after))
    # Browsers turn a JPEG by its orientation, and marks are on the turned picture.
    assert after.getexif().get(0x0112, 1) == before.getexif().get(0x0112, 1)


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_known_id_is_found_anywhere_in_the_bytes(encoding: str) -> None:
    data = saved("PNG") + b"\x01" + "xWORKER77".encode(encoding) + b"\x02"
    assert told(data, PRIVACY).kinds == ("platform worker id",)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_that_says_nothing_is_left_alone(form: str) -> None:
    data = saved(form)
    assert told(data, PRIVACY).kinds == ()
    assert stripped(data) == data


def test_times_and_places_of_a_camera_are_told() -> None:
    taken = exif({}, inner={ExifTags.Base.DateTimeOriginal: "2026:03:04 05:06:07"}, gps=True)
    found = told(saved("JPEG", exif=taken), PRIVACY)
    assert (found.kinds, found.timed, found.placed) == ((), True, True)


def test_damaged_metadata_are_no_reason_to_fall_over() -> None:
    for data in FILES.values():
        for end in range(0, len(data), 17):
            told(stripped(data[:end]), PRIVACY)


def project_of(make_project: Any, data: bytes, media_type: str) -> tuple[Project, Instance]:
    """A campaign in which everybody marked one pixel of one picture."""
    project: Project = make_project(SETTINGS.replace('instructions = "instructions.md"', ""))
    nothing = np.empty((0, 2), dtype=np.int32)
    made = Instance(instance_id("image", data), "image", "", nothing, label="dark")
    made = replace(made, image=data, media_type=media_type, size=(24, 16))
    instances.add(project.engine, [made])
    mask = np.zeros((16, 24), dtype=np.uint8)
    mask[1, 2] = 1
    marked(project, "image", encode(mask))
    return project, made


def test_a_release_refuses_names_the_file_and_strips_it_on_demand(make_project: Any) -> None:
    data = saved("JPEG", exif=exif({ExifTags.Base.Artist: WORKERS[0]}))
    project, made = project_of(make_project, data, "image/jpeg")
    with pytest.raises(SafetyError, match=f"platform worker id in the file images/{made.id}.jpg"):
        export_release(project, request(project))
    folder = export_release(project, request(project, redact=True)).folder
    table = pd.read_parquet(folder / "data" / "instances.parquet")
    # The old id is a hash of what was taken out.
    assert made.id not in "".join(p.name for p in folder.rglob("*"))
    assert table["id"][0] != made.id
    assert (folder / table["image"][0]).read_bytes() == stripped(data)
    assert WORKERS[0].encode() not in b"".join(
        p.read_bytes() for p in folder.rglob("*") if p.is_file()
    )


@pytest.mark.parametrize("name", ["masks", "hf"])
def test_a_single_format_keeps_to_the_same(name: str, make_project: Any, tmp_path: Path) -> None:
    data = saved("JPEG", exif=exif({ExifTags.Base.Artist: WORKERS[0]}))
    project, made = project_of(make_project, data, "image/jpeg")
    out = tmp_path / "out"
    with pytest.raises(SafetyError, match="platform worker id in the file"):
        export_format(project, FormatRequest(name, out))
    export_format(project, FormatRequest(name, out, redact=True))
    held = [p.read_bytes() for p in out.rglob("*") if p.is_file()]
    assert any(stripped(data) in one for one in held)
    assert not any(WORKERS[0].encode() in one or made.id.encode() in one for one in held)


def test_what_cannot_be_stripped_is_refused_all_the_same(make_project: Any) -> None:
    data = saved("WEBP", exif=exif({ExifTags.Base.Artist: WORKERS[0]}))
    project, _ = project_of(make_project, data, "image/webp")
    with pytest.raises(SafetyError, match=r"\.webp holds .* cannot be taken out"):
        export_release(project, request(project, redact=True))
    assert not request(project).folder.exists()


def test_a_release_says_how_many_pictures_tell_the_time(make_project: Any) -> None:
    data = saved("PNG", exif=exif({ExifTags.Base.DateTime: "2026:03:04 05:06:07"}))
    project, made = project_of(make_project, data, "image/png")
    made_anew = export_release(project, request(project))
    assert "pictures whose EXIF data say when they were taken: 1" in made_anew.notes
    assert (made_anew.folder / f"images/{made.id}.png").read_bytes() == data
