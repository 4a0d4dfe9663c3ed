"""ONNX files: of standard operators, checked, with metadata."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch.export import ExportedProgram

from mmcv.ops.reference.adaptive_pool import adaptive_avg_pool2d

from .cubic import upsample_bicubic2d_aa
from .runtimes import needs

OPSET = 18
_DECOMPOSED = {torch.ops.aten.adaptive_avg_pool2d.default: adaptive_avg_pool2d,
               torch.ops.aten._upsample_bicubic2d_aa.vec: upsample_bicubic2d_aa}
_FREE = ('N', 'H', 'W')  # names of the sizes that are free


def write_onnx(program: ExportedProgram, path: Path, metadata: Mapping[str, str], output: str) -> list[str]:
    """Write a program.

    Args:
        program: of one input.
        path: of the file.
        metadata: goes into ``metadata_props``.
        output: what the output is called.

    Returns:
        The version of the operators, for the user.

    Raises:
        ValueError: onnx or onnxscript is not installed, or the program has an operator that ONNX lacks.
    """
    with needs('onnx', 'onnxscript'):
        import onnx
        import onnxscript  # noqa: F401  torch.onnx imports it later
    names = program.graph_signature.user_inputs
    taken, = (node.meta['val'].shape for node in program.graph.nodes if node.name in names)
    free = [axis for axis, side in enumerate(taken) if isinstance(side, torch.SymInt)]
    program = program.run_decompositions(_DECOMPOSED)
    made = torch.onnx.export(
        program, input_names=['input'], output_names=[output], opset_version=OPSET, external_data=False, verbose=False,
        dynamic_shapes=(dict(zip(free, _FREE)),) if free else None)
    model = made.model_proto
    onnx.helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
    return [f'opset {OPSET}']
