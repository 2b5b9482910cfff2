"""Screenshots of every study on every kind of thing, for the gallery: `make screenshots`.

Needs a Chromium. Each page is the one that a market would frame, at the width of a laptop's frame,
and of each study a second one at the width of a phone; pictures are the height of their page.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from specimens import SPECIMENS, Specimen

from hits.render import PageFacts, Shell
from hits.studies import load_study
from hits.studies.nouns import worded

IMAGES = Path(__file__).parent / "images"
ADDRESS = "http://gallery.invalid/?assignmentId=A&turkSubmitTo=http://gallery.invalid"
DESKTOP, PHONE = 900, 390
COLOURS = 128
TALLEST = 2400


def main(folder: Path = IMAGES) -> None:
    """Write STUDY-KIND.png for every study and kind, and STUDY-phone.png for every study."""
    folder.mkdir(exist_ok=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.exit("no chromium on this machine: screenshots are made in one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"], env=dict(os.environ)
        )
        wide = browser.new_context(**_settings(DESKTOP)).new_page()
        narrow = browser.new_context(**_settings(PHONE), has_touch=True, is_mobile=True).new_page()
        for specimen in SPECIMENS:
            _take(wide, specimen, folder / f"{specimen.study}-{specimen.kind}.png")
        for specimen in {one.study: one for one in reversed(SPECIMENS)}.values():
            _take(narrow, specimen, folder / f"{specimen.study}-phone.png")
        browser.close()


def _settings(width: int) -> dict[str, Any]:
    return {
        "viewport": {"width": width, "height": 900},
        "device_scale_factor": 1,
        "color_scheme": "light",
        "reduced_motion": "reduce",
        "locale": "en-GB",
    }


def html(specimen: Specimen) -> str:
    """The page, as a market would frame it."""
    study = load_study(specimen.study)
    own = specimen.settings
    facts = PageFacts(
        title=worded(own.get("title") or study.title, specimen.kind),
        pay="$0.40",
        minutes=2,
        instructions=worded(own.get("instructions") or study.instructions, specimen.kind),
        consent="By submitting you agree that your answers are stored. Taking part is voluntary.",
    )
    return Shell(specimen.study, own, facts, specimen.kind).page([specimen.item()])


def _take(page: Page, specimen: Specimen, path: Path) -> None:
    """The whole page, instructions folded, in few colours."""
    body = html(specimen)
    page.unroute_all()
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 900})
    page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(ADDRESS)
    page.evaluate("document.querySelectorAll('.instructions').forEach(box => { box.open = false })")
    # A picture to mark takes a share of the window's height: the second measure is the true one.
    for _ in range(2):
        _fit(page)
    picture = page.screenshot(animations="disabled")
    with Image.open(io.BytesIO(picture)) as taken:
        few = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def _fit(page: Page) -> None:
    size = page.viewport_size
    assert size is not None
    height = page.evaluate(
        "Math.ceil(document.querySelector('main').getBoundingClientRect().height)"
    )
    page.set_viewport_size({"width": size["width"], "height": min(height, TALLEST)})


if __name__ == "__main__":
    main()
