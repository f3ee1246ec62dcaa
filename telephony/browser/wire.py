"""What a browser and we say to each other on the socket of a call: frames to records and back. Pure.

browser → us    binary: int16 LE, 16 kHz mono, any whole number of samples, always, silence too
                {"type": "digit", "digit": "4"}
                {"type": "text", "text": "where is my order?"}    a turn typed instead of spoken
                {"type": "heard", "samples": 48000}               of all it was sent: played, or cleared
                {"type": "hang_up"}
us → browser    binary: the same, 200 ms at most; {"type": "clear"}: drop what has not been played
                started, words, interpreted, task, chart, step, problem, ended: see `told` and `problem`
"""

import json
from typing import Any, Final, assert_never, cast

from telephony.errors import FloodError, MessageError
from telephony.messages import (
    KEYS,
    Clear,
    FromCarrier,
    KeyPress,
    Media,
    Play,
    Played,
    SetMark,
    Stop,
    ToCarrier,
    Typed,
)
from telephony.watching import (
    CallBegan,
    CallEnded,
    ChartMade,
    Happening,
    Interpreted,
    InterpreterNews,
    StepReached,
    TaskNews,
    WordsSaid,
)

MOST_AUDIO_BYTES: Final = 64_000
"""Two seconds in one message; more is no telephone."""
MOST_TEXT_CHARACTERS: Final = 4_096
"""Of a message that is no audio."""
MOST_TYPED_CHARACTERS: Final = 500
MOST_SAMPLES: Final = 2**53
"""What a browser counts exactly."""


def from_wire(wire: str | bytes) -> FromCarrier:
    """Read what the browser sent.

    Raises:
        FloodError: more than two seconds of audio in one message, or more than 4096 characters.
        MessageError: half a sample, no JSON, or a field that is missing or wrong.
    """
    if isinstance(wire, bytes):
        return _audio(wire)
    if len(wire) > MOST_TEXT_CHARACTERS:
        raise FloodError(f"a message of {len(wire)} characters; {MOST_TEXT_CHARACTERS} is the most")
    try:
        parsed = json.loads(wire)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise MessageError(f"a JSON object is expected, not {type(parsed).__name__}")
    message = cast("dict[str, Any]", parsed)
    match message.get("type"):
        case "digit":
            return KeyPress(_key(message))
        case "text":
            return Typed(_typed(message))
        case "heard":
            return Played(_samples(message))
        case "hang_up":
            return Stop()
        case kind:
            raise MessageError(f"'type' is {str(kind)[:32]!r}; digit, text, heard and hang_up are known")


def to_wire(message: ToCarrier) -> str | bytes | None:
    """Write what the line sends; None for a mark: what was played the browser tells by itself."""
    match message:
        case Play(payload):
            return payload
        case Clear():
            return '{"type":"clear"}'
        case SetMark():
            return None
        case _:
            assert_never(message)


def told(happening: Happening) -> str | None:
    """Write what happened; None: it is not for the caller, or told in another way."""
    match happening:
        case CallBegan():
            return _json(
                "started", call_id=happening.call_id, flow=happening.flow, language=happening.language
            )
        case WordsSaid(side, utterance, words, final, language):
            return _json(
                "words",
                side=side,
                utterance=utterance,
                **({"language": language} if language else {}),
                text=happening.text,
                start_ms=words[0].start_ms if words else None,
                end_ms=words[-1].end_ms if words else None,
                final=final,
                words=[
                    {"text": word.text, "start_ms": word.start_ms, "end_ms": word.end_ms} for word in words
                ],
            )
        case Interpreted():
            return _json(
                "interpreted",
                speaker=happening.speaker,
                utterance=happening.offer_id,
                source=happening.source,
                source_language=happening.source_language,
                text=happening.text,
                language=happening.language,
                start_ms=happening.from_ms,
                lag_ms=happening.lag_ms,
                corrects=happening.corrects,
                repeats=happening.repeats,
            )
        case TaskNews(task_id, tool, status, text):
            return _json("task", task_id=task_id, tool=tool, status=status, text=text)
        case ChartMade(chart_id, sentence):
            return _json("chart", url=f"/charts/{chart_id}.svg", sentence=sentence)
        case StepReached(step, language):
            return _json("step", step=step, language=language)
        case CallEnded() | InterpreterNews():
            return None
        case _:
            assert_never(happening)


def problem(sentence: str) -> str:
    """Write that something the browser sent could not be used."""
    return _json("problem", text=sentence)


def ended(outcome: str, why: str) -> str:
    """Write that the call is over, the last message there is."""
    return _json("ended", outcome=outcome, why=why)


def _json(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, **fields}, ensure_ascii=False, separators=(",", ":"))


def _audio(wire: bytes) -> Media:
    if len(wire) > MOST_AUDIO_BYTES:
        raise FloodError(f"{len(wire)} bytes of audio in one message; {MOST_AUDIO_BYTES} is the most")
    if len(wire) % 2:
        raise MessageError(f"{len(wire)} bytes of audio end within a sample; send 16-bit samples")
    return Media(wire)


def _key(message: dict[str, Any]) -> str:
    key = message.get("digit")
    if not isinstance(key, str) or key.upper() not in KEYS:
        raise MessageError(f"'digit' is {str(key)[:8]!r}; a keypad has 0-9 * # A-D")
    return key.upper()


def _typed(message: dict[str, Any]) -> str:
    given = message.get("text")
    if not isinstance(given, str) or not given.strip():
        raise MessageError("'text' is missing or empty; write what you would say")
    if len(given) > MOST_TYPED_CHARACTERS:
        raise MessageError(f"'text' has {len(given)} characters; {MOST_TYPED_CHARACTERS} is the most")
    if any("\ud800" <= each <= "\udfff" for each in given):  # no tape and no other socket could hold it
        raise MessageError("'text' has half a character in it; send whole ones")
    return given


def _samples(message: dict[str, Any]) -> int:
    given = message.get("samples")
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST_SAMPLES:
        raise MessageError("'samples' is how many samples have been played, a whole number")
    return given
