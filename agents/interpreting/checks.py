"""Whether the interpreter a flow has speaks the languages it is asked to."""

from agents.interpreting.phrases import languages
from config.flow import Flow
from config.flow_steps import Interpret


def interpreter_problems(flow: Flow) -> tuple[str, ...]:
    """List the steps that have somebody interpreted in a language the interpreter has no words in."""
    spoken = languages()
    known = ", ".join(spoken)
    found: list[str] = []
    for name, step in flow.steps.items():
        if not isinstance(step, Interpret):
            continue
        if step.language.partition("-")[0] not in spoken:
            fix = f"choose one of: {known}"
            found.append(f"step '{name}': the interpreter does not speak '{step.language}'; {fix}")
        found += (
            f"step '{name}': introductions has '{tag}', which is no language of the interpreter's; "
            f"there are: {known}"
            for tag in step.introductions
            if tag not in spoken
        )
    return tuple(found)
