"""Where the floor draws its lines; set by hand from replays (`model.evaluate.closed_loop`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which reading on something is done: probabilities 0..1, which dials shift in log-odds.

    Attributes:
        turn_end: the caller's turn is over.
        turn_end_falls: by so many log-odds a second `turn_end` falls from 600 ms of silence on: the longer it
            lasts, the less there is to be learned by waiting.
        complete, incomplete: how much an answer that is complete (six of six digits), or is not, shifts
            `turn_end`, in log-odds.
        barge_in_first, barge_in: caller speech over the agent is an interruption, after 200 ms of it and
            after 600 ms: in its first moments a "mm-hm" sounds the same.
        undecided: caller speech over the agent that is at least this likely an interruption makes it pause
            at the word's end, to find out.
        pause_anyway_ms: longer than any "mm-hm": the agent pauses whatever the model makes of it.
        sustained_ms: nobody says "mm-hm" for this long: the floor is the caller's.
        backchannel_due: a "mm-hm" of the agent fits.
        sure_words: words over the agent count as an interruption by themselves from this confidence on.
    """

    turn_end: float = 0.8
    turn_end_falls: float = 2.0
    complete: float = 3.0
    incomplete: float = 3.0
    barge_in_first: float = 0.5
    barge_in: float = 0.5
    undecided: float = 0.5
    pause_anyway_ms: int = 700
    sustained_ms: int = 1_000
    backchannel_due: float = 0.4
    sure_words: float = 0.5


SHIPPED = Thresholds()
