"""Templates → responses, with the headers that keep pages of strangers and ours apart."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from hits.endpoint.eligibility import Unmet
from hits.endpoint.worker_site import filters, words

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.globals.update(
    money=words.money,
    amount=words.amount,
    duration=words.duration,
    moment=words.moment,
    qualification_states=words.QUALIFICATION_STATES,
    orders=filters.ORDERS,
)
SANDBOX = "allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox"


class Notice(Exception):
    """A step that cannot be taken; shown as a page that says why, `unmet` one by one."""

    def __init__(self, reason: str, status: int, unmet: Sequence[Unmet] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.unmet = unmet


def page(
    template: str, status: int = 200, frames: str = "", live: bool = False, **context: Any
) -> HTMLResponse:
    """One of our own pages; `frames` is the origin of a task that it shows, if not ours.

    A `live` page renews itself by asking for its own address again.
    """
    context = {"signed_in": None, "requester": None, "unread": 0, "unmet": (), **context}
    html = _ENVIRONMENT.get_template(template).render(context)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"frame-src 'self' {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        + ("; connect-src 'self'" if live else "")
    )
    return HTMLResponse(html, status, headers=_headers(policy, "same-origin"))


def notice(reason: str, status: int, unmet: Sequence[Unmet] = (), home: str = "/") -> Response:
    """The page for a `Notice`, which leads on to `home`."""
    title, text = words.REASONS[reason]
    return page(
        "notice.html", status, reason=reason, title=title, text=text, unmet=unmet, home=home
    )


def outcome(
    base: str,
    result: str,
    status: int,
    done: str | None,
    typed: list[tuple[str, str]],
    problems: Sequence[str] = (),
) -> HTMLResponse:
    """The answer to a submission, shown inside the frame.

    `typed` is given back to copy, `problems` say what keeps it from being taken.
    """
    title, text = words.OUTCOMES[result]
    template = _ENVIRONMENT.get_template("submitted.html")
    html = template.render(
        outcome=result, title=title, text=text, done=done, typed=typed, problems=problems
    )
    ours = _source(base, "/static/")
    policy = (
        f"default-src 'none'; script-src {ours}; style-src {ours}; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {_source(base)}"
    )
    return HTMLResponse(html, status, headers=_headers(policy, "no-referrer"))


def task(base: str, html: str, submit_url: str, outside: Sequence[str] = ()) -> HTMLResponse:
    """A requester's page: sandboxed by header too, so that opening it alone gives it nothing.

    A sandboxed page has an opaque origin, which ``'self'`` does not match; the site's origin is
    therefore written out. The page may run its own scripts and reach no host but those `outside`
    that its HIT type is allowed.
    """
    ours = " ".join((_source(base, "/static/"), _source(base, "/assets/")))
    others = " ".join(outside)
    reachable = others or "'none'"
    policy = (
        f"sandbox {SANDBOX}; default-src 'none'; "
        f"script-src 'unsafe-inline' {_eval(outside)} {ours} {others}; "
        f"style-src 'unsafe-inline' {ours} {others}; img-src data: blob: {ours} {others}; "
        f"media-src data: blob: {ours} {others}; font-src data: {ours} {others}; "
        f"connect-src {reachable}; frame-src {reachable}; "
        f"form-action {_source(submit_url, '/')}; "
        f"base-uri 'none'; frame-ancestors {_source(base)}"
    )
    return HTMLResponse(html, headers=_headers(" ".join(policy.split()), "no-referrer"))


def _eval(outside: Sequence[str]) -> str:
    """Libraries of the web compile templates at run time; a page without them has no need to."""
    return "'unsafe-eval'" if outside else ""


def origin(url: str) -> str:
    """Scheme and host of a URL, as policies and ``Origin`` headers write it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _source(url: str, path: str = "") -> str:
    """A policy's source. Policies cannot name an IPv6 literal, only its scheme."""
    return f"{urlsplit(url).scheme}:" if "[" in url else url + path


def _headers(policy: str, referrer: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": referrer,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
