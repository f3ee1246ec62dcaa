"""The telephone server: one process that answers calls with one copy of the model."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from agents.charts.store import ChartStore
from agents.dispatch import Dispatcher
from agents.interpreting.ready import make_ready
from agents.language_model.chosen import classifier
from agents.reports import unix_ms
from agents.translation.chosen import open_translator
from agents.translation.translator import NoTranslator, Translator
from config.database import Database
from config.flow_file import load_flow
from config.house import House
from config.settings import Settings
from telephony.browser.bookings import Bookings
from telephony.browser.routes import browser_router
from telephony.chart_route import chart_router
from telephony.engine import NativeEngine
from telephony.interpreting.legs import Legs
from telephony.live.live_calls import LiveCalls
from telephony.metrics_route import Reading, metrics_router
from telephony.outside_ears import make_service
from telephony.switchboard import Exchange, Flows, Switchboard
from telephony.tape_route import tape_router
from telephony.twilio.rest import TwilioCarrier
from telephony.twilio.routes import twilio_router

logger = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    flows: Flows | None = None,
    bookings: Bookings | None = None,
    house: Callable[[], House] = House,
) -> FastAPI:
    """Build the server. Model, ears and connections start with its lifespan and end with it.

    Args:
        settings: of the installation.
        flows: knows which flow a new call runs; without them, and where they know none, it is TANDEM_FLOW.
        bookings: knows which calls browsers may make; without them, none.
        house: knows the rules that hold for a call that begins now.

    Raises:
        FlowError: the flow named by TANDEM_FLOW is not valid.
        EarsError: the service named by TANDEM_EARS cannot be used.
    """
    flow = load_flow(settings.flow)
    make_service(settings)  # so that a wrong one is said now, not by the first call

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with contextlib.AsyncExitStack() as open_rooms:
            engine = await asyncio.to_thread(NativeEngine, settings)
            open_rooms.push_async_callback(engine.close)
            database = Database(settings.database_url)
            open_rooms.push_async_callback(database.close)
            dispatcher = Dispatcher(settings)
            open_rooms.push_async_callback(dispatcher.close)
            await dispatcher.start()
            carrier = None
            if settings.twilio_account_sid:
                carrier = TwilioCarrier(settings)
                open_rooms.callback(carrier.close)
            translator, why_not = _translator(settings)
            if translator is not None:
                open_rooms.push_async_callback(translator.close)
                await make_ready(translator)
            live = LiveCalls(settings.redis_url, dispatcher.sensitive_of, why_not)
            open_rooms.push_async_callback(live.close)
            live.start()
            understanding = await asyncio.to_thread(classifier, settings, unix_ms)
            if understanding is not None:
                open_rooms.push_async_callback(understanding.close)
            exchange = Exchange(
                settings,
                flow,
                engine,
                dispatcher,
                database,
                carrier,
                flows,
                house,
                live=live,
                classifier=understanding,
                translator=translator,
                legs=Legs(carrier),
            )
            switchboard = Switchboard(exchange)
            open_rooms.push_async_callback(switchboard.close)
            app.include_router(twilio_router(settings, switchboard, legs=exchange.legs))
            if bookings is not None:
                app.include_router(browser_router(settings, switchboard, bookings))
            app.include_router(tape_router(settings, switchboard))
            app.include_router(chart_router(ChartStore(database).find))
            app.include_router(metrics_router(settings, _gauges(exchange, switchboard)))
            app.add_api_route("/health", _health(exchange, switchboard), methods=["GET"])
            gc.collect()
            gc.freeze()  # what start-up built stays: a full collection would stop every call for 30 ms
            logger.info("ready", extra={"flow": flow.name, "development": settings.development})
            yield

    return FastAPI(title="Tandem telephony", lifespan=lifespan, docs_url=None, redoc_url=None)


def _health(exchange: Exchange, switchboard: Switchboard) -> Callable[[], Awaitable[JSONResponse]]:
    async def health() -> JSONResponse:
        """Tell whether calls can be taken: 200 with "ok", or 503 naming what does not answer."""
        measured = exchange.engine.capacity()
        parts = {
            "database": await _answers(exchange.database),
            "redis": await exchange.dispatcher.answers(),
        }
        well = all(parts.values())
        return JSONResponse(
            {
                "status": "ok" if well else "degraded",
                **{name: "ok" if part else "does not answer" for name, part in parts.items()},
                "calls": switchboard.calls,
                "capacity": switchboard.capacity,
                "step_p99_ms": None if measured.p99_ms is None else round(measured.p99_ms, 1),
            },
            status_code=200 if well else 503,
        )

    return health


def _translator(settings: Settings) -> tuple[Translator | None, str]:
    """Open the translator of interpreted calls; where there is none, say what brings one."""
    try:
        return open_translator(settings), ""
    except NoTranslator as missing:
        logger.info("nobody can be interpreted: %s", missing)
        return None, f"There is no translator here. To have one: {missing.remedy}"


def _gauges(exchange: Exchange, switchboard: Switchboard) -> Callable[[], Awaitable[Sequence[Reading]]]:
    async def read() -> tuple[Reading, ...]:
        measured = exchange.engine.capacity()
        queued = await exchange.dispatcher.queued()
        waiting = "Tasks no worker has taken yet, of all servers."
        return (
            Reading("calls_up", "Calls that are up.", switchboard.calls),
            Reading("calls_capacity", "Calls that are taken at most.", switchboard.capacity),
            Reading(
                "step_p99_seconds",
                "The model's steps lately, all calls together.",
                (measured.p99_ms or 0) / 1_000,
            ),
            *(() if queued is None else (Reading("tasks_queued", waiting, queued),)),
        )

    return read


async def _answers(database: Database) -> bool:
    try:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True
