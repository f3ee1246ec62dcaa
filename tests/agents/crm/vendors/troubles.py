"""What goes wrong with vendors, and what every adapter then does. Inherited like `Conformance`.

A module gives the fixtures `vendor` (the server), `a_read` and `a_write` (calls of the port that succeed when
nothing is wrong), `a_hasty_read` (the same with `HASTY`), `writes` (the line of that write) and its `spec`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from agents.crm.vendor import Patience
from agents.errors import Unavailable
from tests.agents.crm.vendors.served import Trouble, Vendor

PATIENT: Final = Patience(read_s=60.0, write_s=60.0)
"""However busy this machine is."""
HASTY: Final = Patience(read_s=0.3, write_s=0.3)
Call = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Spec:
    """How this vendor words its troubles.

    Attributes:
        unauthorized: the body of a 401.
        limited: the body of a 429.
        credentials: what a person is told to check.
        secret: what no error may show.
        known_at: the only line that asks who we are; empty: all do.
    """

    unauthorized: Any
    limited: Any
    credentials: str
    secret: str
    known_at: str = ""


class Troubles:
    async def test_wrong_credentials_are_said_plainly(self, vendor: Vendor, spec: Spec, a_read: Call) -> None:
        vendor.trouble = Trouble(status=401, body=spec.unauthorized, only=spec.known_at)
        with pytest.raises(Unavailable, match=f"check .*{spec.credentials}") as caught:
            await a_read()
        assert spec.secret not in str(caught.value)

    async def test_what_is_forbidden_is_said_plainly(self, vendor: Vendor, spec: Spec, a_read: Call) -> None:
        vendor.trouble = Trouble(status=403, body={})
        with pytest.raises(Unavailable, match=f"forbids.*{spec.credentials}"):
            await a_read()

    async def test_a_read_told_to_come_back_does(self, vendor: Vendor, spec: Spec, a_read: Call) -> None:
        expected = await a_read()
        vendor.trouble = Trouble(status=429, body=spec.limited, headers={"Retry-After": "0"}, times=2)
        assert await a_read() == expected
        assert vendor.trouble.times == 0

    async def test_a_read_told_to_come_back_too_late_gives_up_at_once(
        self, vendor: Vendor, spec: Spec, a_read: Call
    ) -> None:
        vendor.trouble = Trouble(status=429, body=spec.limited, headers={"Retry-After": "600"})
        with pytest.raises(Unavailable, match="left alone for 600 s"):
            await a_read()
        assert len(vendor.asked) == 1

    async def test_a_read_never_let_in_gives_up(self, vendor: Vendor, spec: Spec, a_read: Call) -> None:
        too_long = Trouble(status=429, body=spec.limited, headers={"Retry-After": "600"})
        vendor.trouble = Trouble(
            status=429, body=spec.limited, headers={"Retry-After": "0"}, times=3, then=too_long
        )
        with pytest.raises(Unavailable, match="left alone"):
            await a_read()
        assert len(vendor.asked) == 4

    async def test_a_write_told_to_come_back_is_sent_once(
        self, vendor: Vendor, spec: Spec, a_write: Call, writes: str
    ) -> None:
        vendor.trouble = Trouble(status=429, body=spec.limited, headers={"Retry-After": "0"}, only=writes)
        with pytest.raises(Unavailable, match="left alone"):
            await a_write()
        assert len(vendor.sent(writes)) == 1

    @pytest.mark.parametrize("status", [500, 502, 503])
    async def test_a_failing_vendor_is_unavailable_and_not_asked_again(
        self, vendor: Vendor, a_read: Call, status: int
    ) -> None:
        vendor.trouble = Trouble(status=status, body={"message": "Internal Server Error"})
        with pytest.raises(Unavailable):
            await a_read()
        assert len(vendor.asked) == 1

    async def test_a_gateways_page_is_no_answer(self, vendor: Vendor, a_read: Call) -> None:
        vendor.trouble = Trouble(status=502, body="<html>Bad Gateway</html>", headers={"X": "Y"})
        with pytest.raises(Unavailable):
            await a_read()

    @pytest.mark.parametrize("body", ["<html>Hello</html>", "", "{", "[]", "{}", "null"])
    async def test_broken_json_is_unavailable(self, vendor: Vendor, a_read: Call, body: str) -> None:
        vendor.trouble = Trouble(status=200, body=body)
        with pytest.raises(Unavailable):
            await a_read()

    async def test_a_vendor_that_hangs_is_left(self, vendor: Vendor, a_hasty_read: Call) -> None:
        vendor.trouble = Trouble(hangs=True)
        with pytest.raises(Unavailable, match=r"did not answer within 0\.3 s"):
            await a_hasty_read()

    async def test_a_redirect_is_not_followed(self, vendor: Vendor, a_read: Call) -> None:
        vendor.trouble = Trouble(status=302, headers={"Location": "http://169.254.169.254/latest/"})
        with pytest.raises(Unavailable):
            await a_read()
        assert len(vendor.asked) == 1

    async def test_a_write_whose_answer_was_lost_happens_once(
        self, vendor: Vendor, a_write: Call, writes: str
    ) -> None:
        vendor.trouble = Trouble(status=500, body={}, only=writes, done=True, times=1)
        with pytest.raises(Unavailable):
            await a_write()
        first = await a_write()
        assert await a_write() == first
        assert len(vendor.sent(writes)) == 1
