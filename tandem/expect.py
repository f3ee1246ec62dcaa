"""`--expect`: the answer awaited, as written on a command line."""

from pathlib import Path
from typing import Final

from config.errors import ConfigError
from config.expectation import AnswerKind, Expectation

HELP: Final = "The answer awaited: free, yes_no, digits, digits:6, date or phrases:FILE (one phrase a line)."


def expectation_of(text: str) -> Expectation:
    """Read what stands after `--expect`.

    Raises:
        ConfigError: it is not one of the forms, or the file of phrases cannot be used.
    """
    kind, _, detail = text.partition(":")
    match kind:
        case "free" | "yes_no" | "date" if not detail:
            return Expectation(AnswerKind(kind))
        case "digits" if not detail:
            return Expectation(AnswerKind.DIGITS)
        case "digits" if detail.isdecimal() and 1 <= int(detail) <= 16:
            return Expectation(AnswerKind.DIGITS, digits=int(detail))
        case "phrases" if detail:
            return Expectation(AnswerKind.CHOICE, phrases=_phrases(Path(detail)))
        case _:
            raise ConfigError(
                f"--expect {text!r} is not one of free, yes_no, digits, digits:N, date, phrases:FILE"
            )


def _phrases(path: Path) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--expect: {path} cannot be read as text ({error})") from None
    phrases = tuple(dict.fromkeys(" ".join(line.lower().split()) for line in lines if line.strip()))
    if not phrases:
        raise ConfigError(f"--expect: {path} holds no phrase")
    return phrases
