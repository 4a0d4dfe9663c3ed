"""What can be wrong with a checkpoint."""


class CheckpointError(ValueError):
    """A checkpoint is damaged, is none at all, or does not fit the model; one line that names the file."""


def abbreviate(names: list[str], shown: int = 3) -> str:
    """``'a, b, c and 17 more'``."""
    rest = len(names) - shown
    return ', '.join(names[:shown]) + (f' and {rest} more' if rest > 0 else '')
