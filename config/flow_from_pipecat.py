"""A flow of pipecat's, its `FlowConfig` as YAML or JSON, as one of ours; and what of it ours cannot say.

pipecat's nodes tell a language model what to do; ours say sentences and follow rules. So a node becomes an
ask whose answers are its `transition_only` functions, a node with one tool a look-up (with a decide behind it
where the tool's answer chooses the way), a node without functions an end. What was written for a language
model is taken as the words to say: the draft is to be read through, and `notes` say where.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from config.flow_pipecat_config import Branch, Function, Node, PipecatConfig, read_pipecat, targets_of

_NO_NAME_SIGN: Final = re.compile(r"[^a-z0-9_]+")
_PLACEHOLDER: Final = re.compile(r"\\?\{\{\s*([\w.]+)\s*\}\}")
_BRACES: Final = str.maketrans("{}", "()")
_SPOKEN: Final = re.compile(r"^(?:Say|Ask): ", re.IGNORECASE)
_MEANS: Final = re.compile(r"^The caller means: (.+)\.$")
_GAVE: Final = re.compile(r"^gave_([a-z][a-z0-9_]*)$")
_BY: Final = re.compile(r"^Go on by ([a-z][a-z0-9_.]*)\.$")
_WANTS: Final = re.compile(
    r"^(?:the )?(?:caller|user|customer|person)(?: (?:wants|would like|asks|says|has|is|needs))?"
    r"(?: to| for| that)? ",
    re.IGNORECASE,
)
_PLAIN: Final = re.compile(r"[^\w\s']|\d|_")
_LONGEST_WORDING: Final = 600
_LONGEST_PHRASE: Final = 80
_ENDS: Final = "end_conversation"
_OUR_STEPS: Final = ("trouble", "nobody_there")


@dataclass(frozen=True, slots=True)
class Imported:
    """A flow from pipecat. `yaml`: its draft; `notes`: what was lost or guessed, one line for each thing."""

    yaml: str
    notes: tuple[str, ...]


def from_pipecat(text: str, name: str, source: str = "flow") -> Imported:
    """Write a flow of pipecat's, YAML or JSON, as one of ours called `name`.

    Raises:
        FlowError: it is no flow of pipecat's; with every problem found.
    """
    made = _Making(read_pipecat(text, source), name)
    document = made.document()
    written = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    return Imported(written, tuple(made.notes))


@dataclass(slots=True)
class _Making:
    """A flow being made."""

    config: PipecatConfig
    name: str
    notes: list[str] = field(default_factory=list[str])
    steps: dict[str, Any] = field(default_factory=dict[str, Any])
    meanings: dict[str, Any] = field(default_factory=dict[str, Any])
    slots: dict[str, Any] = field(default_factory=dict[str, Any])
    names: dict[str, str] = field(default_factory=dict[str, str])

    def document(self) -> dict[str, Any]:
        """The flow as our YAML holds it."""
        config = self.config
        reached = self._reached()
        for node in config.nodes:
            if node in reached:
                self.names[node] = _free(_named(node), {*self.names.values(), *_OUR_STEPS})
            else:
                self.notes.append(f"node '{node}': nothing leads to it, so it is left out")
        self.notes.append(
            "silence, misunderstood, trouble, resuming, talked_over: pipecat has none; read ours"
        )
        everywhere: dict[str, str] = {}
        for function in config.global_functions:
            home = self.names[config.initial_node]
            everywhere[self._meaning(function)] = self._way(home, function, "global_functions")
        for node in config.nodes:
            if node in reached:
                self._node(node, config.nodes[node])
        return {
            "schema": 1,
            "name": self.name,
            "version": 1,
            "title": self.name.replace("_", " ").capitalize(),
            "language": "en-US",
            "start": self.names[config.initial_node],
            "silence": {
                "says": ["Are you still there?", "I'm still here if you need me."],
                "then": "nobody_there",
            },
            "misunderstood": {"at_most": 3, "then": "trouble"},
            "trouble": "trouble",
            "resuming": "As I was saying: {last}",
            "talked_over": "I'm still on it, one moment.",
            **({"slots": self.slots} if self.slots else {}),
            **({"meanings": self.meanings} if self.meanings else {}),
            **({"global_steps": everywhere} if everywhere else {}),
            "steps": self.steps | self._ours(),
        }

    def _ours(self) -> dict[str, Any]:
        start = self.names[self.config.initial_node]
        sorry = "I'm sorry, I can't go on from here. Please call again later."
        silent = "I can't hear you, so I'll say goodbye for now. Please call again any time."
        return {
            "trouble": {"kind": "end", "says": sorry, "resume": start},
            "nobody_there": {"kind": "end", "says": silent, "resume": start},
        }

    def _reached(self) -> frozenset[str]:
        config = self.config
        reached = {
            config.initial_node,
            *(each for one in config.global_functions for each in targets_of(one)),
        }
        waiting = list(reached)
        while waiting:
            for function in config.nodes[waiting.pop()].functions:
                fresh = set(targets_of(function)) - reached
                reached |= fresh
                waiting += fresh
        return frozenset(reached)

    # --- a node -----------------------------------------------------------------------------------

    def _node(self, node: str, made_of: Node) -> None:
        name = self.names[node]
        self._lost(node, made_of)
        says = self._words(node, made_of)
        tools = [each for each in made_of.functions if not each.transition_only]
        ways = [each for each in made_of.functions if each.transition_only]
        by = _BY.fullmatch(made_of.task_messages[0].content) if made_of.task_messages else None
        ends = any(action.type == _ENDS for action in (*made_of.pre_actions, *made_of.post_actions))
        if ends or not made_of.functions:
            self.steps[name] = {"kind": "end", "says": says, "resume": self.names[self.config.initial_node]}
        elif by and not tools:
            self._decide(name, by[1], ways)
        elif len(made_of.functions) == 1 and tools:
            self._look_up(name, tools[0], says, node)
        elif len(ways) == 1 and not tools and ways[0].name == "go_on":
            self.steps[name] = {"kind": "say", "says": says, "next": self._target(ways[0], name)}
        else:
            self._ask(name, node, made_of.functions, says)

    def _ask(self, name: str, node: str, functions: list[Function], says: str) -> None:
        step: dict[str, Any] = {"kind": "ask", "says": says}
        self.steps[name] = step
        answers: dict[str, str] = {}
        for function in functions:
            slot = _GAVE.fullmatch(function.name)
            if slot and function.transition_only and "slot" not in step:
                self.slots[slot[1]] = {"kind": "free_words"}
                step |= {"slot": slot[1], "next": self._target(function, name)}
                self.notes.append(f"step '{name}': slot '{slot[1]}' takes free words; say which kind it is")
            else:
                answers[self._meaning(function)] = self._way(name, function, f"node '{node}'")
        if answers:
            step["answers"] = answers

    def _way(self, name: str, function: Function, place: str) -> str:
        """Find where a function leads; a tool becomes a look-up of its own."""
        if function.transition_only:
            return self._target(function, name)
        step = _free(_named(f"{name}_{function.name}"), {*self.names.values(), *self.steps, *_OUR_STEPS})
        self.steps[step] = {}
        self._look_up(step, function, "One moment, please.", place, back=name)
        return step

    def _decide(self, name: str, by: str, ways: list[Function]) -> None:
        cases: dict[str, str] = {}
        otherwise = "trouble"
        for way in ways:
            case = re.fullmatch(rf"{re.escape(by)} is (.+)\.", way.description or "")
            if way.name == "otherwise" or case is None:
                otherwise = self._target(way, name)
            else:
                cases[case[1]] = self._target(way, name)
        cases = cases or {"nothing": otherwise}
        self.steps[name] = {"kind": "decide", "by": by, "cases": cases, "otherwise": otherwise}

    def _look_up(self, name: str, function: Function, says: str, place: str, back: str = "") -> None:
        tool = _named(function.name)
        self.notes.append(
            f"step '{name}': tool '{tool}' is code in pipecat; install it and write its 'arguments'"
        )
        result = tool
        if isinstance(branch := function.transition_to, Branch):
            following = _free(f"{name[:54]}_by_answer", {*self.names.values(), *self.steps})
            cases = {str(case).lower() if isinstance(case, bool) else str(case): self.names[target]
                     for case, target in branch.cases.items()}  # fmt: skip
            otherwise = self.names[branch.default] if branch.default else (back or "trouble")
            field_named = _named(branch.field)
            self.steps[following] = {
                "kind": "decide", "by": f"{result}.{field_named}", "cases": cases, "otherwise": otherwise,
            }  # fmt: skip
        elif branch is None:
            following = back or "trouble"
            if not back:
                self.notes.append(
                    f"{place}: '{function.name}' leads nowhere; say at '{name}' what comes next"
                )
        else:
            following = self.names[branch]
        self.steps[name] = {
            "kind": "look_up",
            "tool": tool,
            "result": result,
            "says": says,
            "waiting": {"says": "This is taking a little longer, one moment please."},
            "next": following,
            "failed": {"otherwise": "trouble"},
        }

    def _target(self, function: Function, otherwise: str) -> str:
        targets = targets_of(function)
        return self.names[targets[0]] if targets else otherwise

    # --- words ------------------------------------------------------------------------------------

    def _meaning(self, function: Function) -> str:
        name = _named(function.name.removeprefix("said_").removeprefix("caller_"))
        if name in ("yes", "no"):
            return name
        known = _MEANS.match(function.description or "")
        phrases = known[1].split("; ") if known else [function.name.replace("_", " ")]
        if not known and function.description:
            phrases.append(_WANTS.sub("", function.description))
        plain = list(dict.fromkeys(filter(None, map(_plain, phrases))))
        plain = plain or [_plain(name.replace("_", " ")) or "other"]
        before = self.meanings.get(name)
        if before is not None and before != plain:
            name = _free(name, set(self.meanings))
        if name not in self.meanings and not known:
            self.notes.append(f"meaning '{name}': its phrases are guessed; write how callers say it")
        self.meanings[name] = plain
        return name

    def _words(self, node: str, made_of: Node) -> str:
        spoken = [str(each.model_extra.get("text", "")) for each in made_of.pre_actions
                  if each.type == "tts_say" and each.model_extra]  # fmt: skip
        told = " ".join(message.content for message in made_of.task_messages)
        mine = _SPOKEN.match(told)
        name = self.names[node]
        if not mine and not _BY.fullmatch(told):
            self.notes.append(
                f"step '{name}': says what a language model was told; write what callers are to hear"
            )
        text = " ".join([*spoken, _SPOKEN.sub("", told)])
        text = re.sub(r" Then call \w+\.$", "", text)
        if _PLACEHOLDER.search(text):
            self.notes.append(
                f"step '{name}': '{{{{ … }}}}' is left out; put blanks like {{order_number}} there"
            )
        plain = " ".join(_PLACEHOLDER.sub("", text).translate(_BRACES).split())
        if len(plain) > _LONGEST_WORDING:
            self.notes.append(f"step '{name}': the text is cut at {_LONGEST_WORDING} characters")
        return plain[:_LONGEST_WORDING] or "One moment, please."

    def _lost(self, node: str, made_of: Node) -> None:
        where = f"node '{node}'"
        if made_of.role_message:
            self.notes.append(f"{where}: 'role_message' has no counterpart")
        if made_of.context_strategy:
            self.notes.append(f"{where}: 'context_strategy' has no counterpart")
        if not made_of.respond_immediately:
            self.notes.append(
                f"{where}: 'respond_immediately: false' has no counterpart; the step speaks at once"
            )
        for action in (*made_of.pre_actions, *made_of.post_actions):
            if action.type not in ("tts_say", _ENDS):
                self.notes.append(f"{where}: action '{action.type}' is code; it is left out")


def _named(name: str) -> str:
    """A name as ours are: small letters, digits and _, a letter first."""
    plain = _NO_NAME_SIGN.sub("_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")
    return (plain if plain[:1].isalpha() else f"step_{plain}".rstrip("_"))[:60]


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number the first that nothing has."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[:58]}_{number}"
    return free


def _plain(phrase: str) -> str:
    """A phrase in small letters without signs, as meanings are written; empty if nothing is left."""
    words = _PLAIN.sub(" ", phrase.lower()).split()
    text = " ".join(word.strip("'") for word in words if word.strip("'"))
    return text if len(text) <= _LONGEST_PHRASE else text[:_LONGEST_PHRASE].rsplit(" ", 1)[0]
