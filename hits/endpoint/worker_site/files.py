"""Files that came with answers, for whoever has an address of GetFileUploadURL."""

from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import uploads
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import Visit


def show(visit: Visit) -> Response:
    """The file as a download: whatever it is, no browser runs it here."""

    def read(session: Session, now: int) -> Response:
        until, signature = visit.number("expires") or 0, visit.query.get("signature", "")
        found = uploads.find(session, visit.entity("upload_id"), until, signature, now)
        if found is None:
            raise Notice("unknown", 404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.file_name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "X-Media-Type": _ascii(found.media_type),
        }
        return Response(found.content, media_type="application/octet-stream", headers=headers)

    return visit.market.read(read)


def _ascii(text: str) -> str:
    return quote(text, safe="/+.-;= ")
