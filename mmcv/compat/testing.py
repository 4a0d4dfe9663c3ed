"""What the tests of projects of 0.x compare with."""

import runpy
import shlex
import sys
from collections.abc import Iterable, Mapping
from typing import Any
from unittest import mock

import torch
from torch import nn

from mmcv.cnn.bricks import is_norm

_MISSING = object()


def check_python_script(cmd: str) -> None:
    """Run 'script.py ARGUMENTS' or 'python script.py ARGUMENTS' in this process."""
    words = shlex.split(cmd)
    words = words[1:] if words[0] == 'python' else words
    with mock.patch.object(sys, 'argv', words):
        runpy.run_path(words[0], run_name='__main__')


def assert_dict_contains_subset(dict_obj: Mapping[Any, Any], expected_subset: Mapping[Any, Any]) -> bool:
    """Whether a dict has these entries, arrays and tensors being compared element by element."""
    return all(key in dict_obj and _same(dict_obj[key], value) for key, value in expected_subset.items())


def assert_attrs_equal(obj: object, expected_attrs: Mapping[str, Any]) -> bool:
    """Whether an object has these attributes with these values."""
    return all(_same(getattr(obj, name, _MISSING), value) for name, value in expected_attrs.items())


def assert_dict_has_keys(obj: Mapping[str, Any], expected_keys: Iterable[str]) -> bool:
    """Whether a dict has these keys, and perhaps others."""
    return set(expected_keys) <= set(obj)


def assert_keys_equal(result_keys: Iterable[str], target_keys: Iterable[str]) -> bool:
    """Whether these are the same keys in any order."""
    return set(result_keys) == set(target_keys)


def assert_is_norm_layer(module: nn.Module) -> bool:
    """Whether a module is a batch, instance, group or layer norm."""
    return is_norm(module)


def assert_params_all_zeros(module: nn.Module) -> bool:
    """Whether weight and bias, if there is one, are all 0."""
    return not any(parameter.any() for parameter in module.parameters(recurse=False))


def _same(value: object, expected: object) -> bool:
    if isinstance(value, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(value) == len(expected) and all(map(_same, value, expected))
    differs = value != expected
    return not (differs.any() if isinstance(differs, torch.Tensor) or hasattr(differs, '__array__') else differs)
