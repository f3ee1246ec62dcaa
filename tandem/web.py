"""The server as a whole: telephone and web application in one process, on one port, over one record.

Neither knows the other. What is published by managers reaches calls through `telephony.switchboard.Flows`.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from fastapi import FastAPI

from admin.apart import Apart
from admin.app import close as close_api
from admin.flows.published import PublishedFlows
from admin.house.kept import KeptRules
from admin.house.retention import keep_clearing
from admin.insights.measuring import Measuring
from admin.numbers.canary_watch import CanaryWatch
from admin.parts import unix_ms
from admin.phone.bookings import PhoneBookings
from admin.replays.queue import Replays
from admin.site import Site
from config.database import Database
from config.settings import Settings
from tandem.api import API, create_api_app
from telephony.replay.process import replay_apart
from telephony.server import create_app as create_telephone


def create_app(settings: Settings) -> FastAPI:
    """Build the server; everything starts with its lifespan and ends with it.

    Raises:
        FlowError: the flow named by TANDEM_FLOW is not valid.
        EarsError: the service named by TANDEM_EARS cannot be used.
    """
    database = Database(settings.database_url)
    apart = Apart()
    reading_apart = Apart(gives_way=False)  # no check of a draft keeps a call waiting
    flows = PublishedFlows(database, reading_apart)
    bookings = PhoneBookings(settings.redis_url, reading_apart)
    rules = KeptRules(database)
    app = create_telephone(settings, flows, bookings, rules.house)
    replays = Replays(settings, database, apart, replay_apart, unix_ms)
    api = create_api_app(settings, database, apart, replays, bookings)
    app.mount(API, api)
    telephone_lifespan = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        beside = (
            asyncio.create_task(flows.keep_ahead()),
            asyncio.create_task(rules.keep_ahead()),
            asyncio.create_task(keep_clearing(database, settings.tapes, rules)),
            asyncio.create_task(Measuring(settings, database, apart).keep_up()),
            asyncio.create_task(CanaryWatch(database).keep_watch()),
        )
        try:
            async with telephone_lifespan(app):
                app.mount("/", Site())  # last: it takes every address that is left
                yield
        finally:
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await replays.close()
            await close_api(api)
            apart.close()
            reading_apart.close()
            await database.close()

    app.router.lifespan_context = lifespan
    return app
