"""Request bodies, read up to a limit, so that nobody can fill the server's memory."""

from starlette.requests import Request


class BodyTooLarge(Exception):
    """The body is longer than the reader allows."""


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, if it has at most `limit` bytes; what is declared too long is not read."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise BodyTooLarge
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BodyTooLarge
        parts.append(part)
    return b"".join(parts)
