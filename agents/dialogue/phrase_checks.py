"""Whether what callers are expected to say leads where its author thinks.

Where a phrase stands for two meanings that are listened for at the same moment, the engine takes the first of
them, always: those of the flow's global steps, then the step's own, in the order they are written. The call
goes on, so this is no error; but by this phrase the other step is never reached.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from agents.dialogue.expecting import listened_for
from agents.dialogue.understanding import sense
from config.flow import Flow
from config.flow_steps import Ask
from config.languages import language_name

_FIX: Final = "take it out of one of the two meanings"


def phrases_in_doubt(flow: Flow) -> tuple[str, ...]:
    """List, in all of a flow's languages, the phrases that stand for two meanings leading to different steps.

    One line for each: the step, the phrase, where it leads and where it never does, and the fix.
    """
    found: list[str] = []
    for spoken in flow.others.values() or (flow,):
        within = f" ({language_name(spoken.language)})" if flow.others else ""
        everywhere = tuple(_clashes(spoken, spoken.global_steps, within))
        found += (f"global_steps.{later}: {clash}" for later, clash in everywhere)
        for name, step in spoken.steps.items():
            if isinstance(step, Ask):
                here = _clashes(spoken, listened_for(spoken, None, step), within)
                found += (
                    f"step '{name}': {f'answers.{later}: ' if later in step.answers else ''}{clash}"
                    for later, clash in here
                    if (later, clash) not in everywhere
                )
    return tuple(dict.fromkeys(found))


def _clashes(flow: Flow, leads: Mapping[str, str], within: str) -> Iterator[tuple[str, str]]:
    """List the meanings that lose a phrase to an earlier one, with a sentence; `leads`: meaning → step."""
    taken: dict[tuple[bool, tuple[str, ...]], tuple[str, str]] = {}
    for meaning, step in leads.items():
        said = flow.meanings[meaning]
        for alone, phrases in ((False, said.phrases), (True, said.keywords)):
            for phrase in phrases:
                first, known = taken.setdefault((alone, sense(phrase, flow.language)), (meaning, phrase))
                if leads[first] != step:
                    same = "a phrase of" if known == phrase else f"the same as '{known}' of"
                    leads_to = f"it leads to '{leads[first]}' and never to '{step}'"
                    yield meaning, f"'{phrase}'{within} is {same} '{first}' too, so {leads_to}; {_FIX}"
