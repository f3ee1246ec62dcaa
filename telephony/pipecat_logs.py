"""Sends pipecat's log lines, written with loguru, where all others go. Call it before pipecat is imported.

Left alone, pipecat prints a banner and every frame processor's life on the terminal.
"""

import logging

from loguru import logger as loguru

_QUIET_BELOW = "WARNING"


def join() -> None:
    """Send pipecat's warnings and errors to this process's log; leave the rest out."""
    loguru.remove()
    loguru.add(_forward, level=_QUIET_BELOW, format="{message}")


def _forward(message: object) -> None:
    record = getattr(message, "record", None)
    if isinstance(record, dict):
        logging.getLogger(str(record["name"])).log(record["level"].no, "%s", record["message"])
