"""What holds for all tests: how long one example takes says something of the machine, not of the code."""

from hypothesis import settings

settings.register_profile("tandem", deadline=None)
settings.load_profile("tandem")
