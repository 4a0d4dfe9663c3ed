"""Averages of weights that mmcv 1.x and mmengine kept beside them, each in its own way."""

from collections.abc import Iterable, Mapping

import torch

Weights = Mapping[str, torch.Tensor]


def separate_averages(
    state_dict: Weights, swapped: bool, names: Iterable[str] | None = None,
) -> tuple[Weights, Weights]:
    """Tell averages and trained weights apart, such as 'ema_backbone_conv_weight' beside 'backbone.conv.weight'.

    Args:
        state_dict: weights as mmcv 1.x wrote them, or any others.
        swapped: at the end of an epoch the hook put the averages into the parameters, and these into its buffers.
        names: of the parameters; None are all keys.

    Returns:
        The weights without those buffers, averages where there are some, as our own files have them; and the trained
        weights in the place of which an average stands, empty where there are none.
    """
    own = {f'ema_{name.replace(".", "_")}': name for name in (state_dict if names is None else names)}
    buffers = {own[key]: value for key, value in state_dict.items() if key in own and own[key] in state_dict}
    if not buffers:
        return state_dict, {}
    averages = {} if swapped else buffers
    trained = buffers if swapped else {name: state_dict[name] for name in buffers}
    return {key: averages.get(key, value) for key, value in state_dict.items() if key not in own}, trained


def trained_of_mmengine(checkpoint: Mapping[str, object], names: Iterable[str]) -> Weights:
    """The trained weights in whose place a checkpoint of mmengine's EMAHook has averages; empty where it has none.

    Args:
        checkpoint: whose ``state_dict`` has the averages, and ``ema_state_dict`` the others, in a wrapper.
        names: of the parameters.
    """
    wrapped = checkpoint.get('ema_state_dict')
    wrapped = wrapped if isinstance(wrapped, Mapping) else {}
    return {name: wrapped[f'module.{name}'] for name in names if f'module.{name}' in wrapped}
