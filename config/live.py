"""What calls that are up and the people who follow them say to each other, and where in Redis they say it.

    call ──happenings──► tandem:live:events, and the same in the call's own stream ──► whoever follows
    call ──audio───────► the call's audio, while somebody listens                  ──► whoever listens
    person ──command───► the commands of the server that has the call              ──► call ──answer──► person
    person ──voice─────► the voices of that server, while the person holds the call ─► call

Redis is transport: every key has a time to live and every stream a bound. Happenings of a call are numbered
from 1 without gaps, so that one written twice is entered once. All of it is JSON but audio, which is int16,
little endian, at 16 kHz.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

EVENTS_KEY: Final = "tandem:live:events"
"""Happenings of all calls of all servers: `kind`, `call`, `data` (JSON)."""
CALLS_KEY: Final = "tandem:live:calls"
"""The calls that are up, by the second they were last heard of, on Redis's clock."""

MOST_EVENTS: Final = 50_000
"""Kept of all calls together; of one call `MOST_OF_A_CALL`."""
MOST_OF_A_CALL: Final = 5_000
EVENTS_TTL_S: Final = 3_600
HEARD_OF_EVERY_S: Final = 5.0
"""A server says so often that its calls are up ..."""
GONE_AFTER_S: Final = 20
"""... and one that was not heard of for so long is lost."""

AUDIO_LENGTH: Final = 25
"""Micro-turns of audio that wait for slow listeners; older ones are dropped."""
AUDIO_TTL_S: Final = 10
LISTENED_S: Final = 6.0
"""How long audio is published after a `listen`; who goes on listening says so again before."""
LISTEN_EVERY_S: Final = 2.0
HELD_MS: Final = 4_000
"""How long somebody who is not heard of holds a call; who goes on holding it says so again before."""
HOLD_EVERY_S: Final = 1.0
COMMANDS_LENGTH: Final = 1_000
VOICES_LENGTH: Final = 500
COMMANDS_TTL_S: Final = 120
ANSWER_TTL_S: Final = 10
MOST_WHISPER: Final = 300
"""Characters of a whisper: about twenty seconds of speech."""


def call_events_key(call_id: str) -> str:
    """Name the stream of one call's happenings."""
    return f"tandem:live:call:{call_id}:events"


def call_state_key(call_id: str) -> str:
    """Name the hash with a call's state: `state` (a `LiveState`) and `sequence`, of the last happening."""
    return f"tandem:live:call:{call_id}:state"


def audio_key(call_id: str) -> str:
    """Name the stream of a call's audio: `pcm`, a micro-turn of both sides, left the caller.

    `ear`, where it is interpreted: the same for whoever has the call, left what is for them to hear.
    """
    return f"tandem:live:call:{call_id}:audio"


def commands_key(server: str) -> str:
    """Name the stream of what a server's calls are to do: `command`."""
    return f"tandem:live:server:{server}:commands"


def voices_key(server: str) -> str:
    """Name the stream of voices for a server's calls: `call`, `holder`, `pcm`, mono."""
    return f"tandem:live:server:{server}:voices"


def answer_key(command_id: str) -> str:
    """Name the list in which a command's one answer comes."""
    return f"tandem:live:answer:{command_id}"


class Happening(StrEnum):
    """What can happen on a call."""

    CALL_BEGAN = "call_began"
    CALL_ENDED = "call_ended"
    WORDS = "words"
    STATE = "state"
    TASK = "task"
    CHART = "chart"
    KEY = "key"
    WHISPER = "whisper"
    CONTROL = "control"
    INTERPRETED = "interpreted"


Talk = Literal["listening", "speaking", "both", "quiet", "taken_over"]
"""Who speaks. `listening`: the caller does, and the agent listens; `speaking`: the agent does."""


class LiveCall(BaseModel):
    """A call that is up."""

    model_config = ConfigDict(frozen=True)

    id: str
    carrier: str
    from_number: str
    to_number: str
    flow: str
    """`name@version`."""
    began_at: AwareDatetime
    language: str
    step: str = ""
    state: Talk = "quiet"
    held_by: str | None = None
    """Name of the person whose voice the caller hears instead of the agent's."""
    interpreted: str | None = None
    """What the one the caller is interpreted for speaks, a BCP 47 tag; None: nobody is."""
    caller_words: str = ""
    """The last, sensitive ones hidden."""
    agent_words: str = ""


class LiveState(BaseModel):
    """A call as its server knows it. `holder`: the token of whoever holds it."""

    model_config = ConfigDict(frozen=True)

    call: LiveCall
    server: str
    holder: str | None = None


class CommandKind(StrEnum):
    """What people can want of a call. The last two are said again and again; nobody waits for an answer."""

    WHISPER = "whisper"
    TAKE_OVER = "take_over"
    INTERPRET = "interpret"
    HAND_BACK = "hand_back"
    END = "end"
    HOLD = "hold"
    LISTEN = "listen"


class Command(BaseModel):
    """What somebody wants of a call.

    `holder`: a token of the socket that takes over or holds; handing back or ending without one is done
    whoever has it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    call_id: str
    kind: CommandKind
    person: str = ""
    """Their name, for those who follow the call."""
    text: Annotated[str, Field(max_length=MOST_WHISPER)] = ""
    holder: str = ""
    language: Annotated[str, Field(max_length=35)] = ""
    """What who has the call interpreted speaks, a BCP 47 tag."""


class Answer(BaseModel):
    """Whether a command was obeyed; if not, `why` for programs and `detail` for people."""

    model_config = ConfigDict(frozen=True)

    done: bool
    why: str = ""
    detail: str = ""
