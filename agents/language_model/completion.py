"""One answer of a language model, gathered from the chunks it is streamed in. Pure.

Source: OpenAI, "Chat Completions: streaming"; where vLLM and Ollama differ, a comment says so.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from agents.language_model.spending import tokens_in

if TYPE_CHECKING:  # the client takes a second to import, and is needed where a model is set
    from openai.types.chat import ChatCompletionChunk
    from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall


@dataclass(frozen=True, slots=True)
class WantedCall:
    """A tool the model wants called; `arguments` is JSON as the model wrote it, whole or not."""

    index: int
    call_id: str
    name: str
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What has arrived so far. `finish` is the reason of the end, once there is one."""

    text: str = ""
    refusal: str = ""
    calls: tuple[WantedCall, ...] = ()
    finish: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None

    @property
    def estimated_tokens(self) -> int:
        """How many tokens the answer has so far, for endpoints that do not say."""
        return tokens_in(
            len(self.text) + len(self.refusal) + sum(len(call.name + call.arguments) for call in self.calls)
        )


def tokens_used(completion: Completion, prompt_characters: int) -> tuple[int, int]:
    """Tell how many tokens a prompt and its answer had, as the endpoint says, or as we estimate."""
    prompt, answer = completion.prompt_tokens, completion.answer_tokens
    return (
        tokens_in(prompt_characters) if prompt is None else prompt,
        completion.estimated_tokens if answer is None else answer,
    )


def gathered(so_far: Completion, chunk: "ChatCompletionChunk") -> Completion:
    """Take in one chunk."""
    if chunk.usage:  # in a last chunk without choices; vLLM can be set to repeat it in every chunk
        so_far = replace(
            so_far,
            prompt_tokens=chunk.usage.prompt_tokens,
            answer_tokens=chunk.usage.completion_tokens,
        )
    if not chunk.choices:
        return so_far
    choice = chunk.choices[0]
    calls = so_far.calls
    for piece in choice.delta.tool_calls or ():
        calls = _with_piece(calls, piece)
    return replace(
        so_far,
        text=so_far.text + (choice.delta.content or ""),
        refusal=so_far.refusal + (choice.delta.refusal or ""),
        calls=calls,
        finish=choice.finish_reason or so_far.finish,
    )


def _with_piece(calls: tuple[WantedCall, ...], piece: "ChoiceDeltaToolCall") -> tuple[WantedCall, ...]:
    name = (piece.function and piece.function.name) or ""
    arguments = (piece.function and piece.function.arguments) or ""
    place = next((at for at in reversed(range(len(calls))) if calls[at].index == piece.index), None)
    # Ollama has given every call of an answer the index 0, each with an id of its own.
    if place is None or (piece.id and name and piece.id != calls[place].call_id):
        call_id = piece.id or f"call_{len(calls)}"
        return (*calls, WantedCall(piece.index, call_id, name, arguments))
    call = calls[place]
    longer = replace(call, name=call.name or name, arguments=call.arguments + arguments)
    return (*calls[:place], longer, *calls[place + 1 :])


_THOUGHTS: Final = ("<think>", "</think>")


def without_thoughts(text: str, *, whole: bool) -> str:
    """Leave out what a reasoning model thinks aloud between `<think>` and `</think>`.

    Args:
        text: what has been written so far.
        whole: nothing more follows. Otherwise an end that may become a mark is held back, so that a longer
            text never takes back what a shorter one gave.
    """
    begin_mark, end_mark = _THOUGHTS
    kept: list[str] = []
    rest = text
    while (begin := rest.find(begin_mark)) >= 0:
        kept.append(rest[:begin])
        end = rest.find(end_mark, begin)
        if end < 0:
            return "".join(kept)
        rest = rest[end + len(end_mark) :]
    return "".join((*kept, rest if whole else _without_beginning_of(begin_mark, rest)))


def words_before_json(text: str, *, whole: bool) -> str:
    """Return the words that stand before a JSON object or a fence: those are for the caller."""
    ends = [at for at in (text.find("{"), text.find("```")) if at >= 0]
    if ends:
        return text[: min(ends)]
    return text if whole else text.rstrip("`")


def _without_beginning_of(mark: str, text: str) -> str:
    for length in range(len(mark) - 1, 0, -1):
        if text.endswith(mark[:length]):
            return text[:-length]
    return text
