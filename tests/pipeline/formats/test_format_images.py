"""The images format: a folder of pictures, looked at before they are believed."""

from __future__ import annotations

import base64
import os
import struct
import tracemalloc
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from db.errors import Conflict, ImportFailed, UsageError
from db.records import instance_id
from db.store import instances
from db.store.engine import writing
from pipeline.formats import READERS
from pipeline.formats.base import ReadOptions
from pipeline.formats.images import LINK, MAX_BYTES, OTHER
from pipeline.formats.images import read as pieces
from pipeline.ingest import import_data
from pipeline.project import Project
from tests.support.browsers import chromium
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()
ORIENTATION = 0x0112
TYPES = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF"}


def picture(
    form: str = "PNG", size: tuple[int, int] = (6, 4), shade: int = 0, **more: Any
) -> bytes:
    """A small picture; other shades make other pictures."""
    held = BytesIO()
    Image.new("L", size, shade).save(held, form, **more)
    return held.getvalue()


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_the_catalogue_names_the_reader() -> None:
    assert READERS.load("images") is pieces


def test_a_folder_is_the_label_and_a_folder_above_may_be_the_split(tmp_path: Path) -> None:
    put(tmp_path / "plain.png", picture(shade=1))
    put(tmp_path / "train" / "a.png", picture(shade=2))
    put(tmp_path / "test" / "cat" / "b.png", picture(shade=3))
    found = {i.attributes["file"]: (i.split, i.label) for i in read(tmp_path, PLAIN).instances}
    # A picture of a train, in a folder of its own, is no training data.
    assert found == {
        "plain.png": (None, None),
        "train/a.png": (None, "train"),
        "test/cat/b.png": ("test", "cat"),
    }


@pytest.mark.parametrize("ending", [*TYPES, "PNG"])
def test_every_kind_of_picture_is_read_with_its_type_and_size(tmp_path: Path, ending: str) -> None:
    form = TYPES[ending.lower()]
    put(tmp_path / "cat" / f"one.{ending}", data := picture(form))
    (found,) = read(tmp_path, PLAIN).instances
    assert (found.kind, found.media_type) == ("image", f"image/{form.lower()}")
    assert (found.size, found.n_units, found.n_tokens) == ((6, 4), 24, 0)
    assert found.id == instance_id("image", data)


def test_the_type_is_what_the_bytes_say(tmp_path: Path) -> None:
    put(tmp_path / "named.png", picture("JPEG"))
    assert read(tmp_path, PLAIN).instances[0].media_type == "image/jpeg"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_has_the_size_that_people_see(tmp_path: Path, orientation: int) -> None:
    """Orientations 5 to 8 are those of a camera held upright: 6 wide is seen as 6 high."""
    put(tmp_path / "a.jpg", picture("JPEG", exif=turned(orientation)))
    seen = (4, 6) if orientation >= 5 else (6, 4)
    assert read(tmp_path, PLAIN).instances[0].size == seen


@pytest.mark.browser
def test_a_browser_sees_every_picture_at_the_size_that_is_read(tmp_path: Path) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'
    for n in range(1, 9):
        put(tmp_path / f"{n}.jpg", picture("JPEG", shade=n, exif=turned(n)))
    put(tmp_path / "xmp.jpg", picture("JPEG", xmp=xmp))
    put(tmp_path / "broken.jpg", picture("JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff"))
    for ending, form in TYPES.items():
        put(tmp_path / f"plain.{ending}", picture(form, shade=20 + len(ending)))
    read_sizes, seen_sizes = {}, {}
    with chromium() as browser:
        page = browser.new_page()
        for found in read(tmp_path, PLAIN).instances:
            name = found.attributes["file"]
            held = base64.b64encode((tmp_path / name).read_bytes()).decode()
            address = f"data:{found.media_type};base64,{held}"
            read_sizes[name], seen_sizes[name] = found.size, tuple(page.evaluate(SEEN, address))
    assert len(read_sizes) == 15
    assert seen_sizes == read_sizes


SEEN = """address => new Promise((done, fail) => {
  const image = new Image();
  image.onload = () => done([image.naturalWidth, image.naturalHeight]);
  image.onerror = fail;
  image.src = address;
})"""


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_turn_that_browsers_do_not_agree_about_is_refused(tmp_path: Path, form: str) -> None:
    put(tmp_path / f"a.{form.lower()}", picture(form, exif=turned(6)))
    with pytest.raises(ImportFailed, match=r"a\.(png|webp): asks to be turned.*save it upright"):
        read(tmp_path, PLAIN)


def test_the_same_picture_is_kept_once_and_counted(tmp_path: Path) -> None:
    for name in ("cat/a.png", "cat/b.png", "c.png"):
        put(tmp_path / name, picture())
    found = read(tmp_path, PLAIN)
    # `c.png` comes first and says nothing of a label; `cat/a.png` does.
    assert [i.label for i in found.instances] == ["cat"]
    assert found.notes == ("2 files repeat an earlier picture and were dropped",)


def test_the_same_picture_under_two_labels_is_an_error_that_names_both(tmp_path: Path) -> None:
    put(tmp_path / "cat" / "a.png", picture())
    put(tmp_path / "dog" / "b.png", picture())
    problem = r"b\.png: label 'dog' contradicts 'cat', which the same picture has in cat/a\.png"
    with pytest.raises(ImportFailed, match=problem):
        read(tmp_path, PLAIN)


def test_a_label_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "cta" / "a.png", picture())
    with pytest.raises(ImportFailed, match=r"a\.png: label 'cta' is not one of: 'cat', 'dog'"):
        read(tmp_path, ReadOptions(labels=("cat", "dog")))


def test_a_column_is_no_option_of_pictures(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="images format does not take a name for 'label'"):
        read(tmp_path, ReadOptions(label="kind"))


def bomb() -> bytes:
    """A PNG of a few bytes that claims 60,000 × 60,000 pixels, 3.6 billion in all."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + rows + chunk(b"IEND", b"")


def animation() -> bytes:
    frames = [Image.new("L", (4, 4), shade) for shade in (10, 200)]
    held = BytesIO()
    frames[0].save(held, "GIF", save_all=True, append_images=frames[1:])
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"hello, I am no picture", "is no PNG, JPEG, WebP or GIF picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no PNG, JPEG, WebP or GIF picture"),
        (picture("BMP"), "is no PNG, JPEG, WebP or GIF picture"),
        (picture("PNG", (60, 40))[:60], "is damaged and cannot be shown"),
        (picture("JPEG", (60, 40))[:-60], "is damaged and cannot be shown"),
        (bomb(), "claims far more pixels.*scale it down"),
        (picture("PNG", (10_000, 5_001)), r"claims 10,000 × 5,001 pixels.*scale it down"),
        (animation(), "is animated"),
        (bytes(MAX_BYTES + 1), "is larger than 32 MiB"),
    ],
    ids=["empty", "text", "svg", "bmp", "png", "jpeg", "bomb", "large", "moving", "bytes"],
)
def test_what_people_could_not_be_shown_is_refused_by_name(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    put(tmp_path / "good.png", picture())
    put(tmp_path / "bad" / "x.png", data)
    with pytest.raises(ImportFailed, match=rf"(?s)bad/x\.png: ({problem})"):
        read(tmp_path, PLAIN)


def test_damage_anywhere_is_a_message_and_never_a_traceback(tmp_path: Path) -> None:
    """Every picture with one byte in the middle changed, or cut: read, or refused in words."""
    refused = 0
    for form in ("PNG", "JPEG", "WEBP", "GIF"):
        whole = picture(form, (30, 20), exif=turned(1)) if form != "GIF" else picture(form)
        for place in range(0, len(whole), 3):
            for data in (whole[:place], whole[:place] + b"\xff" + whole[place + 1 :]):
                path = put(tmp_path / "x.png", data)
                try:
                    read(tmp_path, PLAIN)
                except ImportFailed as error:
                    refused += 1
                    assert str(path) in str(error)
    assert refused > 100


def test_links_are_counted_and_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside" / "secret.png", picture(shade=9)).parent
    inside = put(tmp_path / "in" / "cat" / "a.png", picture()).parent.parent
    (inside / "cat" / "b.png").symlink_to(outside / "secret.png")
    (inside / "dog").symlink_to(outside)
    (inside / "round").symlink_to(inside)
    found = read(inside, PLAIN)
    assert [i.attributes["file"] for i in found.instances] == ["cat/a.png"]
    assert found.skipped == {LINK: 3}


def test_what_is_no_picture_by_name_is_counted(tmp_path: Path) -> None:
    put(tmp_path / "a.png", picture())
    for name in ("labels.csv", ".DS_Store", "._a.png", "png"):
        put(tmp_path / name, b"x")
    put(tmp_path / ".cache" / "b.png", picture(shade=1))
    found = read(tmp_path, PLAIN)
    assert (len(found.instances), found.skipped) == (1, {OTHER: 4})


def test_a_pipe_under_a_pictures_name_does_not_hold_the_import_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ImportFailed, match=r"a\.png: is not a regular file"):
        read(tmp_path, PLAIN)


def test_a_picture_too_deep_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "animals" / "cat" / "a.png", picture())
    with pytest.raises(ImportFailed, match=r"a\.png: lies too deep.*FOLDER/SPLIT/LABEL"):
        read(tmp_path, PLAIN)


def test_nothing_to_read_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="holds no pictures$"):
        read(tmp_path, PLAIN)
    put(tmp_path / "notes.txt", b"x")
    with pytest.raises(ImportFailed, match=r"holds no pictures \(1 × files that are hidden"):
        read(tmp_path, PLAIN)
    for path in (tmp_path / "notes.txt", tmp_path / "none"):
        with pytest.raises(ImportFailed, match="is no folder"):
            read(path, PLAIN)


@pytest.mark.parametrize(
    "name", ["a\nb.png", "'; drop table.png", "\x1b[31m.png", "[bold].png", "ü 根拠.png", "🐈.png"]
)
def test_odd_names_come_through_the_database(make_project: Any, tmp_path: Path, name: str) -> None:
    put(tmp_path / "pictures" / "die Katze" / name, data := picture())
    project: Project = make_project()
    report = import_data(project, "images", tmp_path / "pictures", PLAIN)
    assert (report.instances_new, report.campaign) == (1, None)
    (found,) = instances.read(project.engine)
    assert (found.image, found.size, found.media_type) == (data, (6, 4), "image/png")
    assert (found.label, found.attributes) == ("die Katze", {"file": f"die Katze/{name}"})
    assert found.offsets.shape == (0, 2)


def test_a_name_that_is_no_text_is_spelled_out(make_project: Any, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "pictures")
    os.mkdir(folder)
    with open(folder + b"/caf\xe9.png", "wb") as file:
        file.write(picture())
    project: Project = make_project()
    import_data(project, "images", tmp_path / "pictures", PLAIN)
    assert instances.read(project.engine)[0].attributes == {"file": "caf\\xe9.png"}


def test_a_second_import_stores_nothing(make_project: Any, tmp_path: Path) -> None:
    put(tmp_path / "pictures" / "cat" / "a.png", picture())
    project: Project = make_project()
    for new in (1, 0):
        report = import_data(project, "images", tmp_path / "pictures", PLAIN)
        assert (report.instances_new, report.instances_known) == (new, 1 - new)
    (tmp_path / "pictures" / "cat").rename(tmp_path / "pictures" / "dog")
    with pytest.raises(Conflict, match=r"label 'cat', the file says 'dog': 'dog/a\.png'"):
        import_data(project, "images", tmp_path / "pictures", PLAIN)


def test_a_file_that_changes_between_looking_and_storing_stops_the_import(
    make_project: Any, tmp_path: Path
) -> None:
    first, second = (put(tmp_path / f"{n}.png", picture(shade=n)) for n in (1, 2))
    found = read(tmp_path, PLAIN)
    put(second, picture(shade=3))
    project: Project = make_project()
    with (
        pytest.raises(ImportFailed, match=r"2\.png: changed while it was imported"),
        writing(project.engine) as connection,
    ):
        instances.add_within(connection, found.instances, found.load)
    assert first.exists() and instances.count(project.engine) == 0


def test_a_large_folder_is_not_held_at_once(make_project: Any, tmp_path: Path) -> None:
    """1,000 files of 200 kB are 200 MB; what is held at any time is a small part of that."""
    for n in range(1_000):
        # Bytes after a picture's end are part of the file and shown by nobody.
        tail = n.to_bytes(4, "big") * 50_000
        put(tmp_path / "many" / ("cat", "dog")[n % 2] / f"{n}.png", picture() + tail)
    project: Project = make_project()
    tracemalloc.start()
    report = import_data(project, "images", tmp_path / "many", PLAIN)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.instances_new == 1_000
    assert peak < 20_000_000
    known = instances.read(project.engine, pictures=False)
    assert [i.image for i in known] == [None] * 1_000
    assert known[0].size == (6, 4)
