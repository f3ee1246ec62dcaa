"""Where a phrase ends: at a joint of the sentence, at the latest when it has waited long enough. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agents.interpreting.events import HeardWord
from agents.interpreting.items import bonds
from agents.interpreting.policy import Policy
from agents.interpreting.tongue import Tongue, tongue_of

_SILENCE_MS: Final = 1_200
"""Ears tell of a word so long after it while the speaker goes on; from then on it is silence."""
_CONSTITUENT: Final = 1
_CLAUSE: Final = 2
_PARTED: Final = 3
"""Before a constituent, before a clause or in a pause, in a long pause."""
_LONGEST_ITEM: Final = 30
"""Words after which even a number is cut."""


@dataclass(frozen=True, slots=True)
class Waited:
    """What there is to cut.

    Attributes:
        words: all that were heard and not translated, the unstable ones too.
        stable: how many of them are stable.
        since_ms: since when the first has waited.
        paused: the voice has paused after the last word: the ears are sure of it.
        busy: the listener still has something to listen to.
    """

    words: Sequence[HeardWord]
    stable: int
    since_ms: int
    paused: bool = False
    busy: bool = False


@dataclass(frozen=True, slots=True)
class _Joint:
    """A place where a phrase may end, after `count` words; `grade` says how good it is."""

    end: int
    count: int
    grade: int


def phrase_end(waited: Waited, tag: str, policy: Policy, now_ms: int) -> int:
    """Say how many of the words that wait are a phrase to be translated now; 0: wait."""
    tongue = tongue_of(tag)
    joints = list(_joints(waited, tag, policy, now_ms))
    good = [joint for joint in joints if joint.count <= policy.most and _is_good(joint, waited, policy)]
    if good:
        best = max(joint.grade for joint in good)
        return max(joint.end for joint in good if joint.grade == best)
    counted = _count(waited.words[: waited.stable], tongue)
    late = now_ms - waited.since_ms >= (policy.busy_ms if waited.busy else policy.longest_ms)
    if not waited.stable or not (late or counted >= policy.most):
        return 0
    return _forced(joints, waited, policy, now_ms)


def _is_good(joint: _Joint, waited: Waited, policy: Policy) -> bool:
    if joint.grade == _PARTED:
        return True
    if joint.grade == _CLAUSE:
        return joint.count >= (policy.some if waited.busy else policy.fewest)
    if joint.end == len(waited.words):
        return True
    return joint.grade == _CONSTITUENT and joint.count >= policy.some


def _forced(joints: list[_Joint], waited: Waited, policy: Policy, now_ms: int) -> int:
    """Take the best place there is: not too far, behind an opener if possible, never inside an item."""
    near = [joint for joint in joints if joint.count <= policy.most] or joints[:1]
    if near:
        enough = [joint for joint in near if joint.count >= policy.fewest] or near
        best = max(joint.grade for joint in enough)
        return max(joint.end for joint in enough if joint.grade == best)
    far_too_late = now_ms - waited.since_ms >= 2 * policy.busy_ms + policy.thinking_ms
    return waited.stable if far_too_late and waited.stable >= _LONGEST_ITEM else 0


def _joints(waited: Waited, tag: str, policy: Policy, now_ms: int) -> Iterator[_Joint]:
    """Find the places where nothing is torn apart."""
    tongue = tongue_of(tag)
    words = waited.words
    texts = [word.text for word in words]
    bound = bonds(texts, tag)
    count = 0
    for end in range(1, waited.stable + 1):
        last = texts[end - 1]
        count += last not in tongue.fillers
        if not count:
            continue
        if end < len(words):
            silence_ms = max(0, words[end].start_ms - words[end - 1].end_ms)
            grade = _grade(last, texts[end], tongue)
            ended = silence_ms >= policy.pause_ms
        else:
            silence_ms = now_ms - words[-1].end_ms
            ended = silence_ms >= (policy.pause_ms if waited.paused else _SILENCE_MS)
            if not ended:
                silence_ms = 0  # ears tell of a word a while after it
                if waited.busy or count < policy.idle:
                    continue
            grade = 0 if ended else _CONSTITUENT
        leans = last in tongue.unfinished
        if grade < 0 or (bound[end - 1] and silence_ms < policy.item_pause_ms):
            continue
        if leans and silence_ms < policy.thinking_ms:
            continue
        if ended:
            grade = _PARTED if silence_ms >= 2 * policy.pause_ms else _CLAUSE
        yield _Joint(end, count, grade)


def _grade(last: str, following: str, tongue: Tongue) -> int:
    if f"{last} {following}" in tongue.together:
        return -1
    if following in tongue.clauses:
        return _CLAUSE
    return _CONSTITUENT if following in tongue.prepositions else 0


def _count(words: Sequence[HeardWord], tongue: Tongue) -> int:
    return sum(word.text not in tongue.fillers for word in words)


def sentences(words: Sequence[HeardWord], tag: str, policy: Policy) -> list[Sequence[HeardWord]]:
    """Cut all words of a turn that is over into phrases that are not too long."""
    parts: list[Sequence[HeardWord]] = []
    rest = words
    tongue = tongue_of(tag)
    while _count(rest, tongue) > policy.most:
        waited = Waited(rest, len(rest), since_ms=-(1 << 30))
        joints = [
            joint
            for joint in _joints(waited, tag, policy, rest[-1].end_ms)
            if joint.count <= policy.most and joint.grade and joint.count >= policy.fewest
        ]
        if not joints:
            break
        best = max(joint.grade for joint in joints)
        end = max(joint.end for joint in joints if joint.grade == best)
        parts.append(rest[:end])
        rest = rest[end:]
    return [*parts, rest] if rest else parts
