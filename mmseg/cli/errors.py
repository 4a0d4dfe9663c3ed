"""How a command ends: what the user did wrong is one line."""

import argparse
import sys
from collections.abc import Callable

from mmcv.utils import ConfigError, ConfigErrors, one_line
from mmcv.utils.pipe import ends_with_its_reader
from mmcv.utils.users_code import users_line


def run_tool(main: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> None:
    """Run ``main(args)``; what the user did wrong becomes one line on stderr and exit code 2.

    A :class:`ValueError` or :class:`OSError` is the user's (a bad config, file or folder), and so is whatever comes
    through a user's own code; anything else is ours and keeps its traceback, as everything does under ``--debug``.
    ``... | head`` ends it quietly.
    """
    try:
        with ends_with_its_reader():
            main(args)
    except (ValueError, OSError) as error:
        _end(error, args.debug)
    except Exception as error:
        from mmcv import dist

        if isinstance(error, RuntimeError) and (others := dist.describe_others()):
            print(f'The other processes, when last heard of:\n{others}', file=sys.stderr)
            raise  # what a lost process leaves behind surfaces in whatever code waits for it
        if not users_line(error):
            raise
        _end(error, args.debug)
    except KeyboardInterrupt:
        if args.debug:
            raise
        sys.exit(130)


def _end(error: Exception, debug: bool) -> None:
    """One line per mistake and exit code 2; with ``debug`` the traceback, after that of the worker it comes from."""
    if debug:
        from mmseg.labels import DataError

        if isinstance(error, DataError) and error.worker_traceback:
            print(error.worker_traceback, file=sys.stderr)
        raise error
    for line in error.args if isinstance(error, ConfigErrors) else [message(error)]:
        print(f'error: {line}', file=sys.stderr)
    # A hard exit would leave loader workers behind: let the interpreter wind down.
    sys.exit(2)


def message(error: BaseException) -> str:
    """The message of an error without line breaks; a bare OSError reads as ``path: reason``.

    One from a user's own code has its kind, and the file, line and statement there.
    """
    text, place = _text(error), users_line(error)
    if not place or text.startswith(place.partition(': ')[0]):  # an error in a config says its file and line itself
        return text
    from mmseg.labels import DataError  # here, as it loads torch, for which a mistake need not wait

    if isinstance(error, DataError) and error.worker_traceback:
        return text
    kind = '' if isinstance(error, (ConfigError, DataError)) else f'{type(error).__name__}: '
    return f'{kind}{text} ({place})'


def _text(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f'{error.filename}: {error.strerror}'
    return one_line(error) or type(error).__name__
