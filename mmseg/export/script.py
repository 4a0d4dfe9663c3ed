"""TorchScript of an exported graph, whose sizes stay free; tracing would fix those that Python computes with."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import fx
from torch.export import ExportedProgram
from torch.fx.graph import CodeGen

# What the graph asserts of sizes that are free, and what TorchScript knows nothing of.
_ASSERTIONS = ('_assert_scalar', '_assert_tensor_metadata', 'sym_constrain_range', 'sym_constrain_range_for_size')

_OF_NUMBERS = {torch.sym_min: min, torch.sym_max: max, torch.sym_int: int, torch.sym_float: float}


def write_script(program: ExportedProgram, path: Path, metadata: Mapping[str, str]) -> None:
    """Write the program as a module that loads in plain PyTorch, from Python or C++."""
    with warnings.catch_warnings():  # of what is to be used instead: torch.export, another format here
        warnings.simplefilter('ignore')
        torch.jit.save(torch.jit.script(_as_module(program)), path, _extra_files=dict(metadata))


def _as_module(program: ExportedProgram) -> fx.GraphModule:
    """The program in Python that TorchScript understands."""
    unlifted = program.module(check_guards=False)
    graph = unlifted.graph
    graph.set_codegen(CodeGen())  # tensors in and out, in the place of nested containers
    for node in list(graph.nodes):
        if node.op == 'call_function' and isinstance(node.target, torch._ops.OpOverload):
            if node.target.overloadpacket.__name__ in _ASSERTIONS:
                graph.erase_node(node)
            else:
                node.target = node.target.overloadpacket
        elif node.op == 'call_function':
            node.target = _OF_NUMBERS.get(node.target, node.target)
        elif node.op == 'output':
            node.args = tuple(node.args[0])
    graph.eliminate_dead_code()
    return fx.GraphModule(unlifted, graph)
