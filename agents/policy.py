"""Whether a tool may run for a request. Code decides this, never a language model, never arguments."""

from agents.messages import TaskRequest
from agents.tool import AnyTool


def refusal(tool: AnyTool, request: TaskRequest) -> str | None:
    """Say why this tool may not run now; None: it may.

    - What changes something never begins on words that are still being spoken.
    - What asks for the caller's agreement runs with it alone.
    - What is for verified callers runs for nobody else; the number they call from proves nothing.
    """
    if request.speculative and not tool.reads:
        return f"{tool.name} changes something, and the caller has not finished speaking"
    if tool.consent and not request.consent:
        return f"{tool.name} needs the caller's agreement, and nobody gave it"
    if tool.identity and request.identity is None:
        return f"{tool.name} is for callers who are verified, and this one is not"
    return None
