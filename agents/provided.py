"""What tools can be given, by type. See `agents.tool.Injected`."""

from typing import assert_never, cast

from pydantic import SecretStr

from agents.charts.store import ChartStore
from agents.crm.attempts import SqlVerificationAttempts, VerificationAttempts
from agents.crm.port import CustomerRecords
from agents.crm.sql import SqlCustomerRecords
from agents.limits import CallerLimits
from agents.messenger import Messenger, NoMessenger
from agents.tool import Dependencies
from config.database import Database
from config.settings import Crm, Settings


def provided(settings: Settings, database: Database, messenger: Messenger | None = None) -> Dependencies:
    """Provide everything but the request itself, which whoever runs a tool adds.

    `messenger`: the carrier's; None where there is no account to send from.
    """
    return {
        CallerLimits: CallerLimits(settings, database),
        ChartStore: ChartStore(database),
        Messenger: messenger or NoMessenger(),
        CustomerRecords: customer_records(settings, database),
        VerificationAttempts: SqlVerificationAttempts(database),
        Settings: settings,
    }


def customer_records(settings: Settings, database: Database) -> CustomerRecords:
    """Open the customer records the company has chosen. `Settings` sees that the credentials are there."""
    # A vendor's SDK takes half a second to import; nobody waits for one that is not used.
    match settings.crm:
        case Crm.SQL:
            return SqlCustomerRecords(database)
        case Crm.HUBSPOT:
            from agents.crm.hubspot import HubSpotRecords

            return HubSpotRecords(_shown(settings.hubspot_token), settings.hubspot_url)
        case Crm.SALESFORCE:
            from agents.crm.salesforce import SalesforceRecords

            return SalesforceRecords(
                cast("str", settings.salesforce_url),
                cast("str", settings.salesforce_client_id),
                _shown(settings.salesforce_client_secret),
            )
        case Crm.ZENDESK:
            from agents.crm.zendesk import ZendeskRecords

            return ZendeskRecords(
                cast("str", settings.zendesk_url),
                cast("str", settings.zendesk_email),
                _shown(settings.zendesk_token),
            )
        case _:
            assert_never(settings.crm)


def _shown(secret: SecretStr | None) -> str:
    return cast("SecretStr", secret).get_secret_value()
