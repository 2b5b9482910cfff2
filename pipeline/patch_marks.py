"""People's marks on pictures as marks of patches, so that attention over patches can be taught.

People mark pixels, a model of pictures attends to patches; `marked_cells` says which patches a mask
marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from db.ragged import Ragged
from db.records import Instance, Marks
from pipeline.models.pixels import Pixels, layout
from pipeline.models.settings import Settings
from pipeline.models.trained import encoding_of
from pipeline.picture_marks import marked_cells


def in_units_of_model(marks: Marks, data: Sequence[Instance], settings: Settings) -> Marks:
    """The marks over what a model of these settings attends to; texts and rows are as they were.

    The grid of patches is that of [model], or what the pictures of `data` give (see `layout`).
    """
    if encoding_of(settings.kind) is not Pixels:
        return marks
    _, grid = layout(settings, data)
    sizes = {one.id: one.size or (1, 1) for one in data}
    of_row = [sizes[marks.instance_ids[number]] for number in marks.instance.tolist()]
    rows = (
        marked_cells(mask, size, (grid, grid))
        for mask, size in zip(marks.masks, of_row, strict=True)
    )
    return replace(marks, masks=Ragged.from_rows(rows, "uint8"))
