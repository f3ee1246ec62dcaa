"""The systems that are compared: the product's, and those every caller knows."""

from collections.abc import Callable
from typing import Final

from model.evaluate.baselines.offering import Rule, RuleInterlocutor
from model.evaluate.baselines.rules import TIMEOUT_MS, EnergyTimeout, Silent, Talking
from model.evaluate.baselines.smart_turn import THRESHOLD, SileroSmartTurn
from model.evaluate.line_up import BASELINES, CASCADE, ENERGY, SILENT, TALKING
from model.evaluate.rehearsed_voice import RehearsedVoice

_CHATTER: Final = (
    "I talk and talk, and when there is nothing left to say, I say it once more, and then again."
)


def baseline(name: str, setting: float | None = None) -> RuleInterlocutor:
    """Build one of `BASELINES`; `setting` is the timeout in ms of `energy`, the threshold of `cascade`.

    Raises:
        CascadeError: the cascade's pieces are not installed.
        ValueError: there is no such baseline.
    """
    makers: dict[str, Callable[[], Rule]] = {
        SILENT: Silent,
        TALKING: Talking,
        ENERGY: lambda: EnergyTimeout(round(TIMEOUT_MS if setting is None else setting)),
        CASCADE: lambda: SileroSmartTurn(THRESHOLD if setting is None else setting),
    }
    if name not in makers:
        raise ValueError(f"{name} is none of {', '.join(BASELINES)}")
    return RuleInterlocutor(makers[name], RehearsedVoice(), _CHATTER if name == TALKING else "")
