"""What stands beside each key in the table of settings."""

import typing
from dataclasses import dataclass

from .kinds import Kind, Options

#: The tables of docs/configs.md.
GROUPS = ('Parts', 'Training', 'Files and logs', 'Device', 'Speed', 'Many processes', 'Safety', 'Data')


@dataclass(frozen=True)
class Key:
    """A line of the table, beside the type of a field: ``Annotated[type, Key(...)]``.

    Attributes:
        kind: what the key accepts.
        group: the table of the documentation that it stands in, one of ``GROUPS``.
        example: the key as it may stand in a config.
        meaning: what it does.
        default: what the code takes when a config leaves it out.
    """

    kind: Kind | Options
    group: str
    example: str
    meaning: str
    default: object = None


def keys_of(settings: type) -> dict[str, Key]:
    """The table: {name: key} of the annotated fields of a class."""
    hints = typing.get_type_hints(settings, include_extras=True)
    return {name: part for name, hint in hints.items() for part in typing.get_args(hint) if isinstance(part, Key)}
