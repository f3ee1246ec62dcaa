from collections.abc import Iterator

import pytest

from tests.agents.crm.vendors.served import Vendor, served


@pytest.fixture(scope="session")
def server() -> Iterator[Vendor]:
    """One server for all: to stop one takes a fifth of a second."""
    with served(lambda _: (404, {})) as server:
        yield server
