"""The model of 1.x: the same parts under the same names, but for packages in front of some."""

from mmcv.cnn.bricks import registry as bricks
from mmcv.cnn.weight_init import INITIALIZERS
from mmcv.utils import Registry
from mmseg.models.builder import BACKBONES, HEADS, LOSSES, NECKS, SEGMENTORS
from mmseg.models.decode_heads.pixel_samplers import PIXEL_SAMPLERS

from .section import NO_COUNTERPART, Section, accepted, bare, on_parts

_PARTS = (BACKBONES, NECKS, HEADS, LOSSES, SEGMENTORS, PIXEL_SAMPLERS)
_REGISTRIES = (*_PARTS, INITIALIZERS,
               *(registry for registry in vars(bricks).values() if isinstance(registry, Registry)))
#: What a package was called in 0.x.
_PACKAGES = {'mmpretrain': 'mmcls'}


def read_model(top: Section) -> tuple[dict, Section]:
    """The section ``model``, and the arguments of its ``data_preprocessor``."""
    model = dict(top.take('model') or {})
    inner = model.pop('data_preprocessor', None)
    outer = top.take('data_preprocessor')
    preprocessor = Section(inner or outer, top.where('model.data_preprocessor'), top.lines)

    def renamed(part: dict, path: str) -> dict:
        part['type'] = _type(part['type'], f'{path}.type', top.lines)
        registry = next((registry for registry in _PARTS if part['type'] in registry), None)
        return part if registry is None else accepted(part, registry, path, top.lines)

    return on_parts(model, 'model', renamed), preprocessor


def _type(name: str, path: str, lines: list[str]) -> str:
    """The name that is registered here: without the package, or with the one that 0.x had in front of it."""
    package, _, _ = name.rpartition('.')
    for candidate in ([f'{_PACKAGES[package]}.{bare(name)}'] if package in _PACKAGES else []) + [bare(name)]:
        if any(candidate in registry for registry in _REGISTRIES):
            return candidate
    lines.append(f'{path} = {name!r} {NO_COUNTERPART}: it stays, and has to be imported by custom_imports')
    return bare(name)
