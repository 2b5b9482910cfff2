"""What a form sent: text fields in order, and files, whatever bytes arrive."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from hits.endpoint import ids
from hits.endpoint.answers import UploadedFile
from hits.endpoint.body import BodyTooLarge, read_body
from hits.endpoint.worker_site.render import Notice

MAX_BYTES = 2 * 1024 * 1024
MAX_BYTES_WITH_FILES = 12 * 1024 * 1024
_MAX_FIELDS = 5_000
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Form:
    """The (name, value) pairs, and the files that came with them."""

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[UploadedFile, ...] = ()

    def get(self, name: str) -> str:
        """The first value of a field, or nothing."""
        return next((value for key, value in self.fields if key == name), "")


async def read_form(request: Request) -> Form:
    """Parse an urlencoded or multipart body; a Notice says what is wrong with any other."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    limit = MAX_BYTES_WITH_FILES if kind == "multipart/form-data" else MAX_BYTES
    try:
        body = await read_body(request, limit)
    except BodyTooLarge:
        raise Notice("too-large", 413) from None
    if kind == "multipart/form-data":
        return await _multipart(request, body)
    if kind in ("", "application/x-www-form-urlencoded"):
        return _urlencoded(body)
    raise Notice("unreadable", 415)


def _urlencoded(body: bytes) -> Form:
    text = body.decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise Notice("too-large", 413) from None
    return Form(tuple((_whole(name), _whole(value)) for name, value in pairs))


async def _multipart(request: Request, body: bytes) -> Form:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        parser = MultiPartParser(request.headers, stream(), max_fields=_MAX_FIELDS)
        data = await parser.parse()
    except (MultiPartException, ValueError, KeyError):
        raise Notice("unreadable", 400) from None
    fields: list[tuple[str, str]] = []
    files: list[UploadedFile] = []
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            # A file field that was left empty arrives as a file without a name.
            if value.filename or value.size:
                files.append(await _file(_whole(name), value))
            await value.close()
        else:
            fields.append((_whole(name), _whole(value)))
    return Form(tuple(fields), tuple(files))


async def _file(name: str, sent: UploadFile) -> UploadedFile:
    return UploadedFile(
        key=ids.entity_id(),
        name=name,
        file_name=_whole(sent.filename or "file").replace("\0", ""),
        media_type=_whole(sent.content_type or "application/octet-stream")[:255],
        content=await sent.read(),
    )


def _whole(text: str) -> str:
    """Half of a surrogate pair can be neither hashed nor stored."""
    return _SURROGATE.sub("\ufffd", text)
