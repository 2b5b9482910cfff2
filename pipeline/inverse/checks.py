"""What inverse inference can be asked of: binary inputs, a first layer that is linear in them."""

from __future__ import annotations

from torch import Tensor, nn

from db.errors import DataError, UsageError


def binary(inputs: Tensor) -> None:
    """DataError unless `inputs` are 0 and 1, shape (N, D), with N ≥ 1."""
    if inputs.ndim != 2 or not len(inputs):
        raise DataError(f"a prior is learned from inputs of shape (N, D), not {(*inputs.shape,)}")
    if wrong := int(((inputs != 0) & (inputs != 1)).sum()):
        raise DataError(f"{wrong} values of the inputs are not 0 or 1; cut them at a threshold")


def starts(first: object, shape: tuple[int, ...]) -> None:
    """UsageError unless `first` is a Linear or zero-padded Conv2d that takes inputs of `shape`."""
    if isinstance(first, nn.Linear):
        wanted, fits = f"({first.in_features},)", shape == (first.in_features,)
    elif isinstance(first, nn.Conv2d) and first.padding_mode == "zeros":
        wanted, fits = f"({first.in_channels}, H, W)", shape[:-2] == (first.in_channels,)
    else:
        raise UsageError(
            "inverse inference starts at a Linear or zero-padded Conv2d layer, "
            f"not {type(first).__name__}"
        )
    if not fits:
        raise UsageError(f"the first layer takes inputs of shape {wanted}, not {shape}")
