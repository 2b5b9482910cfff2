"""The ASGI application: guard in front, the API at POST /, the worker site everywhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hits.endpoint import accounts, wire
from hits.endpoint.assets import Assets
from hits.endpoint.faults import Faults, read_faults
from hits.endpoint.guard import Guard
from hits.endpoint.market import Market
from hits.endpoint.notifications.delivery import Delivery
from hits.endpoint.requester_site import routes as requester_routes
from hits.endpoint.settings import ServeSettings
from hits.endpoint.worker_site import routes


def create_app(settings: ServeSettings) -> Starlette:
    """Open the books and build the application; raises EndpointError if either cannot be."""
    settings.check()
    faults = read_faults(settings.faults) if settings.faults else Faults()
    market = Market.open(settings.data, settings.clock)
    if settings.is_local:
        market.write(accounts.ensure_default)

    assets = Assets(settings.assets) if settings.assets else None

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        delivery = Delivery(market)
        delivery.start()
        yield
        delivery.stop()
        market.close()

    app = Starlette(
        routes=[
            Route("/", wire.endpoint, methods=["POST"]),
            Route("/pages", wire.upload, methods=["POST"]),
            Route("/healthz", _healthz, methods=["GET"]),
            *routes.ROUTES,
            *requester_routes.ROUTES,
            *([routes.assets(assets)] if assets else []),
        ],
        middleware=[Middleware(Guard, local=settings.is_local)],
        exception_handlers=routes.ERROR_PAGES,
        lifespan=lifespan,
    )
    app.state.market = market
    app.state.settings = settings
    app.state.assets = assets
    app.state.faults = faults
    return app


def _healthz(request: Request) -> Response:
    """200 once the books can be read."""
    market: Market = request.app.state.market
    market.read(lambda _session, _now: None)
    return PlainTextResponse("ok\n")
