"""The graph that every format is written from: what torch.export makes of a network, for one size or for all."""

import math
import re
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch.export import Dim, ExportedProgram

from mmcv.utils import one_line
from mmseg.models.probe import probe

if TYPE_CHECKING:
    import sympy

from .network import Network, Sizes

# No two sizes alike and none that any stride of a model brings down to one cell: what is seen as one stays one.
_IMAGES, _HEIGHT, _WIDTH = 2, 640, 832
_NOT_ONE = re.compile(r'Ne\(.+, 1\)')
_DIVISIBLE = re.compile(r'Eq\((?:PythonMod|Mod)\((\w+), (\d+)\), 0\)')


class Traced(NamedTuple):
    """A network as a graph.

    Attributes:
        program: of PyTorch's own operators alone.
        multiple: of what height and width have to be multiples.
    """

    program: ExportedProgram
    multiple: tuple[int, int] = (1, 1)


def trace(network: Network, sizes: Sizes) -> Traced:
    """Export a network.

    Raises:
        ValueError: what the network computes depends on the size in a way that no file can hold; it tells in which.
    """
    if not sizes.dynamic:
        return Traced(_exported(network, network.example(sizes, sizes.height, sizes.width), None))
    free = dict.fromkeys((0, *network.axes), Dim.AUTO)
    program = _exported(network, network.example(sizes, _HEIGHT, _WIDTH, _IMAGES), {'input': free})
    taken = _taken(network, sizes)
    height, width = (math.lcm(multiple, taken) for multiple in _conditions(program, network.axes))
    _loosen(program)
    return Traced(program, (height, width))


def _exported(network: Network, example: torch.Tensor, dynamic: dict | None) -> ExportedProgram:
    try:
        with torch.no_grad():
            return torch.export.export(network, (example,), dynamic_shapes=dynamic, strict=False)
    except Exception as error:  # torch.export raises whatever its layers do
        raise ValueError(f'export: torch.export does not take this model: {one_line(error)[:500]}') from error


def _taken(network: Network, sizes: Sizes) -> int:
    """Of which power of two height and width have to be multiples for the network itself; 1 where no size is refused.

    A reshaping that needs whole blocks leaves no condition in the graph, which then holds for no other sizes either.
    """
    for multiple in (2 ** power for power in range(7)):
        height, width = ((side // multiple + 1) * multiple for side in (_HEIGHT, _WIDTH))
        try:
            probe(network, network.example(sizes, height, width).to('meta'))
        except Exception:  # of a layer that does not take the size, or has no kernel for the meta device
            continue
        return multiple
    return 1


def _conditions(program: ExportedProgram, axes: tuple[int, int]) -> tuple[int, int]:
    """Of what height and width have to be multiples, as the graph that was recorded holds for no other sizes.

    Raises:
        ValueError: a size that was to be free is not, or there are conditions of another kind.
    """
    name = program.graph_signature.user_inputs[0]
    example = next(node for node in program.graph.nodes if node.name == name).meta['val']
    sides = [example.shape[axis] for axis in (0, *axes)]
    symbols = [side.node.expr for side in sides if isinstance(side, torch.SymInt)]
    if len(symbols) < len(sides) or not all(symbol.is_Symbol for symbol in symbols):
        raise ValueError(f'export: the model takes images of one size alone, {[*example.shape]}: give that size')
    multiple, others = [1, 1], []
    for guard in example.fake_mode.shape_env.guards:
        divided = _DIVISIBLE.fullmatch(str(guard.expr))
        if divided and divided[1] in map(str, symbols[1:]):
            side = [*map(str, symbols[1:])].index(divided[1])
            multiple[side] = math.lcm(multiple[side], int(divided[2]))
        elif not _NOT_ONE.fullmatch(str(guard.expr)) and not _holds_everywhere(guard.expr, symbols):
            others.append(str(guard.expr))
    if others:
        raise ValueError(f'export: what the model computes depends on the size of the image ({others[0]}): give a size')
    return multiple[0], multiple[1]


def _holds_everywhere(condition: 'sympy.Basic', symbols: 'list[sympy.Symbol]') -> bool:
    """Whether a condition holds for large images and small ones, wide and high ones; one on the least size does."""
    from sympy import Integer  # takes its time, which only an export needs

    for height in (_HEIGHT, 24 * _HEIGHT):
        for width in (_WIDTH, 24 * _WIDTH):
            for images in (_IMAGES, 5):
                if not condition.xreplace(dict(zip(symbols, map(Integer, (images, height, width))))):
                    return False
    return True


def _loosen(program: ExportedProgram) -> None:
    """Take back what torch.export took for granted: that no size on the way is 1, which changes nothing but strides.

    What is left are the multiples that height and width have to be.
    """
    conditions = vars(program).get('_guards_code', [])
    conditions[:] = [condition for condition in conditions if condition.endswith(' == 0')]
    for symbol, bounds in program.range_constraints.items():
        program.range_constraints[symbol] = type(bounds)(1, bounds.upper)
