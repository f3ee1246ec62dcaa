"""Who works on briefs and tells what callers mean here: the model that is set, or nobody."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from agents.errors import Unavailable
from agents.messages import TaskRequest
from agents.runner import CallTool, Say, TellSpent
from agents.toolbox import Toolbox
from config.settings import Settings

if TYPE_CHECKING:
    from agents.language_model.agent import LanguageModelAgent
    from agents.language_model.classifying import LanguageModelClassifier
    from agents.language_model.spending import Spend

logger = logging.getLogger(__name__)


class NoModel:
    """Fails every brief, and says in the log what to set."""

    async def work(
        self, request: TaskRequest, say: Say, call_tool: CallTool, tell_spent: TellSpent
    ) -> dict[str, Any]:
        """See `agents.runner.BriefWorker`.

        Raises:
            Unavailable: always.
        """
        logger.error(
            "task %s needs a language model, and none is set: set LLM_MODEL, and LLM_BASE_URL or LLM_API_KEY",
            request.task_id,
        )
        raise Unavailable("no language model is set: LLM_MODEL, LLM_BASE_URL, LLM_API_KEY")

    async def close(self) -> None:
        """Let go of nothing."""


def brief_worker(
    settings: Settings, toolbox: Toolbox, unix_ms: Callable[[], int]
) -> "LanguageModelAgent | NoModel":
    """Build the worker on briefs that the settings name, for one event loop; it opens nothing yet."""
    if settings.llm_model is None:
        return NoModel()
    from agents.language_model.agent import LanguageModelAgent  # the client takes a second to import
    from agents.language_model.endpoint import Endpoint

    return LanguageModelAgent(Endpoint(settings, unix_ms), toolbox, _spend(settings), unix_ms)


def classifier(settings: Settings, unix_ms: Callable[[], int]) -> "LanguageModelClassifier | None":
    """Build what tells what callers' words mean, for one event loop; None: no language model is set."""
    if settings.llm_model is None:
        return None
    from agents.language_model.classifying import LanguageModelClassifier
    from agents.language_model.endpoint import Endpoint

    return LanguageModelClassifier(Endpoint(settings, unix_ms), _spend(settings), unix_ms)


def _spend(settings: Settings) -> "Spend":
    from agents.language_model.spending import DayBudget, Price, Spend
    from agents.limits import Daily

    price = Price(settings.llm_input_price_usd, settings.llm_output_price_usd)
    tokens, usd = settings.llm_most_tokens_per_day, settings.llm_most_usd_per_day
    day = None
    if tokens is not None or usd is not None:
        day = DayBudget(Daily(settings.redis_url), tokens, None if usd is None else round(usd * 1_000_000))
    return Spend(price, settings.llm_most_usd_per_task * 1_000_000, day)
