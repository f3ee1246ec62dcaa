"""The server's figures for Prometheus: `GET /metrics`.

With TANDEM_METRICS_TOKEN for who brings it as a bearer token; without for this machine alone, and not for
what a proxy on it hands on.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.settings import Settings
from config.this_machine import is_here
from config.worker_metrics import brings

_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value at the moment of a scrape; `name` comes after `tandem_`."""

    name: str
    what: str
    value: float


def metrics_router(settings: Settings, read: Callable[[], Awaitable[Sequence[Reading]]]) -> APIRouter:
    """Build the route. `read` is called for every scrape."""
    router = APIRouter()
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if token is not None:
            if not brings(token, request.headers.get("authorization", "")):
                raise HTTPException(
                    401, "This needs TANDEM_METRICS_TOKEN as a bearer token.", {"WWW-Authenticate": "Bearer"}
                )
        elif not is_here(request.client.host if request.client else None, request.headers):
            raise HTTPException(403, "Only this machine is served. Set TANDEM_METRICS_TOKEN to serve others.")
        now = CollectorRegistry()
        now.register(_Readings(await read()))
        return Response(generate_latest() + generate_latest(now), media_type=_FORMAT)

    return router


class _Readings(Collector):
    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings

    def collect(self) -> Generator[Metric]:
        for each in self._readings:
            yield GaugeMetricFamily(f"tandem_{each.name}", each.what, each.value)
