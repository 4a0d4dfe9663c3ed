"""How the commands are called from here: as scripts of a checkout, or as those of an installed package."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def in_checkout() -> bool:
    """Whether this package lies in a checkout, with its tools beside it."""
    return (_ROOT / 'tools' / 'train.py').is_file()


def called(command: str) -> str:
    """``'python tools/new_config.py'`` or ``'mmseg new-config'``.

    Args:
        command: its name, as ``mmseg --help`` lists it.
    """
    return f'python tools/{command.replace("-", "_")}.py' if in_checkout() else f'mmseg {command}'
