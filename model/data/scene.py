"""A simulated call being written: who is in it, how they behave, and the stage."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from model.data import scripts
from model.data.clips import Clip, clips_of, plain_clip
from model.data.delivery import FRAME_MS
from model.data.scripts import CallerTurn, Split
from model.data.stage import Stage
from model.data.voices import Person
from model.synthesis.speech import Language


class Phase(StrEnum):
    """How much of a conversation a call holds, from less to more: the order of the curriculum."""

    WORDS = "words"
    """The caller alone, talking nearly all the time."""
    HALF_DUPLEX = "half_duplex"
    """Questions and answers; nobody speaks over anybody."""
    FULL_DUPLEX = "full_duplex"
    """Interruptions, backchannels, asides and noises."""
    WOVEN = "woven"
    """And reports, withdrawn offers and timed requests that come in on the way."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a simulated call goes.

    Attributes:
        patient: the agent waits three seconds after every turn, never blunders into a pause, and stops late
            when interrupted: for measuring when a model would act, without being told by the agent.
        overlap_rate: how often the caller speaks over a prompt (interruptions and backchannels together).
        phase: how much of a conversation it holds.
        spanish: share of calls in Spanish.
        switching: share of calls in which the caller speaks both languages.
    """

    patient: bool = False
    overlap_rate: float = 0.42
    phase: Phase = Phase.WOVEN
    spanish: float = 0.28
    switching: float = 0.12


@dataclass(slots=True)
class Scene:
    """What everything that happens in a call needs. All randomness comes from `random`."""

    stage: Stage
    split: Split
    random: Random
    caller: Person
    agent: Person
    manners: Manners
    language: Language
    switches: bool

    def frames(self, ms: float) -> int:
        return round(ms / FRAME_MS)

    def caller_language(self) -> Language:
        """The language of the caller's next turn."""
        if self.switches and self.random.random() < 0.35:
            return "es" if self.language == "en" else "en"
        return self.language

    def pieces(self, turn: CallerTurn) -> list[tuple[Clip, Language]]:
        """A caller's turn as clips, each with its language."""
        return [
            (clip, sentence.language)
            for sentence in turn.sentences
            for clip in clips_of(sentence, self.caller.speaking(sentence.language))
        ]

    def line(self, name: str, digits: int | None = None) -> tuple[str, Clip | None]:
        """A line of the agent's, and its sound."""
        text = scripts.prompt(name, digits, self.random, self.language)
        return text, self.agent_says(text)

    def agent_says(self, text: str) -> Clip | None:
        return plain_clip(text, self.agent.speaking(self.language))
