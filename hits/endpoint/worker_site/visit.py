"""One request to the worker site: whose browser, under which address, with which form.

Pages are plain functions from a `Visit` to a response; they run in the thread pool, because they
wait for the database.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hits.endpoint import ids, refusals
from hits.endpoint.assets import Assets
from hits.endpoint.market import Market
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.forms import Form, read_form
from hits.endpoint.worker_site.render import Notice

COOKIE = "konkyo_session"
REQUESTER_COOKIE = "konkyo_requester"


@dataclass(frozen=True)
class Visit:
    """`secret` is the session cookie's value; only its hash is in the database.

    On the requester's pages it is the requester's session.
    """

    market: Market
    base: str
    secret: str
    path: dict[str, str]
    query: dict[str, str]
    form: Form = field(default_factory=Form)
    assets: Assets | None = None
    open_registration: bool = True
    is_local: bool = True
    home: str = "/"

    @property
    def csrf(self) -> str:
        """What forms of this session carry."""
        return ids.derive(self.secret, "form")

    def entity(self, name: str) -> str:
        """An id from the path, if it has the form of one."""
        value = self.path[name]
        if not ids.ENTITY_ID.fullmatch(value):
            raise Notice("unknown", 404)
        return value

    def number(self, name: str) -> int | None:
        """A whole number from the query, if there is one that fits a key."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def submit_token(self, assignment_id: str) -> str:
        """The token for this assignment's answer; the same on every load of the page."""
        return ids.derive(self.secret, "submit", assignment_id)

    def submit_to(self, token: str) -> str:
        """What the frame is told as ``turkSubmitTo``."""
        return f"{self.base}/submit/{token}"


Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def shows(page: Page, *, cookie: str = COOKIE) -> Endpoint:
    """An endpoint for GET."""

    async def endpoint(request: Request) -> Response:
        return await _in_thread(page, _visit(request, Form(), cookie))

    return endpoint


def takes(page: Page, *, signed_in: bool = True, cookie: str = COOKIE) -> Endpoint:
    """An endpoint for our own forms: from this site, and from this very session."""

    def guarded(visit: Visit) -> Response:
        if signed_in and not ids.same(visit.form.get("csrf"), visit.csrf):
            raise Notice("stale-form", 403)
        return page(visit)

    async def endpoint(request: Request) -> Response:
        if request.headers.get("origin", base_url(request)) != base_url(request):
            refusals.log("foreign-origin", _route(request))
            return render.notice("foreign-origin", 403)
        return await _with_form(guarded, request, cookie)

    return endpoint


def receives(page: Page) -> Endpoint:
    """An endpoint for tasks' forms, which come from an opaque origin and without a cookie."""

    async def endpoint(request: Request) -> Response:
        return await _with_form(page, request)

    return endpoint


async def _with_form(page: Page, request: Request, cookie: str = COOKIE) -> Response:
    try:
        form = await read_form(request)
    except Notice as notice:
        refusals.log(notice.reason, _route(request))
        return render.notice(notice.reason, notice.status)
    return await _in_thread(page, _visit(request, form, cookie))


def _route(request: Request) -> str:
    """Which address, without what stands in it for one visitor alone."""
    route = request.scope.get("route")
    return f"{request.method} {getattr(route, 'path', '?')}"


async def _in_thread(page: Page, visit: Visit) -> Response:
    return await visit.market.in_thread(_answer, page, visit)


def _answer(page: Page, visit: Visit) -> Response:
    try:
        return page(visit)
    except Notice as notice:
        if notice.reason in refusals.SUSPICIOUS:
            refusals.log(notice.reason, page.__name__)
        return render.notice(notice.reason, notice.status, notice.unmet, visit.home)


def _visit(request: Request, form: Form, cookie: str) -> Visit:
    return Visit(
        market=request.app.state.market,
        base=base_url(request),
        secret=request.cookies.get(cookie, ""),
        path=dict(request.path_params),
        query=dict(request.query_params),
        form=form,
        assets=request.app.state.assets,
        open_registration=request.app.state.settings.registration == "open",
        is_local=request.app.state.settings.is_local,
        home="/requester" if cookie == REQUESTER_COOKIE else "/",
    )


def base_url(request: Request) -> str:
    """Scheme and host as the browser sees them; the guard has checked the host's form."""
    return f"{request.url.scheme}://{request.headers['host']}"


def go(path: str) -> RedirectResponse:
    """303: look there, with GET."""
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})
