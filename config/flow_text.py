"""What flows are written with: names, texts with blanks, phrases, numbers. The schema's smallest parts."""

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

NAME_PATTERN: Final = r"^[a-z][a-z0-9_]{0,63}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
"""Of a flow, a step, a meaning, a slot: `order_number`."""

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
"""Of a telephone."""

FORMATS: Final = (
    "plain", "digits", "spelled", "date", "when", "month", "time", "moment", "moments", "span", "money",
    "priced", "chart",
)  # fmt: skip
"""How a blank is spoken, in the flow's language:

    plain     as it is                                  digits    digit by digit
    date      "Tuesday the 24th of November"            when      "tomorrow, ...", "on Tuesday ..."
    month     "November"                                time      "9 30 in the morning"
    moment    a day and a time                          moments   several to choose from, with "or"
    span      seconds, or a duration: "2 minutes"       money     an amount in the flow's currency
    spelled   letter by letter
    priced    things that have a text and a price       chart     what a chart shows, without its title

A list is said thing by thing, with "and".
"""
NOTHING: Final = "nothing"
"""The case of a `decide` for what is not known."""

BLANK: Final = re.compile(r"\{([a-z][a-z0-9_]*)((?:\.[a-z][a-z0-9_]*)*)(?::([a-z]+))?\}")
"""Groups: the name, the path below it (".status" or empty), the format or None."""


_PLAIN_WORDS: Final = re.compile(
    r"[^\W\d_A-Z]+(?:['\-]?[^\W\d_A-Z]+)*(?: [^\W\d_A-Z]+(?:['\-]?[^\W\d_A-Z]+)*)*"
)


def _one_sentence_at_least(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: write what is to be said")
    rest = BLANK.sub("", text)
    if "{" in rest or "}" in rest:
        raise ValueError(f"has a brace that is no blank in {text!r}: write blanks like {{order_number}}")
    for name, path, form in BLANK.findall(text):
        if form and form not in FORMATS:
            known = ", ".join(FORMATS)
            raise ValueError(f"blank {{{name}{path}:{form}}} has no known form: use one of {known}")
    return " ".join(text.split())


def _plain_words(phrase: str) -> str:
    words = " ".join(phrase.split())
    if not _PLAIN_WORDS.fullmatch(words):
        raise ValueError(
            f"phrase {phrase!r} is not plain: write small letters, no punctuation, numbers as words"
        )
    return words


def listed(value: object) -> object:
    """Let one thing stand for a list of one."""
    return [value] if isinstance(value, str) else value


Tag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
"""Of a language: `es-MX`."""

WORDS_SCHEMA: Final = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
TEXT_SCHEMA: Final = {
    "anyOf": [*WORDS_SCHEMA["anyOf"], {"type": "object", "additionalProperties": WORDS_SCHEMA}]
}
"""As people write it: one wording or several, or such for each language (`config.flow_languages`)."""
_TEXTS: Final = {"anyOf": [TEXT_SCHEMA, {"type": "array", "items": TEXT_SCHEMA}]}

Wording = Annotated[str, Field(max_length=600), AfterValidator(_one_sentence_at_least)]
Text = Annotated[
    tuple[Wording, ...],
    BeforeValidator(listed),
    Field(min_length=1, max_length=12),
    WithJsonSchema(TEXT_SCHEMA),
]
"""What is to be said: one wording, or several that are used in turn."""
Texts = Annotated[tuple[Text, ...], BeforeValidator(listed), Field(max_length=5), WithJsonSchema(_TEXTS)]
"""What is to be said the first time, the second time, and so on; the last one stays."""

Phrase = Annotated[str, Field(max_length=80), AfterValidator(_plain_words)]
Phrases = Annotated[
    tuple[Phrase, ...],
    BeforeValidator(listed),
    Field(min_length=1, max_length=60),
    WithJsonSchema(TEXT_SCHEMA),
]
"""Ways to say the same thing: small letters, no punctuation, numbers as words."""

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
Milliseconds = Annotated[int, Field(ge=500, le=120_000)]


class Part(BaseModel):
    """Anything in a flow: frozen, and without fields nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def blanks(text: Text) -> Iterator[tuple[str, str, str | None]]:
    """List a text's blanks: name, path below it (".status" or empty), form."""
    for wording in text:
        for name, path, form in BLANK.findall(wording):
            yield name, path, form or None
