"""What a sample that cannot be loaded becomes on its way from a worker to the user."""

import traceback

from mmcv.utils.errors import one_line
from mmseg.labels import DataError


class SampleFailure:
    """Stands for a sample or a batch: whatever the error was, this pickles, and its message is one line."""

    def __init__(self, message: str, details: str = '') -> None:
        self.message = message
        self.details = details

    @classmethod
    def of(cls, error: Exception, *files: str) -> 'SampleFailure':
        """Record an error that was caught while loading ``files``; the first is named if the error names none."""
        message = one_line(error)
        if not isinstance(error, (ValueError, OSError)):  # not written for users: say at least what it is
            message = f'{type(error).__name__}: {message}'
        if not any(file in message for file in files):
            message = f'{files[0]}: {message}'
        return cls(message, traceback.format_exc())

    def error(self) -> DataError:
        """The error to raise in the main process."""
        error = DataError(self.message)
        error.worker_traceback = self.details
        return error
