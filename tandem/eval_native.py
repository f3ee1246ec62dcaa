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


@contextmanager
def native(
    checkpoint: str, ears_name: str, max_calls: int, *, rehearsed: bool
) -> "Generator[NativeInterlocutor[ModelState]]":
    """Load it, and close it and its ears afterwards; `rehearsed` for virtual time.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        EarsNameError: there are no such ears.
    """
    from model.checkpoint import find_checkpoint
    from model.ears.recogniser import EmbeddedEars
    from model.evaluate.known_words import KNOWN, NONE
    from model.evaluate.rehearsed_voice import RehearsedVoice
    from model.native import SERVING_THREADS, load

    ears = None
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
        yield interlocutor
    finally:
        interlocutor.close()
        if ears is not None:
            ears.close()
