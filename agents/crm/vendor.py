"""What the adapters of hosted customer records have in common.

The vendors' SDKs block, so each request runs in a thread while the call waits, and not for long: a visit has
a deadline, and what comes after it is dropped. The SDKs try nothing again by themselves. A read that was told
to come back later (429) does so while there is time; a write is sent once. Whatever else goes wrong is
`Unavailable`, in words that say what to do; answers' own texts stay out of them, for they quote the records.

A write that ends `Unavailable` may have happened all the same, or happen late: what a thread has sent cannot
be called back. With the same key it may be asked again; each adapter says what its vendor leaves open.

VendorError      what an SDK raised, in one form for all; never leaves an adapter
├── Unreachable  no answer came
├── Garbled      the answer is not in its documented form
└── Rejected     the answer has a status of 300 or more
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Final, NoReturn, TypeVar

from agents.crm.port import Ability, Appointment, Callback, Invoice, Order, OrderState, Refund, Slot
from agents.errors import Unavailable, Unsupported

T = TypeVar("T")

SOCKET_S: Final = (2.0, 7.0)
"""Patience with connecting and with silence: after it a thread nobody waits for is free again."""
_NOT_THERE: Final = (ValueError, TypeError, LookupError, AttributeError)
"""What SDKs and adapters fall over when an answer lacks what it is documented to have."""
_TALKATIVE: Final = ("hubspot", "zenpy", "simple_salesforce", "urllib3")
"""Loggers that write records and addresses asked for, personal details and all, at their lower levels."""
_THREADS: Final = 8
_UNNAMED_WAIT_S: Final = 1.0
"""How long to stay away when a 429 does not say."""


class VendorError(Exception):
    """What an SDK raised, in one form for all vendors. Never leaves an adapter."""


class Unreachable(VendorError):  # noqa: N818 - read where it is raised; so below
    """No answer came: refused, cut off, or silent too long."""


class Garbled(VendorError):  # noqa: N818
    """An answer came that is not in its documented form."""


@dataclass(eq=False)
class Rejected(VendorError):  # noqa: N818
    """An answer came with a status of 300 or more.

    Attributes:
        status: of HTTP.
        code: the vendor's word for it, such as `VALIDATION_ERROR`; empty where there is none.
        retry_after_s: how long it asks to be left alone.
    """

    status: int
    code: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long somebody on the telephone waits for all that one call of the port takes."""

    read_s: float = 3.5
    """Below the usual patience of a tool that reads."""
    write_s: float = 7.0
    """Below that of a tool that writes. A write looks first whether it happened, and reads what it did."""


@dataclass(frozen=True)
class Vendor:
    """Who is visited.

    Attributes:
        name: as people say it.
        credentials: the settings that let us in, as the environment names them.
        explain: what an error of the SDK means; None for what it should never raise.
        patience: how long we wait.
    """

    name: str
    credentials: str
    explain: Callable[[Exception], VendorError | None]
    patience: Patience = field(default_factory=Patience)


class Door:
    """Where requests to one vendor go through; at most eight at a time."""

    def __init__(self, vendor: Vendor) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._vendor = vendor
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=vendor.name)

    def reading(self) -> AbstractAsyncContextManager["Visit"]:
        """Visit to read. Raises `Unavailable` when it takes too long, or the vendor would or could not."""
        return self._visit(self._vendor.patience.read_s)

    def writing(self) -> AbstractAsyncContextManager["Visit"]:
        """Visit to write. Raises `Unavailable` like `reading`; it may have happened then."""
        return self._visit(self._vendor.patience.write_s)

    @asynccontextmanager
    async def _visit(self, patience_s: float) -> AsyncGenerator["Visit"]:
        name = self._vendor.name
        deadline_s = asyncio.get_running_loop().time() + patience_s
        try:
            async with asyncio.timeout_at(deadline_s):
                yield Visit(self._vendor, self._threads, deadline_s)
        except TimeoutError as error:
            raise Unavailable(f"{name} did not answer within {patience_s:g} s") from error
        except VendorError as error:
            raise Unavailable(_advice(self._vendor, error)) from error
        except _NOT_THERE as error:
            raise Unavailable(_advice(self._vendor, Garbled())) from error


class Visit:
    """One call's dealings with a vendor. See `Door`."""

    def __init__(self, vendor: Vendor, threads: ThreadPoolExecutor, deadline_s: float) -> None:
        self._vendor = vendor
        self._threads = threads
        self._deadline_s = deadline_s

    async def read(self, ask: Callable[[], T]) -> T:
        """Ask for something, again as long as there is time when told to come back later.

        Raises:
            VendorError: it failed; what the adapter lets through becomes `Unavailable`.
        """
        clock = asyncio.get_running_loop().time
        while True:
            try:
                return await self.write(ask)
            except Rejected as error:
                wait_s = _UNNAMED_WAIT_S if error.retry_after_s is None else error.retry_after_s
                if error.status != 429 or clock() + wait_s >= self._deadline_s:
                    raise
            await asyncio.sleep(wait_s)

    async def write(self, ask: Callable[[], T]) -> T:
        """Send something, once.

        Raises:
            VendorError: it failed; what the adapter lets through becomes `Unavailable`.
        """
        # In the context of who asks, so that log lines say what they are about and hide what is hidden.
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: context.run(self._explained, ask)
        )

    def _explained(self, ask: Callable[[], T]) -> T:
        try:
            answer = ask()
        except VendorError:
            raise
        except Exception as error:  # SDKs raise anything; what is not understood goes on as it is
            if (explained := self._vendor.explain(error)) is not None:
                raise explained from error
            if isinstance(error, _NOT_THERE):
                raise Garbled from error
            raise
        if answer is None:
            raise Garbled
        return answer


def _advice(vendor: Vendor, error: VendorError) -> str:
    """Say in one line what is wrong and what to do about it."""
    match error:
        case Rejected(status=401):
            return f"{vendor.name} does not know us: check {vendor.credentials}"
        case Rejected(status=403):
            return f"{vendor.name} forbids it: check what {vendor.credentials} may do"
        case Rejected(status=429, retry_after_s=None):
            return f"{vendor.name} asks to be left alone"
        case Rejected(status=429, retry_after_s=wait_s):
            return f"{vendor.name} asks to be left alone for {wait_s:g} s"
        case Rejected(status=status, code=code):
            return f"{vendor.name} answered {status} {code}".rstrip()
        case Garbled():
            return f"{vendor.name} answered in a form it does not document"
        case _:
            return f"{vendor.name} does not answer"


def retry_after_s(header: str | None, now: datetime | None = None) -> float | None:
    """Read a Retry-After header (RFC 9110): seconds, or a date. None when it says nothing."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, TypeError):  # TypeError: a date without a zone
        return None


class VendorRecords:
    """What a system of records without any `Ability` says; adapters override what theirs has.

    Args:
        vendor: who is behind it.
    """

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._door = Door(vendor)

    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset()

    def _unsupported(self, what: str) -> NoReturn:
        raise Unsupported(f"{self._vendor.name} has no {what}")

    async def order(self, number: str) -> Order | None:
        self._unsupported("orders")

    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        self._unsupported("orders")

    async def cancel_order(self, number: str, reason: str, key: str) -> Order:
        self._unsupported("way to cancel orders")

    async def refund(self, order_number: str, amount_cents: int | None, reason: str, key: str) -> Refund:
        self._unsupported("refunds")

    async def invoices_of(self, customer_id: str) -> Sequence[Invoice]:
        self._unsupported("invoices")

    async def appointments_of(self, customer_id: str) -> Sequence[Appointment]:
        self._unsupported("appointments")

    async def free_slots(self, kind: str, since: datetime, until: datetime) -> Sequence[Slot]:
        self._unsupported("appointments")

    async def book(self, customer_id: str, slot_id: str, key: str) -> Appointment:
        self._unsupported("appointments")

    async def move(self, appointment_id: str, slot_id: str, key: str) -> Appointment:
        self._unsupported("appointments")

    async def ask_callback(self, phone: str, reason: str, due_at: datetime | None, key: str) -> Callback:
        self._unsupported("callbacks")


# --- what they write and read alike --------------------------------------------------------------------

_SIGNATURE: Final = re.compile(r"\s*\[tandem ([^\s\]]+)\]\s*\Z")


def signed(note: str, key: str) -> str:
    """Write the key of a write below a note, where the vendor has no better place for it."""
    return f"{note}\n\n[tandem {key}]"


def unsigned(text: str) -> tuple[str, str]:
    """Part a note into what was said and the key of its write; "" for notes of others."""
    found = _SIGNATURE.search(text)
    return (text[: found.start()], found[1]) if found else (text, "")


def callback_subject(phone: str) -> str:
    """Word the subject of a callback as people read it."""
    return f"Callback: {phone}"


def callback_text(phone: str, reason: str, due_at: datetime | None) -> str:
    """Word a callback as people read it."""
    when = (
        "as soon as somebody is free" if due_at is None else f"at {due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    )
    return f"Call {phone} back {when}.\n\n{reason}"


def digits(phone: str) -> str:
    """Keep a number's digits alone: people write them in many ways."""
    return re.sub(r"\D", "", phone)


def e164(written: str | None) -> str:
    """Read a number as people write it; without a country it is taken for a North American one."""
    found = digits(written or "")
    if not found or (written or "").strip().startswith("+"):
        return found and f"+{found}"
    return f"+1{found}" if len(found) == 10 else f"+{found}"


def same_phone(written: str | None, wanted: str) -> bool:
    """Whether a number as people write it is this one (E.164)."""
    return bool(written) and e164(written) == wanted


def cents(amount: object) -> int:
    """Turn an amount, "99.00" or 99.0, into whole cents; 0 when there is none.

    Raises:
        Garbled: it is no number.
    """
    return whole(amount or 0, hundredths=True)


def whole(number: object, *, hundredths: bool = False) -> int:
    """Round a number, "2.0", to a whole one, or to whole hundredths.

    Raises:
        Garbled: it is no number.
    """
    try:
        return int((Decimal(str(number)) * (100 if hundredths else 1)).to_integral_value())
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise Garbled from error


_STATES: Final = {
    OrderState.CANCELLED: ("cancel", "void", "expired"),
    OrderState.RETURNED: ("return", "refund"),
    OrderState.DELIVERED: ("deliver", "complete"),
    OrderState.DELAYED: ("delay", "backorder", "on hold", "on_hold"),
    OrderState.SHIPPED: ("ship", "transit", "fulfilled", "sent"),
    OrderState.PACKED: ("pack", "process", "pick", "activated"),
    OrderState.PLACED: ("open", "new", "draft", "placed", "pending", "unfulfilled", "unshipped", "not "),
}


def order_state(*words: str | None) -> OrderState:
    """Read where an order is from the companies' own words for it, the first that says anything.

    Words nobody knows leave it PLACED, which promises least.
    """
    for word in words:
        lowered = (word or "").lower()
        if any(part in lowered for part in _STATES[OrderState.PLACED]):
            return OrderState.PLACED
        for state, parts in _STATES.items():
            if any(part in lowered for part in parts):
                return state
    return OrderState.PLACED
