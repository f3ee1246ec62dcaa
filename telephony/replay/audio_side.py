"""The interaction model in virtual time: each micro-turn takes as long as it takes, nothing is late.

From here torch is loaded.
"""

from collections.abc import Sequence

from config.settings import Settings
from model.checkpoint import find_checkpoint
from model.ears.at_once import EarsAtOnce
from model.ears.kinds import make_kind
from model.evaluate.rehearsed_voice import RehearsedVoice
from model.native import SERVING_THREADS, load
from model.turn import CallContext, LanguageChanged, OfferMade, TurnEvent, TurnInput, TurnOutput


class AudioSide:
    """One call's side of the shipped model (`telephony.call_parts.AgentSide`), with ears that answer at once.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        HeadError, EncoderError: the ears cannot be used.
    """

    def __init__(self, settings: Settings, context: CallContext) -> None:
        ears = EarsAtOnce(make_kind("pocketsphinx" if settings.ears == "pocketsphinx" else "encoder"))
        self._voice = RehearsedVoice()
        self._model = load(
            find_checkpoint("first"), ears, max_calls=1, threads=SERVING_THREADS, voice=self._voice
        )
        self._state = self._model.open(context)
        self._language = context.language

    async def step(self, turn: TurnInput) -> TurnOutput:
        """See `AgentSide`."""
        self._rehearse(turn.events)
        (output,) = self._model.step([self._state], [turn])
        return output

    async def reply(self, events: Sequence[TurnEvent]) -> TurnOutput:
        """See `AgentSide`."""
        self._rehearse(events)
        return self._model.reply(self._state, events)

    def close(self) -> None:
        """See `AgentSide`."""
        self._state.close()
        self._model.close()

    def _rehearse(self, events: Sequence[TurnEvent]) -> None:
        """Have what is offered synthesised before it is wanted: in virtual time nobody waits for it."""
        for event in events:
            match event:
                case LanguageChanged(language=language):
                    self._language = language
                case OfferMade(offer=offer):
                    for _ in self._voice.speak(offer.text, offer.language or self._language):
                        pass
                case _:
                    pass
