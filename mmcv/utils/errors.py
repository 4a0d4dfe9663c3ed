"""What the user did wrong, in one line: where, what, and the mend."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path


class ConfigError(ValueError):
    """A mistake in a config, in one line: where it is, what is wrong, and how to mend it."""

    def __str__(self) -> str:  # KeyError and OSError, which some subclasses also are, would quote or reorder the text
        return ' '.join(str(arg) for arg in self.args)


class ConfigErrors(ConfigError):
    """Several mistakes in a config, found together: each of ``args`` is the line of one."""

    def __str__(self) -> str:
        return '\n'.join(map(str, self.args))


class ConfigKeyError(ConfigError, KeyError):
    """A name that does not exist, is reserved, or is set twice."""


class ConfigTypeError(ConfigError, TypeError):
    """A value or an argument of a kind that does not fit."""


class ConfigImportError(ConfigError, ImportError):
    """A module of ``custom_imports`` that cannot be imported."""


class ConfigFileNotFoundError(ConfigError, FileNotFoundError):
    """A config or one of its bases that is not there."""


def did_you_mean(name: object, candidates: Iterable[object], count: int = 1, cutoff: float = 0.6) -> str:
    """``' (did you mean x?)'`` with the nearest candidates, or an empty string when none is near.

    One that differs in upper and lower case only is nearest of all.
    """
    names = sorted({str(candidate) for candidate in candidates})
    same = [candidate for candidate in names if candidate.lower() == str(name).lower()]
    near = same[:count] or difflib.get_close_matches(str(name), names, n=count, cutoff=cutoff)
    return f' (did you mean {" or ".join(near)}?)' if near else ''


def short_path(path: str | os.PathLike) -> str:
    """The path as one would type it: relative inside the working directory, absolute elsewhere."""
    path = Path(path)
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, FileNotFoundError):  # elsewhere, or the working directory was removed
        return str(path)


def one_line(error: BaseException) -> str:
    """The text of an exception without its line breaks."""
    return ' '.join(str(error).split())
