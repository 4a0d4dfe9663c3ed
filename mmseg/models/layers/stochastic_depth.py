"""How likely each layer of a deep network is left out in training."""


def drop_path_rates(last: float, num_layers: int) -> list[float]:
    """Rates that rise evenly from layer to layer, from 0 to ``last``.

    Huang et al., "Deep Networks with Stochastic Depth", https://arxiv.org/abs/1603.09382

    Args:
        last: rate of the last layer, 0 to 1.
        num_layers: how many.
    """
    return [last * i / max(num_layers - 1, 1) for i in range(num_layers)]
