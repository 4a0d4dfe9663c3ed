"""Where the weights of a module came from, as projects that initialize theirs by hand note it."""

from torch import nn


def update_init_info(module: nn.Module, init_info: str) -> None:
    """Note for the parameters whose mean has changed since the last note what has changed them.

    Args:
        module: with ``_params_init_info``, {parameter: {'init_info': text, 'tmp_mean_value': mean}}; of one without
            it nothing is noted, as our own modules keep none.
        init_info: what has changed them.

    Raises:
        ValueError: a parameter was added since.
    """
    infos = vars(module).get('_params_init_info')
    if infos is None:
        return
    for name, parameter in module.named_parameters():
        if parameter not in infos:
            raise ValueError(f'{type(module).__name__}.{name} is not in _params_init_info: a parameter that is made '
                             'anew in init_weights')
        mean = parameter.detach().mean()
        if mean != infos[parameter]['tmp_mean_value']:
            infos[parameter].update(init_info=init_info, tmp_mean_value=mean)
