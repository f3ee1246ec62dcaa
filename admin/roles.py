"""Who may do what: four roles, and one table with the least role of every route.

A route that is not in the table is open to nobody, and a test fails.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """From the least to the most; each may do what those before it may."""

    VIEWER = "viewer"
    AGENT = "agent"
    MANAGER = "manager"
    OWNER = "owner"

    def may(self, least: "Role") -> bool:
        """Whether this role is at least that one."""
        return _ORDER.index(self) >= _ORDER.index(least)


_ORDER: Final = tuple(Role)

OPEN: Final = None
"""For those who are not logged in."""

LEAST_ROLE: Final[Mapping[str, Role | None]] = {
    "read_set_up": OPEN,
    "set_up_owner": OPEN,
    "log_in": OPEN,
    "use_link": OPEN,
    "read_oidc": OPEN,
    "begin_oidc_log_in": OPEN,
    "finish_oidc_log_in": OPEN,
    "read_session": Role.VIEWER,
    "log_out": Role.VIEWER,
    "log_out_everywhere": Role.VIEWER,
    "change_own_password": Role.VIEWER,
    "read_openapi": Role.VIEWER,
    "list_people": Role.MANAGER,
    "invite_person": Role.OWNER,
    "change_person": Role.OWNER,
    "make_password_link": Role.OWNER,
    "list_audit_entries": Role.MANAGER,
    "list_flows": Role.VIEWER,
    "list_shipped_flows": Role.VIEWER,
    "read_flow": Role.VIEWER,
    "create_flow": Role.MANAGER,
    "import_flow": Role.MANAGER,
    "delete_flow": Role.MANAGER,
    "validate_flow": Role.MANAGER,
    "read_draft": Role.VIEWER,
    "save_draft": Role.MANAGER,
    "export_draft_for_pipecat": Role.VIEWER,
    "export_draft": Role.VIEWER,
    "import_draft": Role.MANAGER,
    "publish_flow": Role.MANAGER,
    "list_versions": Role.VIEWER,
    "read_version": Role.VIEWER,
    "export_version": Role.VIEWER,
    "compare_versions": Role.VIEWER,
    "roll_back_flow": Role.MANAGER,
    "list_numbers": Role.VIEWER,
    "set_number": Role.MANAGER,
    "forget_number": Role.MANAGER,
    "list_phone_flows": Role.VIEWER,
    "book_phone_call": Role.VIEWER,
    "list_live_calls": Role.VIEWER,
    "follow_live_calls": Role.VIEWER,
    "listen_to_call": Role.AGENT,
    "take_call_over": Role.AGENT,
    "interpret_call": Role.AGENT,
    "whisper_to_call": Role.MANAGER,
    "hand_back_call": Role.MANAGER,
    "end_call": Role.MANAGER,
    "list_calls": Role.VIEWER,
    "read_call": Role.VIEWER,
    "read_call_tape": Role.VIEWER,
    "read_call_audio": Role.VIEWER,
    "read_call_timeline": Role.VIEWER,
    "read_insights": Role.VIEWER,
    "read_call_waveform": Role.VIEWER,
    "simulate_flow": Role.MANAGER,
    "list_languages": Role.VIEWER,
    "read_translator": Role.VIEWER,
    "draft_translations": Role.MANAGER,
    "replay_call": Role.MANAGER,
    "list_replays": Role.VIEWER,
    "read_replay": Role.VIEWER,
    "cancel_replay": Role.MANAGER,
    "read_replay_audio": Role.VIEWER,
    "check_number": Role.MANAGER,
    "set_number_webhook": Role.OWNER,
    "list_tools": Role.VIEWER,
    "try_tool": Role.MANAGER,
    "read_http_tool": Role.MANAGER,
    "save_http_tool": Role.OWNER,
    "delete_http_tool": Role.OWNER,
    "read_mcp_servers": Role.MANAGER,
    "save_mcp_servers": Role.OWNER,
    "list_credentials": Role.MANAGER,
    "save_credential": Role.OWNER,
    "delete_credential": Role.OWNER,
    "read_settings": Role.VIEWER,
    "change_rules": Role.OWNER,
}

OPEN_AT_THIS_MACHINE: Final = frozenset({"list_phone_flows", "book_phone_call"})
"""Those that need nobody logged in where, in development mode, somebody sits at the machine itself."""
