import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.crm.hubspot import HubSpotRecords
from agents.crm.port import CustomerRecords
from agents.crm.salesforce import SalesforceRecords
from agents.crm.sql import SqlCustomerRecords
from agents.crm.zendesk import ZendeskRecords
from agents.provided import provided
from config.database import Database
from config.settings import SettingsError, load
from tests.agents.crm.vendors.hubspot_server import TOKEN, HubSpotAccount
from tests.agents.crm.vendors.served import served

HUBSPOT = {"TANDEM_CRM": "hubspot", "HUBSPOT_TOKEN": TOKEN}
SALESFORCE = {
    "TANDEM_CRM": "salesforce",
    "SALESFORCE_URL": "https://acme.my.salesforce.com",
    "SALESFORCE_CLIENT_ID": "id",
    "SALESFORCE_CLIENT_SECRET": "very-secret",
}
ZENDESK = {
    "TANDEM_CRM": "zendesk",
    "ZENDESK_URL": "https://acme.zendesk.com",
    "ZENDESK_EMAIL": "bot@acme.example",
    "ZENDESK_TOKEN": "very-secret",
}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'tandem.db'}")
    yield database
    await database.close()


@pytest.mark.parametrize(
    ("chosen", "kind"),
    [
        ({}, SqlCustomerRecords),
        (HUBSPOT, HubSpotRecords),
        (SALESFORCE, SalesforceRecords),
        (ZENDESK, ZendeskRecords),
    ],
)
def test_tools_are_given_the_records_the_company_has_chosen(
    database: Database, chosen: dict[str, str], kind: type
) -> None:
    assert isinstance(provided(load(chosen), database)[CustomerRecords], kind)


async def test_the_given_address_is_asked_with_the_given_token(database: Database) -> None:
    account = HubSpotAccount()
    ada = account.add("contacts", {"firstname": "Ada"})
    with served(account.answer) as vendor:
        records = provided(load({**HUBSPOT, "HUBSPOT_URL": vendor.url}), database)[CustomerRecords]
        assert isinstance(records, HubSpotRecords)
        customer = await records.customer(ada)
    assert customer is not None
    assert customer.name == "Ada"


@pytest.mark.parametrize("chosen", [HUBSPOT, SALESFORCE, ZENDESK])
def test_a_chosen_crm_without_credentials_is_one_line_that_names_what_is_missing(
    chosen: dict[str, str],
) -> None:
    for name in chosen:
        if name == "TANDEM_CRM":
            continue
        with pytest.raises(SettingsError) as caught:
            load({**chosen, name: None})
        assert (
            str(caught.value)
            == f"{'TANDEM_CRM'}={chosen['TANDEM_CRM']} needs {name}, or choose TANDEM_CRM=sql"
        )


def test_a_crm_nobody_knows_is_one_line() -> None:
    with pytest.raises(SettingsError, match=r"TANDEM_CRM='oracle'.*one of sql, hubspot, salesforce, zendesk"):
        load({"TANDEM_CRM": "oracle"})


@pytest.mark.parametrize("chosen", [SALESFORCE, ZENDESK])
def test_a_secret_is_in_no_printout(chosen: dict[str, str]) -> None:
    assert "very-secret" not in repr(load(chosen))


def test_no_sdk_is_loaded_for_records_of_ones_own() -> None:
    look = (
        "import sys, agents.provided as p, config.settings as s, config.database as d;"
        "p.provided(s.load({'TANDEM_CRM': 'sql'}), d.Database('sqlite+aiosqlite:///:memory:'));"
        "print([each for each in ('hubspot', 'zenpy', 'simple_salesforce') if each in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)  # noqa: S603
    assert ran.stdout.strip() == "[]"
