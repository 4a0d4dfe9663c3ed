"""Exported files as functions of arrays, one class per kind of file."""

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from .facts import Facts
from .half import summed_in_float

Run = Callable[[np.ndarray], np.ndarray]


class Runtime(Protocol):
    """A file that is ready to run on the CPU.

    Attributes:
        metadata: what the file tells of itself.
    """

    metadata: Mapping[str, str]

    def __call__(self, images: np.ndarray) -> np.ndarray: ...


class OnnxRuntime:
    """An .onnx file in onnxruntime."""

    def __init__(self, path: Path) -> None:
        with needs('onnxruntime'):
            import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])
        self._input = self._session.get_inputs()[0].name
        self.metadata = self._session.get_modelmeta().custom_metadata_map

    def __call__(self, images: np.ndarray) -> np.ndarray:
        return self._session.run(None, {self._input: images})[0]


class OpenVino:
    """An .xml file, with the .bin file beside it, in OpenVINO."""

    def __init__(self, path: Path) -> None:
        with needs('openvino'):
            import openvino
        core = openvino.Core()
        model = core.read_model(str(path))
        # By itself it would take half types where the CPU has them.
        settings = {'INFERENCE_PRECISION_HINT': 'f32', 'INFERENCE_NUM_THREADS': torch.get_num_threads()}
        self._compiled = core.compile_model(model, 'CPU', settings)
        self.metadata = {name: model.get_rt_info(name).astype(str) for name in Facts._fields if model.has_rt_info(name)}

    def __call__(self, images: np.ndarray) -> np.ndarray:
        return self._compiled(images)[0]


class TorchExport:
    """A .pt2 file of torch.export, in plain PyTorch."""

    def __init__(self, path: Path) -> None:
        self.metadata = dict.fromkeys(Facts._fields, '')
        self._run = torch.export.load(path, extra_files=self.metadata).module()

    def __call__(self, images: np.ndarray) -> np.ndarray:
        with torch.no_grad(), summed_in_float(self._run):
            return self._run(torch.from_numpy(images)).numpy()


class TorchScript:
    """A .pt file of TorchScript, in plain PyTorch."""

    def __init__(self, path: Path) -> None:
        found = dict.fromkeys(Facts._fields, '')
        with warnings.catch_warnings():  # of what is to be used instead: torch.export, another suffix here
            warnings.simplefilter('ignore')
            self._run = torch.jit.load(path, map_location='cpu', _extra_files=found)
        self.metadata = {name: text.decode() for name, text in found.items()}

    def __call__(self, images: np.ndarray) -> np.ndarray:
        with torch.no_grad(), summed_in_float(self._run):
            return self._run(torch.from_numpy(images)).numpy()


RUNTIMES: dict[str, Callable[[Path], Runtime]] = {
    '.onnx': OnnxRuntime, '.xml': OpenVino, '.pt2': TorchExport, '.pt': TorchScript}


@contextlib.contextmanager
def needs(*packages: str) -> Iterator[None]:
    """Around an import of optional packages.

    Raises:
        ValueError: one of them is missing; with the command that installs it.
    """
    try:
        yield
    except ImportError as error:
        raise ValueError(f'this needs a package: pip install {" ".join(packages)} ({error})') from error
