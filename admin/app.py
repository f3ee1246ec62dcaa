"""The web application's API: FastAPI, to be mounted beside the telephone server's routes.

OpenAPI is its contract: operation ids are the names of the routes, which are the names of the functions.
"""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute, APIWebSocketRoute

from admin.access import gate
from admin.accounts import oidc_routes, people
from admin.accounts import routes as accounts
from admin.audit import routes as audit
from admin.calls import routes as calls
from admin.flows import draft_routes, version_routes
from admin.flows import routes as flows
from admin.house import routes as house
from admin.insights import routes as insights
from admin.limits import BodyLimit
from admin.live import routes as live
from admin.live import sockets as live_sockets
from admin.live.connections import Connections
from admin.live.following import LiveCalls
from admin.numbers import check_routes
from admin.numbers import routes as numbers
from admin.parts import AdminParts
from admin.phone import routes as phone
from admin.phone.bookings import PhoneBookings
from admin.problems import MEDIA_TYPE, ProblemBody, answer_problems
from admin.replays import routes as replays
from admin.roles import LEAST_ROLE
from admin.simulations import routes as simulations
from admin.tools import credential_routes, http_routes, mcp_routes
from admin.tools import routes as tools
from admin.translations import routes as translations

_contract = APIRouter(tags=["contract"])
ROUTERS: Final[tuple[APIRouter, ...]] = (
    accounts.router,
    people.router,
    oidc_routes.router,
    audit.router,
    flows.router,
    draft_routes.router,
    version_routes.router,
    numbers.router,
    check_routes.router,
    calls.router,
    phone.router,
    live.router,
    live_sockets.router,
    insights.router,
    simulations.router,
    translations.router,
    replays.router,
    house.router,
    tools.router,
    http_routes.router,
    mcp_routes.router,
    credential_routes.router,
    _contract,
)
_DOCUMENT: Final[dict[str, Any]] = {}
_PROBLEM: Final[dict[int | str, dict[str, Any]]] = {
    "default": {
        "description": "What was wrong, and what to do.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
    }
}


def create_app(parts: AdminParts) -> FastAPI:
    """Build the API.

    Raises:
        ValueError: a route has no place in the table of roles, or the table one that does not exist.
    """
    names = [route.name for route in (*routes(), *sockets())]
    if sorted(names) != sorted(LEAST_ROLE):
        raise ValueError(f"routes and table of roles differ: {sorted(set(names) ^ set(LEAST_ROLE))}")
    app = FastAPI(
        title="Tandem",
        version="1",
        description="What support managers run: flows, numbers, calls, people.",
        servers=[{"url": "/api"}],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(gate)],
        generate_unique_id_function=lambda route: route.name,
        responses=_PROBLEM,
    )
    app.state.parts = parts
    app.state.connections = Connections()
    app.state.live = LiveCalls(parts.settings.redis_url)
    app.state.bookings = parts.bookings or PhoneBookings(parts.settings.redis_url, parts.apart)
    for router in ROUTERS:
        app.include_router(router)
    answer_problems(app)
    app.add_middleware(BodyLimit)
    openapi(app)  # now, not by the first request: it takes a moment, in which no call would be served
    return app


def routes() -> Iterable[APIRoute]:
    """Every route there is."""
    return (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))


def sockets() -> Iterable[APIWebSocketRoute]:
    """Every WebSocket there is."""
    return (route for router in ROUTERS for route in router.routes if isinstance(route, APIWebSocketRoute))


async def close(app: FastAPI) -> None:
    """Close what the API has connected to."""
    live_calls: LiveCalls = app.state.live
    await live_calls.close()
    bookings: PhoneBookings = app.state.bookings
    await bookings.close()


def openapi(app: FastAPI) -> dict[str, Any]:
    """The contract: the same for every application of a process, and made once, as that takes a second."""
    if _DOCUMENT:
        return _DOCUMENT
    document = app.openapi()
    if "ProblemBody" not in document["components"]["schemas"]:
        schema = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"] |= schema.pop("$defs", {})
        document["components"]["schemas"]["ProblemBody"] = schema
    _DOCUMENT.update(document)
    return _DOCUMENT


@_contract.get("/openapi.json")
async def read_openapi(request: Request) -> dict[str, Any]:
    """Read this contract."""
    return openapi(request.app)
