"""A background agent that is a language model: it is given a goal and tools, and works in steps.

One step is one completion. The words in it are spoken as they arrive; the tools it asks for are called at the
same time, and what they return goes back as data. The model proposes: a tool outside the brief does not exist
for it, and who the caller is, what they agreed to and where a call may go is for the tools to check.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final

from agents.calling import Gone
from agents.errors import Invalid, TimedOut, ToolError
from agents.language_model.answer import AnswerSchema
from agents.language_model.completion import Completion, WantedCall, tokens_used, without_thoughts
from agents.language_model.endpoint import Ask, Endpoint, Message
from agents.language_model.errors import Interrupted, LimitReached, ModelRefused, NoAnswer
from agents.language_model.prompt import instructions, situation, tool_result
from agents.language_model.speaking import Speaker
from agents.language_model.speech import language_of, tidy
from agents.language_model.spending import Limits, Spend, Used, room_for_answer, tokens_in
from agents.messages import Brief, TaskRequest
from agents.runner import CallTool, Say, TellSpent
from agents.tool import AnyTool
from agents.toolbox import Toolbox

logger = logging.getLogger(__name__)

WORDS: Final = "words"
"""Where the result of a brief without a schema has the model's last words."""
MOST_CALLS_A_STEP: Final = 8
_MOST_INTERRUPTIONS: Final = 2


class LanguageModelAgent:
    """Works on briefs.

    Args:
        endpoint: the model.
        toolbox: the tools of this worker; a brief opens some of them.
        spend: prices, and the most a task may cost.
        unix_ms: the clock deadlines are on.
    """

    def __init__(
        self, endpoint: Endpoint, toolbox: Toolbox, spend: Spend, unix_ms: Callable[[], int]
    ) -> None:
        self._endpoint = endpoint
        self._toolbox = toolbox
        self._spend = spend
        self._unix_ms = unix_ms

    async def work(
        self, request: TaskRequest, say: Say, call_tool: CallTool, tell_spent: TellSpent
    ) -> dict[str, Any]:
        """Work on a brief until there is an answer.

        Args:
            request: has a brief.
            say: voices one whole sentence, ready to be read aloud.
            call_tool: calls a tool of the brief for this request; what it raises is told to the model.
            tell_spent: told in the end what the model was asked for.

        Returns:
            JSON that fits the brief's schema, or `{"words": ...}`.

        Raises:
            Invalid: the brief has no goal, a tool that is not here, or a schema that cannot be checked.
            LimitReached: its steps, tokens or dollars are used up, or those of the day.
            TimedOut: its deadline has come.
            Unavailable: the endpoint cannot be used, or not now.
            Gone: a write was withdrawn before it began.
            ModelRefused: the model declined.
            NoAnswer: the model gave nothing that can be used.
        """
        brief = request.brief
        if brief is None:
            raise Invalid("the request has no brief")
        if unknown := [name for name in brief.tools if name not in self._toolbox]:
            raise Invalid(f"this worker has no tool {unknown[0]}")
        tools = {name: self._toolbox[name] for name in brief.tools}
        limits = Limits(brief.most_steps, brief.most_tokens, self._spend.most_micro_usd)
        task = _Task(request, brief, tools, _Means(self._endpoint, say, call_tool, limits, self._spend))
        limit = asyncio.timeout((request.deadline_unix_ms - self._unix_ms()) / 1_000)
        try:
            async with limit:
                return await task.run()
        except TimeoutError:
            if not limit.expired():
                raise
            raise TimedOut("its deadline came") from None
        finally:
            tell_spent(self._spend.price.of(task.used))
            logger.info("task %s: %d steps, %d tokens", request.task_id, task.used.steps, task.used.tokens)

    async def close(self) -> None:
        """Let go of the connections to the endpoint and to where the day is counted."""
        await self._endpoint.close()
        if self._spend.day is not None:
            await self._spend.day.daily.close()


@dataclass(frozen=True, slots=True)
class _Means:
    endpoint: Endpoint
    say: Say
    call_tool: CallTool
    limits: Limits
    spend: Spend


class _Task:
    """One brief at work: the messages so far, and what has been used."""

    def __init__(
        self, request: TaskRequest, brief: Brief, tools: Mapping[str, AnyTool], means: _Means
    ) -> None:
        self._request = request
        self._brief = brief
        self._tools = tools
        self._means = means
        self._shown_tools = [_shown(tool) for tool in tools.values()]
        self._writes = any(not tool.reads for tool in tools.values())
        self._mark = f"data-{secrets.token_hex(4)}"
        self._schema = AnswerSchema(brief.answer) if brief.answer is not None else None
        self._messages: list[Message] = [
            {"role": "system", "content": instructions(brief, self._mark)},
            {"role": "user", "content": situation(request, self._mark)},
        ]
        self._told_of_json = False
        self._asked_again = False
        self._interruptions = 0
        self.used = Used()

    async def run(self) -> dict[str, Any]:
        while True:
            completion = await self._step()
            if completion.calls:
                await self._use_tools(completion)
                continue
            fault = ""
            try:
                answer = self._answer(completion)
            except ValueError as error:
                answer, fault = None, str(error)
            if answer is not None:
                return answer
            if self._asked_again:
                raise NoAnswer(f"the model gave no answer that fits, twice ({fault or 'it was empty'})")
            self._ask_again(completion, fault)

    def _answer(self, completion: Completion) -> dict[str, Any] | None:
        """Read the answer of a step without tools; None: it is empty.

        Raises:
            ValueError: it does not fit the schema.
        """
        text = without_thoughts(completion.text, whole=True)
        if not text.strip():
            return None
        if self._schema:
            return self._schema.read(text)
        words = tidy(text, language_of(self._brief.language))
        return {WORDS: words} if words else None

    def _ask_again(self, completion: Completion, fault: str) -> None:
        self._asked_again = True
        if completion.text:
            self._messages.append({"role": "assistant", "content": completion.text})
        if fault:
            request = f"That does not fit the schema ({fault}). Write the JSON object alone."
        else:
            request = "That was empty. Finish your task, or say what keeps you from it."
        self._messages.append({"role": "user", "content": request})

    # --- one step ---------------------------------------------------------------------------------

    async def _step(self) -> Completion:
        """Have one completion, and speak its words; one that breaks off is begun again.

        With a tool that writes in the brief, words wait for the end of the step, and those that come with a
        call of such a tool are not spoken: they may tell as done what has yet to be tried.
        """
        while True:
            only_json = self._schema is not None and (self._asked_again or not self._tools)
            speaker = Speaker(self._request, self._brief, self._means.say, held=self._writes or only_json)
            try:
                completion = await self._completed(speaker, only_json=only_json)
            except Interrupted as interruption:
                self._interruptions += 1
                if self._interruptions > _MOST_INTERRUPTIONS:
                    raise
                logger.info("task %s: %s; the step is begun again", self._request.task_id, interruption)
                self._remember_said(speaker.said)
                continue
            _check_end(completion)
            if only_json:
                return replace(completion, calls=())
            if not self._calls_a_write(completion):
                await speaker.finish(completion)
            return completion

    async def _completed(self, speaker: Speaker, *, only_json: bool) -> Completion:
        """Have one completion within what is left, and count what it took, whole or not."""
        prompt = sum(
            len(json.dumps(each, ensure_ascii=False)) for each in (*self._messages, *self._shown_tools)
        )
        spend = self._means.spend
        room = room_for_answer(self.used, tokens_in(prompt), self._means.limits, spend.price)
        taken = await spend.day.take(tokens_in(prompt), room, spend.price) if spend.day is not None else None
        room = taken.room if taken is not None else room
        ask = Ask(
            self._messages,
            self._shown_tools,
            room,
            schema=self._schema.schema if self._schema and only_json else None,
            may_call=not only_json,
        )
        completion, answered = Completion(), False
        try:
            stream = self._means.endpoint.stream(ask, self._request.deadline_unix_ms)
            async with aclosing(stream) as so_far:
                async for completion in so_far:
                    answered = True
                    await speaker.hear(completion)
                    if completion.estimated_tokens > room and completion.answer_tokens is None:
                        raise LimitReached(f"not done within {self._means.limits.tokens} tokens")
        finally:
            used = tokens_used(completion, prompt) if answered else (0, 0)  # what was refused costs nothing
            self.used = self.used.with_step(*used)
            if spend.day is not None and taken is not None:
                await spend.day.settle(taken, used, spend.price)
        return completion

    def _calls_a_write(self, completion: Completion) -> bool:
        return any(not self._tools[call.name].reads for call in completion.calls if call.name in self._tools)

    def _remember_said(self, said: list[str]) -> None:
        """Tell the model which of its interrupted words were spoken, so that it does not repeat them."""
        if said:
            self._messages += [
                {"role": "assistant", "content": " ".join(said)},
                {"role": "user", "content": "You were cut off there. Go on without repeating that."},
            ]

    # --- tools ------------------------------------------------------------------------------------

    async def _use_tools(self, completion: Completion) -> None:
        """Call what the model asked for, all at the same time, and give it what came of each."""
        read = [(call, _arguments(call)) for call in completion.calls]
        if any(arguments is None for _, arguments in read):
            if self._told_of_json:
                raise NoAnswer("the model wrote arguments that are not JSON, twice")
            self._told_of_json = True
        running: dict[str, asyncio.Task[dict[str, Any]]] = {}
        try:
            async with asyncio.TaskGroup() as group:
                for number, (call, arguments) in enumerate(read):
                    same = f"{call.name} {json.dumps(arguments, sort_keys=True)}"
                    if same not in running:
                        over = number >= MOST_CALLS_A_STEP
                        running[same] = group.create_task(self._call(call.name, arguments, over=over))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        self._messages.append(_as_message(completion, read))
        for call, arguments in read:
            result = running[f"{call.name} {json.dumps(arguments, sort_keys=True)}"].result()
            self._messages.append(
                {"role": "tool", "tool_call_id": call.call_id, "content": tool_result(result, self._mark)}
            )

    async def _call(self, name: str, arguments: dict[str, Any] | None, *, over: bool) -> dict[str, Any]:
        if name not in self._tools:
            logger.warning(
                "task %s: the model asked for a tool it was not given",
                self._request.task_id,
                extra={"pii_tool": name},
            )
            return _fault("unsupported", "there is no such tool")
        if arguments is None:
            return _fault("invalid", "the arguments are not a JSON object; write them again")
        if over:
            return _fault("invalid", f"at most {MOST_CALLS_A_STEP} calls at a time; call it again")
        try:
            return await self._means.call_tool(name, arguments)
        except ToolError as error:
            return _fault(error.word, str(error))
        except Gone:  # nobody wants the task any more
            raise
        except Exception:  # a tool is foreign code: the model goes on without it
            logger.exception("task %s: tool %s broke", self._request.task_id, name)
            return _fault("internal", "the tool broke")


def _shown(tool: AnyTool) -> dict[str, Any]:
    """Show a tool as the protocol has it."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.schema},
    }


def _arguments(call: WantedCall) -> dict[str, Any] | None:
    """Read what the model wrote; None when it is no JSON object. Nothing at all is no arguments."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except json.JSONDecodeError:
        return None
    return arguments if isinstance(arguments, dict) else None


def _as_message(completion: Completion, read: list[tuple[WantedCall, dict[str, Any] | None]]) -> Message:
    """Write the model's step as a message; broken arguments are left out, for endpoints parse them again."""
    return {
        "role": "assistant",
        "content": completion.text or None,
        "tool_calls": [
            {
                "id": call.call_id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(arguments or {})},
            }
            for call, arguments in read
        ],
    }


def _check_end(completion: Completion) -> None:
    """Raise if the answer did not end as answers should.

    Raises:
        ModelRefused, LimitReached: the model declined, or its answer was cut.
    """
    if completion.refusal or completion.finish == "content_filter":
        raise ModelRefused("the model declined")
    if completion.finish == "length":
        raise LimitReached("the answer was cut: it had no more tokens")


def _fault(word: str, text: str) -> dict[str, Any]:
    return {"error": word, "message": text}
