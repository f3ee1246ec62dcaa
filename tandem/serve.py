"""`tandem serve`: the telephone server alone."""

import asyncio
import logging

import typer

from config.settings import Settings, load


def serve() -> None:
    """Answer calls: webhooks, media sockets and the interaction model. Needs Redis and a migrated database.

    `tandem up` starts this together with everything it needs; run it alone behind a load balancer, with
    REDIS_URL and DATABASE_URL set. One process owns its calls and one copy of the model.
    """
    settings = load()
    import uvicorn  # heavy: --help must answer at once

    from config import logs, tracing
    from telephony import pipecat_logs

    logs.begin("server", settings.logs, settings.log_level)
    tracing.begin("server", settings)
    pipecat_logs.join()
    from tandem.web import create_app  # imports pipecat

    if settings.set_up_link:
        _print_set_up_link(settings)
    # A refused media socket is our decision and logged as that; uvicorn takes it for a handshake gone wrong.
    logging.getLogger("uvicorn.error").addFilter(lambda line: "completing handshake" not in line.getMessage())
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # carriers send media fifty times a second: silence is noticed without pings
        timeout_graceful_shutdown=3,
    )


def _print_set_up_link(settings: Settings) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from admin.accounts.links import owner_link

    try:
        link = asyncio.run(owner_link(settings))
    except (SQLAlchemyError, OSError):
        text = "the record does not answer or is not migrated: calls will not be recorded until it is"
        logging.getLogger(__name__).warning(text, exc_info=True)
        return
    if link:
        typer.echo(f"There is no owner yet. Become it here, within a day: {link}")
