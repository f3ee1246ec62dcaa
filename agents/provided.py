"""What tools can be given, by type. See `agents.tool.Injected`."""

from agents.crm.attempts import SqlVerificationAttempts, VerificationAttempts
from agents.crm.port import CustomerRecords
from agents.crm.sql import SqlCustomerRecords
from agents.tool import Dependencies
from config.database import Database
from config.settings import Settings


def provided(settings: Settings, database: Database) -> Dependencies:
    """Provide everything but the request itself, which whoever runs a tool adds."""
    return {
        CustomerRecords: SqlCustomerRecords(database),
        VerificationAttempts: SqlVerificationAttempts(database),
        Settings: settings,
    }
