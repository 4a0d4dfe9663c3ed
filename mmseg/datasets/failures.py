"""What a sample that cannot be loaded becomes on its way from a worker to the user."""

import traceback
from types import FunctionType

from mmcv.utils.errors import ConfigError, one_line
from mmcv.utils.users_code import users_line
from mmseg.labels import DataError

#: What runs transforms: the method that does, and the attribute that holds them.
_PIPELINES = {'Compose': ('__call__', 'transforms'), 'MultiImageMixDataset': ('__getitem__', 'pipeline')}


def _step(error: BaseException) -> str:
    """``'transform 2 (Blur)'``, inside of others as ``'transform 1 (MultiScaleFlipAug), transform 0 (Resize)'``."""
    found, steps, where = [], (), ''
    for frame, _ in traceback.walk_tb(error.__traceback__):
        owner, step = frame.f_locals.get('self'), frame.f_locals.get('transform')
        kind = next((kind.__name__ for kind in type(owner).__mro__ if kind.__name__ in _PIPELINES), None)
        if kind and _PIPELINES[kind][0] == frame.f_code.co_name:
            steps = vars(owner)[_PIPELINES[kind][1]]
            where = '' if kind == 'Compose' else f' of {type(owner).__name__}'
        number = next((number for number, known in enumerate(steps) if known is owner or known is step), None)
        if number is not None:
            found.append(f'transform {number} ({_name(steps[number])}){where}')
            steps = ()  # of a fused run the step itself comes later
    return ', '.join(found)


def _loaded_file(error: BaseException) -> str | None:
    """The image that was on its way through the transforms: of a sample made of several, one of them."""
    file = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        results = frame.f_locals.get('results')
        if isinstance(results, dict) and isinstance(results.get('filename'), str):
            file = results['filename']
    return file


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
        loaded = _loaded_file(error) or files[0]
        if not any(file in message for file in (loaded, *files)):
            message = f'{loaded}: {message}'
        return cls(message, traceback.format_exc())

    def error(self) -> DataError:
        """The error to raise in the main process."""
        error = DataError(self.message)
        error.worker_traceback = self.details
        return error
