"""Two people, two legs, one interpreter between them.

Each leg is stepped by whoever has its line, with its person's sound and with what `news` says is to be
voiced there; `took` takes in what came of it and gives back what the person is to hear: the translation, and
the other's own voice under it. Nothing here waits: voices go from leg to leg through a small buffer each,
translations are made in tasks of their own. Who goes over to another language is followed there; while both
speak the same, or one a language nobody here knows, each hears the other as they are.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, assert_never

from agents.interpreting.events import AsksToRepeat, NotSaid, Say
from agents.interpreting.phrases import Phrases, phrases_of
from agents.interpreting.voiced import usually_ms
from agents.translation.translator import Translator, language_of
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import (
    Dials,
    LanguageChanged,
    Offer,
    OfferDropped,
    OfferFinished,
    OfferMade,
    OfferStarted,
    Transcript,
    TurnEvent,
    TurnInput,
    TurnOutput,
    Urgency,
)
from telephony.interpreting.direction import Direction, Trouble
from telephony.interpreting.languages import ANYTHING, Tongue, followed
from telephony.interpreting.mixing import Mixer, mix
from telephony.interpreting.pace import pace
from telephony.interpreting.people import Interpreted, OthersWords, Side, Wishes
from telephony.live import voice
from telephony.live.voice import Voice

DIALS: Final = Dials(backchannels=0.0, remarks=False)
"""An interpreter says nothing of its own accord while people speak."""
_OUTAGE_MS: Final = 30_000
"""Trouble within so long of the same told last is no news."""


@dataclass(frozen=True, slots=True)
class _Voiced:
    """What an offer says for the other person, in which languages; `say` None: the interpreter's own."""

    say: Say | None
    source: str
    language: str
    lasts_ms: int


class _Leg:
    """What is kept of one person's leg."""

    def __init__(self, language: str, duck_db: float, begins_at: int | None) -> None:
        self.tongue = Tongue(language)
        self.mixer = Mixer(duck_db)
        self.coming = Voice() if begins_at is None else Voice(begins_at=begins_at)
        """The other's own voice, on its way here."""
        self.news: list[TurnEvent] = []
        self.open: dict[str, _Voiced] = {}
        """Offers that are not over."""
        self.now_ms = 0
        self.turns = 0

    @property
    def phrases(self) -> Phrases:
        """What an interpreter says to this person."""
        return phrases_of(self.tongue.own)


class Interpretation:
    """One interpreted conversation, from when both legs are there. `number` keeps its offers apart."""

    def __init__(self, number: int, wishes: Wishes, translator: Translator) -> None:
        begins_at = MICRO_TURN_SAMPLES if wishes.in_step else None
        self._number = number
        self._wishes = wishes
        self._count = 0
        self._legs = {
            side: _Leg(language, wishes.duck_db, begins_at) for side, language in wishes.languages.items()
        }
        self._to = {
            side: Direction(wishes.languages[side.facing], language, translator)
            for side, language in wishes.languages.items()
        }
        self._later_ms: int | None = None
        """How much older the caller's call is than the other's."""
        self._introduced = False
        self._told_ms: dict[Trouble, int] = {}
        """When something was last wrong."""
        self._gone: Side | None = None
        self._rows: list[Interpreted] = []
        self._words: list[OthersWords] = []
        if wishes.notice:
            self._offer(Side.OTHER, wishes.notice)
        self._introduce()

    @property
    def later_ms(self) -> int | None:
        """How much older the caller's call is than the other's; None until both were stepped."""
        return self._later_ms

    @property
    def language(self) -> Mapping[Side, str]:
        """What each of them is spoken to in."""
        return {side: leg.tongue.own for side, leg in self._legs.items()}

    # --- a leg's micro-turn -----------------------------------------------------------------------------

    def news(self, side: Side) -> tuple[TurnEvent, ...]:
        """Give what a leg is to be told since the last time: what to voice, which language to hear."""
        leg = self._legs[side]
        self._pass_on(side, self._to[side])
        news, leg.news = tuple(leg.news), []
        return news

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
        spoken = self._to[side.facing]
        spoken.passes(leg.now_ms)
        self._pass_on(side.facing, spoken)
        leg.coming, original = voice.take(leg.coming)
        due = bool(leg.open) or self._to[side].due
        leg.mixer, audio = mix(leg.mixer, output.agent_audio, original, ducked=ours or due)
        return replace(output, agent_audio=audio)

    def left(self, side: Side) -> None:
        """One of them has gone: the other is told. Only the first time counts."""
        if self._gone is None:
            self._gone = side
            self._offer(side.facing, self._legs[side.facing].phrases.left)

    def is_over(self, side: Side) -> bool:
        """Whether the other has gone, and all has been voiced here that was to be."""
        leg = self._legs[side]
        return self._gone is side.facing and not leg.open and not leg.news

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
        """Hand a person's words on to be translated, in the language they now speak."""
        if transcript is None:
            return
        leg, before = self._legs[side], self._legs[side].tongue
        others = self._legs[side.facing].tongue.own
        leg.tongue, said = followed(before, transcript, others, self._wishes.recognition)
        if leg.tongue.spoken != before.spoken:
            self._gone_over(side, before)
        said = said or Transcript((), transcript.final)
        if side is Side.OTHER:
            self._tell_words(leg, said)
        leg.turns += transcript.final
        if self._gone is None and (said.words or said.final):
            self._to[side.facing].heard(said)

    def _gone_over(self, side: Side, before: Tongue) -> None:
        """Follow a person into another language."""
        leg = self._legs[side]
        self._to[side.facing].speaks(leg.tongue.spoken)
        if leg.tongue.own != before.own:
            self._to[side].hears(leg.tongue.own)
            leg.news.append(LanguageChanged(leg.tongue.own))
        if leg.tongue.foreign:
            self._excuse(Trouble.UNSPOKEN)
        self._introduce()

    def _introduce(self) -> None:
        """Say, once, to both, who speaks, when there is something to be translated."""
        if self._introduced or not any(direction.translates for direction in self._to.values()):
            return
        self._introduced = True
        own = self._wishes.introductions or {}
        for side, leg in self._legs.items():
            self._offer(side, own.get(language_of(leg.tongue.own)) or leg.phrases.introduction)

    def _tell_words(self, leg: _Leg, said: Transcript) -> None:
        later_ms = self._later_ms or 0
        words = tuple(
            replace(word, start_ms=word.start_ms + later_ms, end_ms=word.end_ms + later_ms)
            for word in said.words
        )
        utterance = f"person-{self._number}-{leg.turns}"
        self._words.append(OthersWords(utterance, words, said.final, leg.tongue.own))

    def _follow(self, side: Side, output: TurnOutput) -> None:
        """See what became of what is voiced on a leg."""
        leg = self._legs[side]
        for act in output.acts:
            match act:
                case OfferStarted(offer_id) if offer_id in leg.open:
                    starts = output.agent_words[0].start_ms if output.agent_words else leg.now_ms
                    self._voiced(side, leg.open[offer_id], starts, offer_id)
                case OfferFinished(offer_id) | OfferDropped(offer_id) if offer_id in leg.open:
                    say = leg.open.pop(offer_id).say
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
                    self._unvoiced(side, each)
                    self._excuse(direction.trouble or Trouble.FAILING)
                case AsksToRepeat():
                    back = self._to[side.facing]
                    back.repeat()
                    self._pass_on(side.facing, back)
                case _:
                    assert_never(each)

    def _excuse(self, trouble: Trouble) -> None:
        """Tell both, once, that they hear each other directly, and why."""
        now_ms = self._legs[Side.CALLER].now_ms
        last_ms = self._told_ms.get(trouble)
        self._told_ms[trouble] = now_ms
        if last_ms is None or now_ms - last_ms >= _OUTAGE_MS:
            for side, leg in self._legs.items():
                self._offer(side, _excuse(leg.phrases, trouble))

    def _offer(self, side: Side, text: str, say: Say | None = None) -> None:
        leg = self._legs[side]
        speed = pace(1.0 if say is None else say.speed, sum(each.lasts_ms for each in leg.open.values()))
        self._count += 1
        offer_id = f"interpreter-{self._number}-{side.value}-{self._count}"
        offer = Offer(
            offer_id,
            " ".join(text.split()),
            Urgency.AT_ONCE,
            expects=ANYTHING,
            interruptible=False,
            language=leg.tongue.own,
            speed=speed,
        )
        leg.news.append(OfferMade(offer))
        leg.open[offer_id] = _Voiced(
            say, self._to[side].source, leg.tongue.own, usually_ms(offer.text, speed)
        )

    def _voiced(self, side: Side, voiced: _Voiced, starts_ms: int, offer_id: str) -> None:
        """Write down what begins to be voiced on a leg at `starts_ms` of its own clock."""
        if (say := voiced.say) is None:
            return
        from_ms, upto_ms = self._said_ms(side.facing, say)
        said_ms = self._on_callers_clock(side, starts_ms)
        self._rows.append(
            Interpreted(
                speaker=side.facing.value,
                source=say.source,
                source_language=voiced.source,
                text=say.text,
                language=voiced.language,
                from_ms=from_ms,
                upto_ms=upto_ms,
                said_ms=said_ms,
                lag_ms=said_ms - from_ms,
                offer_id=offer_id,
                corrects=say.corrects,
                repeats=say.repeats,
            )
        )

    def _unvoiced(self, side: Side, not_said: NotSaid) -> None:
        """Write down what a leg's person hears as it was said."""
        direction = self._to[side]
        from_ms, upto_ms = self._said_ms(side.facing, not_said)
        now_ms = self._on_callers_clock(side.facing, self._legs[side.facing].now_ms)
        self._rows.append(
            Interpreted(
                speaker=side.facing.value,
                source=not_said.source,
                source_language=direction.source,
                text="",
                language=direction.target,
                from_ms=from_ms,
                upto_ms=upto_ms,
                said_ms=now_ms,
                lag_ms=now_ms - from_ms,
                why=not_said.why,
            )
        )

    def _said_ms(self, speaker: Side, said: Say | NotSaid) -> tuple[int, int]:
        return self._on_callers_clock(speaker, said.from_ms), self._on_callers_clock(speaker, said.upto_ms)

    def _on_callers_clock(self, side: Side, at_ms: int) -> int:
        return at_ms + (self._later_ms or 0) if side is Side.OTHER else at_ms


def _excuse(phrases: Phrases, trouble: Trouble) -> str:
    match trouble:
        case Trouble.MISSING:
            return phrases.missing
        case Trouble.UNSPOKEN:
            return phrases.not_spoken
        case Trouble.FAILING:
            return phrases.failed
        case _:
            assert_never(trouble)
