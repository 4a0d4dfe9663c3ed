"""The kinds of files that a graph is written to."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch.export import ExportedProgram

from .onnx_file import write_onnx
from .runtimes import needs
from .script import write_script

Write = Callable[[ExportedProgram, Path, Mapping[str, str], str], list[str]]


class Format(NamedTuple):
    """A kind of file.

    Attributes:
        suffix: of its name.
        write: a program, a path, metadata and what the output is called, to lines for the user.
    """

    suffix: str
    write: Write


def _write_torch_export(program: ExportedProgram, path: Path, metadata: Mapping[str, str], output: str) -> list[str]:
    torch.export.save(program, path, extra_files=dict(metadata))
    return []


def _write_torchscript(program: ExportedProgram, path: Path, metadata: Mapping[str, str], output: str) -> list[str]:
    write_script(program, path, metadata)
    return []


def _write_openvino(program: ExportedProgram, path: Path, metadata: Mapping[str, str], output: str) -> list[str]:
    with needs('openvino', 'onnx', 'onnxscript'):
        import openvino
    onnx = path.with_suffix('.onnx')
    told = write_onnx(program, onnx, metadata, output)
    model = openvino.convert_model(str(onnx))
    onnx.unlink()
    for name, value in metadata.items():
        model.set_rt_info(value, name)
    openvino.save_model(model, str(path), compress_to_fp16=False)
    return told


FORMATS: dict[str, Format] = {
    'onnx': Format('.onnx', write_onnx),
    'torch_export': Format('.pt2', _write_torch_export),
    'openvino': Format('.xml', _write_openvino),
    'torchscript': Format('.pt', _write_torchscript),
}
