"""What the formats of exported models need, which few machines have."""

import importlib.util

import pytest

PACKAGES = {'onnx': ('onnx', 'onnxscript', 'onnxruntime'), 'openvino': ('onnx', 'onnxscript', 'openvino')}


def can_be_written(format: str) -> bool:
    """Whether its packages are here."""
    return all(importlib.util.find_spec(package) for package in PACKAGES.get(format, ()))


def require_packages(format: str, *more: str) -> None:
    """Skip the test where a package for a format is missing, or one of ``more``."""
    for package in (*PACKAGES.get(format, ()), *more):
        pytest.importorskip(package, reason=f'the extra `export`: pip install {package}')
