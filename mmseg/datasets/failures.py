"""What a sample that cannot be loaded becomes on its way from a worker to the user."""

import traceback
from types import FunctionType

from mmcv.utils.errors import ConfigError, one_line
from mmcv.utils.users_code import users_line
from mmseg.labels import DataError


def _step(error: BaseException) -> str:
    """``'transform 2 (Blur)'``, inside of others as ``'transform 1 (MultiScaleFlipAug), transform 0 (Resize)'``."""
    found, steps = [], ()
    for frame, _ in traceback.walk_tb(error.__traceback__):
        owner = frame.f_locals.get('self')
        pipeline = type(owner).__name__ == 'Compose' and frame.f_code.co_name == '__call__'
        steps = owner.transforms if pipeline else steps
        step = frame.f_locals.get('transform') if pipeline else owner  # of a fused run the step itself comes later
        number = next((number for number, known in enumerate(steps) if known is step), None)
        if number is not None:
            found.append(f'transform {number} ({_name(step)})')
            steps = ()
    return ', '.join(found)


def _name(transform: object) -> str:
    return transform.__name__ if isinstance(transform, FunctionType) else type(transform).__name__


class SampleFailure:
    """Stands for a sample or a batch: whatever the error was, this pickles, and its message is one line."""

    def __init__(self, message: str, details: str = '') -> None:
        self.message = message
        self.details = details

    @classmethod
    def of(cls, error: Exception, *files: str) -> 'SampleFailure':
        """Record an error that was caught while loading ``files``; the first is named if the error names none."""
        message = one_line(error)
        place, own = users_line(error), isinstance(error, (ConfigError, DataError))
        if not isinstance(error, (ValueError, OSError)) or (place and not own):  # not written for users
            message = f'{type(error).__name__}: {message}'
        if step := _step(error):
            message = f'{step}: {message}'
        message += f' ({place})' if place else ''
        if not any(file in message for file in files):
            message = f'{files[0]}: {message}'
        return cls(message, traceback.format_exc())

    def error(self) -> DataError:
        """The error to raise in the main process."""
        error = DataError(self.message)
        error.worker_traceback = self.details
        return error
