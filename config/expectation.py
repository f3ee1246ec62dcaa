"""What kind of answer the conversation awaits now.

A flow step produces it; the interaction model reads it (after "what is your order number" six digits are an
end and three are not) and the ears decode with it (digits as digits).
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class AnswerKind(StrEnum):
    """The closed set of answers a step can await. The order is the model's embedding index: append only."""

    NOTHING = "nothing"
    """The agent makes a statement; whatever the caller says is unasked for."""
    FREE = "free"
    """An open question."""
    YES_NO = "yes_no"
    DIGITS = "digits"
    DATE = "date"
    CHOICE = "choice"
    """One of `Expectation.phrases`."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The answer awaited, and what may be said beside it.

    Attributes:
        kind: the kind of answer.
        digits: for `DIGITS`, how many (1..16); None when any number of digits will do. For other kinds: a
            number of so many digits may come as well ("where is my order, 104233", "no, 104234").
        phrases: what callers are likely to say here, in lower case without punctuation: the example phrases
            of the step's transitions and of the flow's global steps ("agent please", "repeat that").
        elsewhere: the other languages in which the call may go on ("es"), and the phrases in each; the one
            it is in counts for nothing. Empty where the caller's language is not to be recognised.
        any_words: everything is to be heard word for word, while it is being said: somebody is interpreted.
    """

    kind: AnswerKind = AnswerKind.NOTHING
    digits: int | None = None
    phrases: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, tuple[str, ...]], ...] = ()
    any_words: bool = False

    def said_in(self, language: str) -> "Expectation":
        """Give what may be said here in one of the other languages; itself for any language else."""
        phrases = dict(self.elsewhere).get(language)
        return self if phrases is None else replace(self, phrases=phrases, elsewhere=())


NOTHING_AWAITED = Expectation()
