"""What can go wrong with a simulated call.

SimulatorError
├── ScriptError   the script cannot be performed: an unreadable WAV, an unknown voice, a key no keypad has
└── CallError    the call did not come about or broke: one line that says why
"""


class SimulatorError(Exception):
    """A call cannot be simulated."""


class ScriptError(SimulatorError):
    """The caller's script cannot be performed. Raised before anything is dialled."""


class CallError(SimulatorError):
    """The call did not come about, or broke. The text is one line for a person."""
