"""What an interpreted call can be set to, as several rooms know it."""

from typing import Final

DUCK_DB: Final = -12.0
"""How far a person's own voice is turned down under the translation, if nobody says otherwise ..."""
OFF_DB: Final = -40.0
"""... and from where on it is not heard at all."""
