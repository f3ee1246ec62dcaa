"""`tandem worker`: background agents alone."""

from config import worker_metrics
from config.settings import load


def worker() -> None:
    """Run background agents: look things up for the conversations of every server on the same Redis."""
    settings = load()
    worker_metrics.prepare(settings)
    from agents.worker import start  # heavy: --help must answer at once
    from config import logs
    from telephony.twilio.messages import make_messenger

    logs.begin("worker", settings.logs, settings.log_level)
    shown = worker_metrics.show(settings)
    try:
        start(settings, messenger=make_messenger(settings))
    finally:
        if shown is not None:
            shown.shutdown()
