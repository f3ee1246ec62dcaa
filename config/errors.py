"""Errors of the house that end a command with one line and exit code 2.

ConfigError
├── SettingsError   an environment variable has a wrong value
└── FlowError       a flow is not valid (see config.flow)
"""


class ConfigError(Exception):
    """Something a person configured is wrong. The text names what, its value and the fix."""
