"""The agent's words as a tape tells of them: given out, then heard or flushed. Pure.

Agent time in ms, but for what the caller's ear tells, which is call time.
"""

from dataclasses import dataclass, replace
from typing import Any

from config.units import MICRO_TURN_MS

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class VoicedWord:
    """A word of the agent.

    Attributes:
        text: as written.
        start_ms, end_ms: agent time.
        doubt_ms: the agent was cut there; only sound before it may still be heard.
        ear_ms: call time at which it began to sound at the caller's ear; None: not that is known.
    """

    text: str
    start_ms: int
    end_ms: int
    doubt_ms: int | None = None
    ear_ms: int | None = None


@dataclass(frozen=True, slots=True)
class AgentLine:
    """A stretch of agent speech: one offer, or what was heard of it.

    Attributes:
        offer_id: which offer was voiced.
        heard: the words the caller has heard to their end.
        coming: words given out but not yet heard.
        cut: the agent was stopped and the rest was flushed.
    """

    offer_id: str
    heard: tuple[VoicedWord, ...] = ()
    coming: tuple[VoicedWord, ...] = ()
    cut: bool = False

    @property
    def text(self) -> str:
        """The words heard."""
        return " ".join(word.text for word in self.heard)

    @property
    def ear_ms(self) -> int | None:
        """Call time at which its first sound reached the caller's ear; None: none has."""
        first = self.heard[0] if self.heard else self.coming[0] if self.coming else None
        return first.ear_ms if first else None

    @property
    def ear_end_ms(self) -> int | None:
        """Call time at which its last heard word had sounded; None: none was heard."""
        last = self.heard[-1] if self.heard else None
        return None if last is None or last.ear_ms is None else last.ear_ms + last.end_ms - last.start_ms


def voiced(lines: tuple[AgentLine, ...], agent: Row) -> tuple[AgentLine, ...]:
    """The agent gave out words: a row's column `agent`."""
    words = tuple(
        VoicedWord(str(w["text"]), int(w["start_ms"]), int(w["end_ms"])) for w in agent.get("words", [])
    )
    offer_id = str(agent.get("offer") or "")
    if lines and lines[-1].offer_id == offer_id and not lines[-1].cut and not _doubtful(lines[-1]):
        return (*lines[:-1], replace(lines[-1], coming=lines[-1].coming + words))
    return (*lines, AgentLine(offer_id, coming=words))


def _doubtful(line: AgentLine) -> bool:
    return any(word.doubt_ms is not None for word in line.coming)


def doubt(line: AgentLine, cut_ms: int) -> AgentLine:
    """The agent was cut at agent time `cut_ms`: what came before may have been heard, or flushed."""
    coming = tuple(
        word if word.doubt_ms is not None else replace(word, doubt_ms=cut_ms) for word in line.coming
    )
    return replace(line, coming=coming)


def heard(line: AgentLine, heard_ms: int, begins_ms: int) -> AgentLine:
    """The caller has heard up to `heard_ms` at the end of the micro-turn that begins at `begins_ms`.

    A position beyond a cut proves what lay before it flushed.
    """
    heard = list(line.heard)
    coming: list[VoicedWord] = []
    cut = line.cut
    for word in line.coming:
        if word.doubt_ms is not None and heard_ms > word.doubt_ms:
            cut = True
            continue
        sounding = word if heard_ms <= word.start_ms else _at_the_ear(word, heard_ms, begins_ms)
        if word.end_ms <= heard_ms:
            heard.append(sounding)
        else:
            coming.append(sounding)
    return replace(line, heard=tuple(heard), coming=tuple(coming), cut=cut)


def _at_the_ear(word: VoicedWord, heard_ms: int, begins_ms: int) -> VoicedWord:
    """Note when a word began to sound, the first time it is known to have.

    At the micro-turn's end the caller was at `heard_ms`, and before this micro-turn not yet at the word;
    silence in between may have been left out by the line.
    """
    if word.ear_ms is not None:
        return word
    back_ms = min(heard_ms - word.start_ms, MICRO_TURN_MS)
    return replace(word, ear_ms=begins_ms + MICRO_TURN_MS - back_ms)
