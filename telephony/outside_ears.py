"""Ears outside the model: any pipecat speech-to-text service, by one setting.

    TANDEM_EARS=pipecat.services.deepgram.stt:DeepgramSTTService
    TANDEM_EARS_OPTIONS={"api_key": "..."}

The service stands in the call's pipeline before the interaction model and pushes transcription frames; here
they become `HeardWords`. Timing stays with the interaction model: such a service is asked for words only.
"""

import importlib
import json
import re
from typing import Any, Final

from pipecat.frames.frames import InterimTranscriptionFrame, TranscriptionFrame
from pipecat.services.stt_service import STTService

from config.errors import ConfigError
from config.settings import EMBEDDED_EARS, Settings
from config.units import MICRO_TURN_MS
from model.ears.numbers import DIGITS, digits_only
from model.turn import HeardWords, Word

_WORD: Final = re.compile(r"\d|[^\W\d_]+(?:['’][^\W\d_]+)*")
_WORD_MS: Final = 250
"""About how long a word takes: these services say when a phrase was heard, not when each word was."""


class EarsError(ConfigError):
    """The speech-to-text service named by TANDEM_EARS cannot be used."""


def make_service(settings: Settings) -> STTService | None:
    """Build the service for one call; None when the ears are the embedded ones.

    Raises:
        EarsError: there is no such service, or it does not take these options.
    """
    if settings.ears in EMBEDDED_EARS:
        return None
    module_name, _, class_name = settings.ears.partition(":")
    try:
        service = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise EarsError(
            f"TANDEM_EARS={settings.ears!r} cannot be loaded ({error}). Set it to "
            f"{' or '.join(EMBEDDED_EARS)}, or to a pipecat service as module:Class with its extra installed."
        ) from None
    if not (isinstance(service, type) and issubclass(service, STTService)):
        raise EarsError(f"TANDEM_EARS={settings.ears!r} is no pipecat speech-to-text service.")
    try:
        return service(**_options(settings))
    except (TypeError, ValueError) as error:
        raise EarsError(
            f"TANDEM_EARS={settings.ears!r} does not take TANDEM_EARS_OPTIONS ({error})."
        ) from None


def words_of(frame: TranscriptionFrame | InterimTranscriptionFrame, index: int) -> HeardWords:
    """Turn a transcription that came in by micro-turn `index` into words that end there."""
    texts = [
        DIGITS[int(text)] if text.isdigit() else text.replace("’", "'")
        for text in _WORD.findall(frame.text.lower())
    ]
    end_ms = (index + 1) * MICRO_TURN_MS
    words = tuple(
        Word(
            text,
            max(0, end_ms - (len(texts) - k) * _WORD_MS),
            max(0, end_ms - (len(texts) - k - 1) * _WORD_MS),
        )
        for k, text in enumerate(texts)
    )
    return HeardWords(digits_only(words), final=isinstance(frame, TranscriptionFrame))


def _options(settings: Settings) -> dict[str, Any]:
    if settings.ears_options is None:
        return {}
    try:
        options = json.loads(settings.ears_options.get_secret_value())
    except json.JSONDecodeError as error:
        raise EarsError(f"TANDEM_EARS_OPTIONS is no JSON ({error.msg} at character {error.pos}).") from None
    if not isinstance(options, dict):
        raise EarsError('TANDEM_EARS_OPTIONS must be a JSON object, for example {"api_key": "..."}.')
    return options
