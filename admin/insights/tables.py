"""The figures of calls that are over, and their sums by the quarter of an hour and by three hours.

`call_words`, which finds calls by what was said in them, is no table of the mapper's: see
`admin.insights.words`. Times are Unix milliseconds, money is in micro-dollars.
"""

from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.tables import Table

SLOT_MS: Final = 900_000
"""A quarter of an hour: the days of every timezone there is begin with one."""
BLOCK_SLOTS: Final = 12
"""Three hours: so are a year's sums few, and those of the quarters at the borders of its days few too."""


class CallMeasuresRow(Table):
    """What a call was like (see `config.tape.measures`). Rows are added once and not changed.

    The long index holds all that calls are looked for by, so that lists are found without reading rows; by
    the other, those of one ending are counted.
    """

    __tablename__ = "call_measures"
    __table_args__ = (
        Index(
            "ix_call_measures_sought",
            "began_at_ms",
            "call_id",
            "flow",
            "outcome",
            "ending",
            "transferred_to",
            "transferred_from",
            "responses",
            "slowest_ms",
            "interruptions",
            "tool_calls",
            "tool_failures",
            "satisfaction",
            "duration_ms",
            "language",
            "cost_micro_usd",
            "model_tokens",
            "number",
        ),
        Index(
            "ix_call_measures_ending",
            "ending",
            "began_at_ms",
            "call_id",
            "flow",
            "transferred_to",
            "transferred_from",
        ),
    )

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    """Its row in `call_words`."""
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), unique=True)
    began_at_ms: Mapped[int] = mapped_column(BigInteger)
    flow: Mapped[str] = mapped_column(String(128))
    """`name@version`."""
    outcome: Mapped[str] = mapped_column(String(32))
    ending: Mapped[str] = mapped_column(String(16))
    """`config.tape.measures.Ending`."""
    duration_ms: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(16))
    """A tag; empty: not known."""
    transferred_to: Mapped[str] = mapped_column(String(64))
    """The flow's name of a destination; empty: it was not, or it is not known."""
    transferred_by: Mapped[str] = mapped_column(String(64))
    """The step that did."""
    transferred_from: Mapped[str] = mapped_column(String(64))
    """The step the call was at before: why."""
    responses: Mapped[int] = mapped_column(Integer)
    unanswered: Mapped[int] = mapped_column(Integer)
    response_p50_ms: Mapped[int | None] = mapped_column(Integer)
    slowest_ms: Mapped[int | None] = mapped_column(Integer)
    latencies: Mapped[str] = mapped_column(Text)
    """Of all responses in ms, as `admin.insights.latencies` writes them."""
    interruptions: Mapped[int] = mapped_column(Integer)
    yielded: Mapped[int] = mapped_column(Integer)
    backchannels: Mapped[int] = mapped_column(Integer)
    tool_calls: Mapped[int] = mapped_column(Integer)
    tool_failures: Mapped[int] = mapped_column(Integer)
    satisfaction: Mapped[int | None] = mapped_column(Integer)
    """What the caller answered when asked, 1 to 5."""
    cost_micro_usd: Mapped[int | None] = mapped_column(BigInteger)
    """Of the line and of language models; None: no price is set for what was used of them."""
    model_tokens: Mapped[int] = mapped_column(Integer)
    """That language-model agents reported, of prompts and answers."""
    model_micro_usd: Mapped[int | None] = mapped_column(BigInteger)
    """What these cost; None: no price was set."""
    from_tape: Mapped[bool]
    """False: there was no tape to measure, and only what the record itself has is known."""


class _Sums:
    """Sums over the calls of a flow that began within one span.

    What ends in `_calls` counts calls, all else is summed over them.
    """

    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """Unix milliseconds through the span's."""
    flow: Mapped[str] = mapped_column(String(128), primary_key=True)
    calls: Mapped[int] = mapped_column(Integer)
    contained_calls: Mapped[int] = mapped_column(Integer)
    transferred_calls: Mapped[int] = mapped_column(Integer)
    abandoned_calls: Mapped[int] = mapped_column(Integer)
    failed_calls: Mapped[int] = mapped_column(Integer)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    interruptions: Mapped[int] = mapped_column(Integer)
    interrupted_calls: Mapped[int] = mapped_column(Integer)
    yielded: Mapped[int] = mapped_column(Integer)
    tool_calls: Mapped[int] = mapped_column(Integer)
    tool_failures: Mapped[int] = mapped_column(Integer)
    tool_failed_calls: Mapped[int] = mapped_column(Integer)
    satisfaction: Mapped[int] = mapped_column(Integer)
    rated_calls: Mapped[int] = mapped_column(Integer)
    cost_micro_usd: Mapped[int] = mapped_column(BigInteger)
    costed_calls: Mapped[int] = mapped_column(Integer)
    model_tokens: Mapped[int] = mapped_column(BigInteger)
    model_calls: Mapped[int] = mapped_column(Integer)
    """In which language models were asked."""
    latencies: Mapped[str] = mapped_column(Text)
    """Of all responses, one after another."""
    slowest: Mapped[str] = mapped_column(Text)
    """Of each call that has responses, the slowest; written likewise."""


class RollUpRow(_Sums, Table):
    """Sums by the quarter of an hour, `SLOT_MS`."""

    __tablename__ = "call_roll_up"


class BlockRow(_Sums, Table):
    """The same by `BLOCK_SLOTS` quarters of an hour."""

    __tablename__ = "call_roll_up_block"
