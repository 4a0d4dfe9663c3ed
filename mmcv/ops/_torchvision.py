"""torchvision's compiled operators, imported when the first of them is used."""

import functools
import importlib
from types import ModuleType

import torch


@functools.cache
def torchvision_ops(name: str) -> ModuleType:
    """``torchvision.ops``, for ``name``, which needs it.

    Raises:
        ValueError: torchvision is missing, or was built for another torch.
    """
    fitting = f'install the torchvision that goes with torch {torch.__version__}'
    try:
        return importlib.import_module('torchvision.ops')
    except ModuleNotFoundError as error:
        raise ValueError(f'mmcv.ops.{name} needs torchvision ({error}): {fitting}') from None
    except Exception as error:  # one for another torch fails with a RuntimeError, an OSError ...
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ValueError(f'mmcv.ops.{name} needs torchvision, which does not load ({said}): {fitting}') from error
