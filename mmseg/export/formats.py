"""What can be asked of a file: its kind, and what it does beside the network."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch.export import ExportedProgram

Write = Callable[['ExportedProgram', Path, Mapping[str, str], str], list[str]]


class Format(NamedTuple):
    """A kind of file.

    Attributes:
        suffix: of its name.
        write: a program, a path, metadata and what the output is called, to lines for the user.
    """

    suffix: str
    write: Write


def _write_onnx(program: 'ExportedProgram', path: Path, metadata: Mapping[str, str], output: str) -> list[str]:
    from .onnx_file import write_onnx

    return write_onnx(program, path, metadata, output)


def _write_torch_export(program: 'ExportedProgram', path: Path, metadata: Mapping[str, str], output: str) -> list[str]:
    import torch

    torch.export.save(program, path, extra_files=dict(metadata))
    return []


def _write_torchscript(program: 'ExportedProgram', path: Path, metadata: Mapping[str, str], output: str) -> list[str]:
    from .script import write_script

    write_script(program, path, metadata)
    return []


def _write_openvino(program: 'ExportedProgram', path: Path, metadata: Mapping[str, str], output: str) -> list[str]:
    from .onnx_file import write_onnx
    from .runtimes import needs

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


#: What a file may do beside the network.
STEPS = ('normalize', 'argmax')
#: Kinds of files by name; what writes one is imported when it does.
FORMATS: dict[str, Format] = {
    'onnx': Format('.onnx', _write_onnx),
    'torch_export': Format('.pt2', _write_torch_export),
    'openvino': Format('.xml', _write_openvino),
    'torchscript': Format('.pt', _write_torchscript),
}
