"""Loggers that write to the console and to a file, each line once and on the first process only."""

import logging
import os
import sys
from pathlib import Path
from typing import TextIO

import torch.distributed as dist

logger_initialized: dict[str, bool] = {}
_FORMAT = '%(asctime)s - %(name)s - %(levelname)s - %(message)s'


class _Console(logging.StreamHandler):
    """Writes to what is stderr at the moment, unless the line is shown already by a child's or the root's handler."""

    @property
    def stream(self) -> TextIO:
        """What is stderr now."""
        return sys.stderr

    @stream.setter
    def stream(self, stream: TextIO) -> None:
        pass  # StreamHandler sets it; ours follows sys.stderr

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line that nobody else shows."""
        root_shows = any(type(handler) is logging.StreamHandler for handler in logging.getLogger().handlers)
        if not root_shows and not vars(record).get('shown_on_console'):
            record.shown_on_console = True
            super().emit(record)


def get_logger(
    name: str, log_file: str | os.PathLike | None = None, log_level: int | str = logging.INFO, file_mode: str = 'w',
) -> logging.Logger:
    """The logger of a name, which writes to the console and, if ``log_file`` is given, also to that file.

    The first call sets the level. A later one may add a file; nothing is ever written twice. Processes other than the
    first only show errors and write no file.

    Args:
        name: name of the logger.
        log_file: where to write; its folder has to be there. The name of a level, which tools of 0.x give here by
            ``get_root_logger(cfg.log_level)``, is the level.
        log_level: a level of :mod:`logging` or its name.
        file_mode: 'w' starts the file anew, 'a' appends.
    """
    logger = logging.getLogger(name)
    rank = _rank()
    if isinstance(log_file, str) and isinstance(logging.getLevelName(log_file), int):
        log_file, log_level = None, log_file
    if name not in logger_initialized:
        console = _Console()
        console.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(console)
        logger.setLevel(log_level if rank == 0 else logging.ERROR)
        logger_initialized[name] = True
    if log_file is not None and rank == 0 and not _writes_to(logger, log_file):
        handler = logging.FileHandler(log_file, file_mode, encoding='utf-8')
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
    return logger


def _rank() -> int:
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank()
    return int(os.environ.get('RANK', 0))  # set by torchrun before the group is there


def _writes_to(logger: logging.Logger | None, file: str | os.PathLike) -> bool:
    """Whether the logger or one above it has a handler for this file."""
    while logger is not None:
        files = [handler.baseFilename for handler in logger.handlers if isinstance(handler, logging.FileHandler)]
        if str(Path(file).absolute()) in files:
            return True
        logger = logger.parent
    return False


def print_log(msg: object, logger: logging.Logger | str | None = None, level: int = logging.INFO) -> None:
    """Log a message.

    Args:
        msg: the message.
        logger: None prints it, 'silent' drops it, a logger or the name of one logs it.
        level: a level of :mod:`logging`.

    Raises:
        TypeError: ``logger`` is something else.
    """
    if logger is None:
        print(msg)
    elif isinstance(logger, logging.Logger):
        logger.log(level, msg)
    elif isinstance(logger, str):
        if logger != 'silent':
            get_logger(logger).log(level, msg)
    else:
        raise TypeError(f"logger has to be a logging.Logger, a name, 'silent' or None, not {logger!r}")
