"""How late and how well a turn was interpreted, by published definitions, at the listener's ear.

All times are of sound: a word of the translation counts when it begins at the ear, so everything on the way
(ears, policy, translator, what was still being voiced) is in them.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Final

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from model.evaluate.cases import Span
from model.evaluate.ears import word_errors
from model.evaluate.translation.interpreted import Interpreted, Phrase
from model.evaluate.translation.slots import heard_text

_MINUTE_MS: Final = 60_000


def average_lagging_ms(delays_ms: Sequence[float], source_ms: float, least_words: int = 0) -> float:
    """How far a translation lags behind one that keeps pace with the speaker, ms.

    AL of Ma et al. 2019 ("STACL"), for speech as in Ma et al. 2020 ("SimulMT to SimulST"): the mean over the
    words, up to the first that comes when the source is over, of how much later each comes than if the words
    were spread evenly over the source. With `least_words` (those of the reference) it is length-adaptive,
    LAAL of Papi et al. 2022: saying more than the reference does not look faster.

    Args:
        delays_ms: when each word of the translation begins, ms from the beginning of the source. Not empty.
        source_ms: how long the source is.
        least_words: words the translation counts as at least.
    """
    pace_ms = source_ms / max(len(delays_ms), least_words)
    lags: list[float] = []
    for k, delay_ms in enumerate(delays_ms):
        lags.append(delay_ms - k * pace_ms)
        if delay_ms >= source_ms:
            break
    return sum(lags) / len(lags)


def ear_voice_spans_ms(turn: Interpreted) -> list[float]:
    """For each word of the translation, how long before its beginning the speaker began what it stands for.

    The ear-voice span of interpreting studies (Oléron and Nanpon 1965; Timarová et al. 2011), onset to
    onset. Which words belong together is known phrase by phrase; within a phrase, by their place: the third
    quarter of one is the third quarter of the other. Corrections are not counted.
    """
    spans: list[float] = []
    for phrase in turn.phrases:
        if phrase.corrects or not phrase.words:
            continue
        said = [
            word.start_ms
            for word in turn.source
            if phrase.from_ms <= (word.start_ms + word.end_ms) / 2 <= phrase.upto_ms
        ] or [phrase.from_ms]
        spans += [
            word.start_ms - said[k * len(said) // len(phrase.words)] for k, word in enumerate(phrase.words)
        ]
    return spans


def way_ms(phrase: Phrase) -> dict[str, float]:
    """Where the time of a phrase goes, from the beginning of its first word to the voice's: ms each."""
    way = phrase.way
    if way is None or phrase.corrects or not phrase.words:
        return {}
    return {
        "said_ms": phrase.upto_ms - phrase.from_ms,
        "heard_ms": way.heard_ms - phrase.upto_ms,
        "held_ms": way.asked_ms - way.heard_ms,
        "answered_ms": way.said_ms - way.asked_ms,
        "queued_ms": phrase.words[0].start_ms - way.said_ms,
    }


def overlap_ms(one: Sequence[Span], other: Sequence[Span]) -> float:
    """How long both voices sound."""
    return sum(max(0.0, min(a.end_ms, b.end_ms) - max(a.start_ms, b.start_ms)) for a in one for b in other)


def row(turn: Interpreted) -> dict[str, float]:
    """What is measured of one turn; times that need a translation are missing where there is none."""
    source, voiced = turn.source, turn.voiced
    both_ms = overlap_ms(turn.source_spans, turn.target_spans)
    either_ms = sum(span.ms for span in chain(turn.source_spans, turn.target_spans)) - both_ms
    exact = [value.is_in(turn.translation, turn.target) for value in turn.turn.values]
    found = {
        "items": len(exact),
        "items_exact": sum(exact),
        "both_ms": both_ms,
        "either_ms": either_ms,
        "corrections": sum(phrase.corrects for phrase in turn.phrases),
        "minutes": (source[-1].end_ms - source[0].start_ms) / _MINUTE_MS,
        "unsaid": turn.unsaid,
        "turns": 1,
        "silent": not voiced,
        "word_errors": word_errors(turn.heard.split(), [word.text for word in source]),
        "words": len(source),
    }
    if voiced:
        begin_ms, source_ms = source[0].start_ms, source[-1].end_ms - source[0].start_ms
        delays_ms = [word.start_ms - begin_ms for word in voiced]
        wanted = len(turn.turn.written[turn.target].split())
        found |= {
            "first_ms": delays_ms[0],
            "last_ms": voiced[-1].end_ms - source[-1].end_ms,
            "last_begins_ms": voiced[-1].start_ms - source[-1].end_ms,
            "al_ms": average_lagging_ms(delays_ms, source_ms),
            "laal_ms": average_lagging_ms(delays_ms, source_ms, wanted),
        }
    return found


def rows(turns: Sequence[Interpreted]) -> list[dict[str, float]]:
    """Rows of the turns, of words with an ear-voice span, of requests of the translator, of phrases."""
    of_words = ({"evs_ms": span_ms} for turn in turns for span_ms in ear_voice_spans_ms(turn))
    of_requests = ({"translator_ms": took_ms} for turn in turns for took_ms in turn.translator_ms)
    of_phrases = (way_ms(phrase) for turn in turns for phrase in turn.phrases)
    return [*(row(turn) for turn in turns), *of_words, *of_requests, *of_phrases]


def chrf(said: Sequence[str], references: Sequence[str]) -> float:
    """chrF2 of what is heard, 0..100: character n-grams up to 6, recall counted twice (Popović 2015).

    Case and signs make no sound and do not count; figures and digit words are alike.
    """
    return CHRF().corpus_score(_heard(said), [_heard(references)]).score


def bleu(said: Sequence[str], references: Sequence[str]) -> float:
    """BLEU of what is heard, 0..100 (Papineni et al. 2002; sacreBLEU, Post 2018), smoothed (exp)."""
    return BLEU(tokenize="none").corpus_score(_heard(said), [_heard(references)]).score


def _heard(texts: Sequence[str]) -> list[str]:
    return [heard_text(text) for text in texts]
