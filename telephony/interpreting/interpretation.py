"""Two people, two legs, one interpreter between them.

Each leg is stepped by whoever has its line, with its person's sound and with what `news` says is to be
voiced there; `took` takes in what came of it and gives back what the person is to hear: the translation, and
the other's own voice under it. Nothing here waits: voices go from leg to leg through a small buffer each,
translations are made in tasks of their own.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from agents.interpreting.events import AsksToRepeat, NotSaid, Say
from agents.interpreting.phrases import Phrases, phrases_of
from agents.translation.translator import Translator, language_of
from config.expectation import AnswerKind, Expectation
from config.interpreting import DUCK_DB
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import (
    Dials,
    Offer,
    OfferDropped,
    OfferFinished,
    OfferMade,
    OfferStarted,
    Transcript,
    TurnInput,
    TurnOutput,
    Urgency,
    Word,
)
from telephony.interpreting.direction import Direction
from telephony.interpreting.mixing import Mixer, mix
from telephony.live import voice
from telephony.live.voice import Voice

DIALS: Final = Dials(backchannels=0.0, remarks=False)
"""An interpreter says nothing of its own accord while people speak."""
_ANYTHING: Final = Expectation(AnswerKind.FREE, any_words=True)
_OUTAGE_MS: Final = 30_000
"""Failures within so long of the last one told are no news."""


class Side(StrEnum):
    """One of the two people."""

    CALLER = "caller"
    OTHER = "other"

    @property
    def facing(self) -> "Side":
        return Side.OTHER if self is Side.CALLER else Side.CALLER


@dataclass(frozen=True, slots=True)
class Interpreted:
    """A row of the tape: something one of them said, and what the other heard of it.

    Attributes:
        speaker: `caller` or `other`.
        source, source_language: what was said, and in which language, a BCP 47 tag.
        text, language: what is voiced for it; empty when it was not translated, and `why` says why not.
        from_ms, upto_ms: when it was said, call time of the caller's leg.
        said_ms: when the translation began to be voiced, as `from_ms`; with a lag of `lag_ms`.
        offer_id: the offer that voices it.
        corrects: it puts right what was said before.
        repeats: the listener asked for it again.
    """

    speaker: str
    source: str
    source_language: str
    text: str
    language: str
    from_ms: int
    upto_ms: int
    said_ms: int
    lag_ms: int
    offer_id: str = ""
    corrects: bool = False
    repeats: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class OthersWords:
    """What the other person is saying, as far as it is understood; times of the caller's leg."""

    utterance: str
    """Unique within the call."""
    words: tuple[Word, ...]
    final: bool
    language: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """How two people are interpreted.

    Attributes:
        languages: what each of them speaks, BCP 47 tags.
        duck_db: see `Mixer`.
        introductions: what is said at the beginning, by language ("en"), in place of the usual.
        in_step: both legs are stepped together, so that their voices need no buffer between them.
    """

    languages: Mapping[Side, str]
    duck_db: float = DUCK_DB
    introductions: Mapping[str, str] | None = None
    in_step: bool = False


class _Leg:
    """What is kept of one person's leg."""

    def __init__(self, language: str, duck_db: float, begins_at: int | None) -> None:
        self.language = language
        self.mixer = Mixer(duck_db)
        self.coming = Voice() if begins_at is None else Voice(begins_at=begins_at)
        """The other's own voice, on its way here."""
        self.offers: list[OfferMade] = []
        self.open: dict[str, Say | None] = {}
        """Offers that are not over; None: of the interpreter's own."""
        self.now_ms = 0
        self.turns = 0


class Interpretation:
    """One interpreted conversation, from when both legs are there. `number` keeps its offers apart."""

    def __init__(self, number: int, wishes: Wishes, translator: Translator) -> None:
        begins_at = MICRO_TURN_SAMPLES if wishes.in_step else None
        self._number = number
        self._count = 0
        self._legs = {
            side: _Leg(language, wishes.duck_db, begins_at) for side, language in wishes.languages.items()
        }
        self._to: dict[Side, Direction] = {}
        self._later_ms: int | None = None
        """How much older the caller's call is than the other's."""
        self._told_failing_ms: int | None = None
        self._gone: Side | None = None
        self._rows: list[Interpreted] = []
        self._words: list[OthersWords] = []
        languages = {language_of(leg.language) for leg in self._legs.values()}
        if len(languages) > 1:
            self._to = {
                side: Direction(self._legs[side.facing].language, leg.language, translator)
                for side, leg in self._legs.items()
            }
            for side, leg in self._legs.items():
                own = (wishes.introductions or {}).get(language_of(leg.language))
                self._offer(side, own or phrases_of(leg.language).introduction)

    @property
    def language(self) -> Mapping[Side, str]:
        """What each of them speaks."""
        return {side: leg.language for side, leg in self._legs.items()}

    # --- a leg's micro-turn -----------------------------------------------------------------------------

    def news(self, side: Side) -> tuple[OfferMade, ...]:
        """Give what a leg is to voice, since the last time."""
        leg = self._legs[side]
        offers, leg.offers = tuple(leg.offers), []
        return offers

    def took(self, side: Side, turn: TurnInput, output: TurnOutput) -> TurnOutput:
        """Take in a micro-turn of a leg; gives it back with what its person is to hear."""
        leg, facing = self._legs[side], self._legs[side.facing]
        leg.now_ms = (turn.index + 1) * MICRO_TURN_MS
        if self._later_ms is None and facing.now_ms:
            self._later_ms = self._legs[Side.CALLER].now_ms - self._legs[Side.OTHER].now_ms
        facing.coming = voice.came(facing.coming, turn.caller_audio)
        self._listen(side, output.transcript)
        ours = output.voicing in leg.open
        self._follow(side, output)
        if (spoken := self._to.get(side.facing)) is not None:
            spoken.passes(leg.now_ms)
            self._pass_on(side.facing, spoken)
        leg.coming, original = voice.take(leg.coming)
        heard = self._to.get(side)
        due = bool(leg.open) or (heard is not None and heard.due)
        leg.mixer, audio = mix(leg.mixer, output.agent_audio, original, ducked=ours or due)
        return replace(output, agent_audio=audio)

    def left(self, side: Side) -> None:
        """One of them has gone: the other is told. Only the first time counts."""
        if self._gone is None:
            self._gone = side
            self._offer(side.facing, phrases_of(self._legs[side.facing].language).left)

    def is_over(self, side: Side) -> bool:
        """Whether the other has gone, and all has been voiced here that was to be."""
        leg = self._legs[side]
        return self._gone is side.facing and not leg.open and not leg.offers

    def unsaid(self, side: Side) -> tuple[str, ...]:
        """Name the offers to a leg that are not over."""
        return tuple(self._legs[side].open)

    def rows(self) -> tuple[Interpreted, ...]:
        """Take what is to be written down since the last time."""
        rows, self._rows = tuple(self._rows), []
        return rows

    def others_words(self) -> tuple[OthersWords, ...]:
        """Take what the other person was understood to say since the last time."""
        words, self._words = tuple(self._words), []
        return words

    async def close(self) -> None:
        """Ask the translator for nothing more."""
        await asyncio.gather(*(direction.close() for direction in self._to.values()))

    # --- inside -----------------------------------------------------------------------------------------

    def _listen(self, side: Side, transcript: Transcript | None) -> None:
        """Hand a person's words on to be translated."""
        if transcript is None:
            return
        leg = self._legs[side]
        if side is Side.OTHER:
            later_ms = self._later_ms or 0
            words = tuple(
                replace(word, start_ms=word.start_ms + later_ms, end_ms=word.end_ms + later_ms)
                for word in transcript.words
            )
            self._words.append(
                OthersWords(f"person-{self._number}-{leg.turns}", words, transcript.final, leg.language)
            )
        leg.turns += transcript.final
        if (said := self._to.get(side.facing)) is not None and self._gone is None:
            said.heard(transcript)

    def _follow(self, side: Side, output: TurnOutput) -> None:
        """See what became of what is voiced on a leg."""
        leg = self._legs[side]
        for act in output.acts:
            match act:
                case OfferStarted(offer_id) if (say := leg.open.get(offer_id)) is not None:
                    starts = output.agent_words[0].start_ms if output.agent_words else leg.now_ms
                    self._row(side, say, starts, offer_id)
                case OfferFinished(offer_id) | OfferDropped(offer_id) if offer_id in leg.open:
                    say = leg.open.pop(offer_id)
                    if say is not None:
                        self._to[side].voiced(say.say_id)
                        self._pass_on(side, self._to[side])
                case _:
                    pass

    def _pass_on(self, side: Side, direction: Direction) -> None:
        """Offer a leg what a direction has to say to it; where it cannot, say so, in both languages."""
        for each in direction.take():
            match each:
                case Say():
                    self._offer(side, each.text, each)
                case NotSaid():
                    self._row(side, each, self._legs[side.facing].now_ms, "")
                    self._failed(direction)
                case AsksToRepeat():
                    back = self._to[side.facing]
                    back.repeat()
                    self._pass_on(side.facing, back)
                case _:
                    assert_never(each)

    def _failed(self, direction: Direction) -> None:
        """Tell both, once an outage, that they hear each other directly."""
        now_ms = self._legs[Side.CALLER].now_ms
        last_ms = self._told_failing_ms
        self._told_failing_ms = now_ms
        if last_ms is None or now_ms - last_ms >= _OUTAGE_MS:
            for side, leg in self._legs.items():
                self._offer(side, _excuse(phrases_of(leg.language), direction))

    def _offer(self, side: Side, text: str, say: Say | None = None) -> None:
        leg = self._legs[side]
        self._count += 1
        offer_id = f"interpreter-{self._number}-{side.value}-{self._count}"
        offer = Offer(
            offer_id,
            " ".join(text.split()),
            Urgency.AT_ONCE,
            expects=_ANYTHING,
            interruptible=False,
            language=leg.language,
        )
        leg.offers.append(OfferMade(offer))
        leg.open[offer_id] = say

    def _row(self, side: Side, said: Say | NotSaid, starts_ms: int, offer_id: str) -> None:
        """Write down what was said to `side`; `starts_ms` of its own leg where it is voiced."""
        speaker = side.facing
        voiced_on = side if offer_id else speaker
        said_ms = self._on_callers_clock(voiced_on, starts_ms)
        from_ms = self._on_callers_clock(speaker, said.from_ms)
        voiced = isinstance(said, Say)
        self._rows.append(
            Interpreted(
                speaker=speaker.value,
                source=said.source,
                source_language=self._legs[speaker].language,
                text=said.text if voiced else "",
                language=self._legs[side].language,
                from_ms=from_ms,
                upto_ms=self._on_callers_clock(speaker, said.upto_ms),
                said_ms=said_ms,
                lag_ms=said_ms - from_ms,
                offer_id=offer_id,
                corrects=voiced and said.corrects,
                repeats=voiced and said.repeats,
                why="" if voiced else said.why,
            )
        )

    def _on_callers_clock(self, side: Side, at_ms: int) -> int:
        return at_ms + (self._later_ms or 0) if side is Side.OTHER else at_ms


def _excuse(phrases: Phrases, direction: Direction) -> str:
    return phrases.missing if direction.missing else phrases.failed
