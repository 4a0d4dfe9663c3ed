"""Small helpers."""


def add_prefix(inputs: dict, prefix: str) -> dict:
    """The same dict with ``prefix`` and a dot before every key.

    >>> add_prefix({'loss_ce': 1.0}, 'decode')
    {'decode.loss_ce': 1.0}
    """
    return {f'{prefix}.{name}': value for name, value in inputs.items()}
