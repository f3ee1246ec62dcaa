"""The figures of a worker: its pool processes count in files, its parent adds them up and shows them.

`prepare` has to come before anything imports `config.metrics`: the library decides then where it counts.
"""

import hmac
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from config.errors import ConfigError
from config.settings import Settings

_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

Respond = Callable[..., object]


class MetricsError(ConfigError):
    """The worker's figures cannot be shown. The text says why and what to do."""


def prepare(settings: Settings) -> None:
    """Make this process and those it forks count in files; nothing without TANDEM_WORKER_METRICS_PORT."""
    if settings.worker_metrics_port is None:
        return
    if "prometheus_client" in sys.modules:
        raise AssertionError("prometheus_client was imported before worker_metrics.prepare")
    folder = _folder(settings)
    shutil.rmtree(folder, ignore_errors=True)  # of a worker that had this port before
    folder.mkdir(parents=True)
    os.environ[_VARIABLE] = str(folder)


def show(settings: Settings) -> WSGIServer | None:
    """Serve the sums at `/metrics` of TANDEM_WORKER_METRICS_PORT, from a thread; None without that port.

    With TANDEM_METRICS_TOKEN on all of TANDEM_HOST, to who brings it; without on loopback only.

    Raises:
        MetricsError: the port cannot be used.
    """
    if settings.worker_metrics_port is None:
        return None
    from prometheus_client import CollectorRegistry, make_wsgi_app
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(_folder(settings)))
    shown = make_wsgi_app(registry)
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None

    def answer(environ: dict[str, Any], respond: Respond) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/metrics":
            respond("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/metrics is all there is here\n"]
        if token is not None and not brings(token, str(environ.get("HTTP_AUTHORIZATION", ""))):
            respond("401 Unauthorized", [("Content-Type", "text/plain"), ("WWW-Authenticate", "Bearer")])
            return [b"this needs TANDEM_METRICS_TOKEN as a bearer token\n"]
        return shown(environ, respond)

    host = settings.host if token is not None else "127.0.0.1"
    try:
        server = make_server(host, settings.worker_metrics_port, answer, handler_class=_Quiet)
    except OSError as error:
        raise MetricsError(
            f"TANDEM_WORKER_METRICS_PORT={settings.worker_metrics_port} on {host} cannot be used "
            f"({error.strerror}). Choose another port, or unset it."
        ) from None
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def brings(token: str, authorization: str) -> bool:
    """Whether an Authorization header brings this bearer token; a wrong one takes as long as the right."""
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _folder(settings: Settings) -> Path:
    return settings.home.resolve() / "metrics" / str(settings.worker_metrics_port)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is theirs
        """Scrapes come every few seconds: no line for each."""
