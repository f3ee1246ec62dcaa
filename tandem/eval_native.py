"""The native system of an evaluation: the checkpoint asked for, with the ears asked for."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from config.settings import EMBEDDED_EARS
from tandem.eval_run import EarsNameError

if TYPE_CHECKING:
    from model.native import NativeInterlocutor
    from model.streaming import ModelState

_EARS_PROCESSES: Final = 2
_EARS_LOAD_S: Final = 120.0


@contextmanager
def native(
    checkpoint: str, ears_name: str, max_calls: int, *, rehearsed: bool
) -> "Generator[NativeInterlocutor[ModelState]]":
    """Load it, and close it and its ears afterwards; `rehearsed` for virtual time.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        EarsNameError: there are no such ears, they do not load, or cannot hear in virtual time.
    """
    from model.checkpoint import find_checkpoint
    from model.ears.recogniser import EmbeddedEars
    from model.evaluate.known_words import KNOWN, NONE
    from model.evaluate.rehearsed_voice import RehearsedVoice
    from model.native import SERVING_THREADS, load

    ears = None
    if rehearsed and ears_name not in (KNOWN, NONE):
        raise EarsNameError(
            f"--ears {ears_name} hear in real time: leave out --steps and --stress, or take {KNOWN} or {NONE}"
        )
    match ears_name:
        case "encoder" | "pocketsphinx":
            ears = EmbeddedEars(ears_name, _EARS_PROCESSES)
        case _ if ears_name not in (KNOWN, NONE):
            raise EarsNameError(
                f"--ears {ears_name} is not one of {', '.join((*EMBEDDED_EARS, KNOWN, NONE))}"
            )
        case _:
            pass
    interlocutor = load(
        find_checkpoint(checkpoint),
        ears,
        max_calls=max_calls,
        threads=SERVING_THREADS,
        voice=RehearsedVoice() if rehearsed else None,
    )
    try:
        if ears is not None and not ears.wait_until_ready(_EARS_LOAD_S):
            raise EarsNameError(f"the {ears_name} ears did not load within {_EARS_LOAD_S:.0f} s")
        yield interlocutor
    finally:
        interlocutor.close()
        if ears is not None:
            ears.close()
