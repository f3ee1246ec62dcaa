"""The device a model runs on, by the name torch has for it."""

import torch

from config.errors import ConfigError


class DeviceError(ConfigError):
    """There is no such device here."""


def device_called(name: str) -> torch.device:
    """Find a device.

    Raises:
        DeviceError: torch knows none of this name, or this machine has none.
    """
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceError(f"--device {name} is not a device of torch: cpu or cuda") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise DeviceError(f"--device {name}: this machine (or this build of torch) has no CUDA: leave it out")
    return device
