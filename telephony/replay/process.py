"""A replay in a process of its own, which gives way to calls on the same machine."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

from agents.language_model.chosen import classifier
from agents.reports import unix_ms
from agents.simulation.trial_tools import trial_tools
from config.database import Database
from config.errors import ConfigError
from config.flow_file import FlowError, read_flow
from config.replaying import Done, Failed, Progressed, ReplayOrder
from telephony.errors import TelephonyError
from telephony.replay.replay import replay

logger = logging.getLogger(__name__)

_NICER = 15
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def replay_apart(order: ReplayOrder, news: Connection) -> None:
    """Replay a call and tell how it goes (`config.replaying.Replay`). To be run in a new process."""
    os.nice(_NICER)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who ends this process
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        news.send(asyncio.run(replay_here(order, lambda share: _tell(news, share))))
    except BrokenPipeError:
        return
    finally:
        news.close()


def _tell(news: Connection, share: float) -> None:
    try:
        news.send(Progressed(share))
    except BrokenPipeError:
        os._exit(1)  # nobody waits for it any more


async def replay_here(order: ReplayOrder, progress: Callable[[float], None]) -> Done | Failed:
    """Replay a call in this process, at its priority."""
    database = Database(order.settings.database_url)
    understanding = classifier(order.settings, unix_ms)
    try:
        flow = read_flow(order.flow)
        done = await replay(order, flow, trial_tools(order.settings, database), progress, understanding)
    except FlowError as error:
        return Failed(f"The flow is not valid: {error.problems[0]}")
    except (TelephonyError, ConfigError) as error:
        return Failed(str(error))
    except Exception:  # whoever waits for it must be told
        logger.exception("a replay broke")
        return Failed("The replay broke on our side; the server's log says where.")
    finally:
        if understanding is not None:
            await understanding.close()
        await database.close()
        await _close_connections()
    return Done({task: source.value for task, source in done.sources.items()}, done.beyond_ms)


async def _close_connections() -> None:
    """End servers of tools that were asked."""
    if (rooms := sys.modules.get("agents.mcp_tools.connection")) is not None:
        await rooms.close_connections()
