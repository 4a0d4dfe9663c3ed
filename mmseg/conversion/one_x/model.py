"""The model of 1.x: the same parts under the same names, but for packages in front of some."""

from mmcv.cnn.bricks import registry as bricks
from mmcv.cnn.weight_init import INITIALIZERS
from mmcv.utils import Registry
from mmseg.models.builder import BACKBONES, HEADS, LOSSES, NECKS, SEGMENTORS
from mmseg.models.decode_heads.pixel_samplers import PIXEL_SAMPLERS

from .section import NO_COUNTERPART, Section, accepted, bare

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
    return _renamed(model, 'model', top.lines), preprocessor


def _renamed(value: object, path: str, lines: list[str]) -> object:
    if isinstance(value, dict):
        found = {key: _renamed(item, f'{path}.{key}', lines) for key, item in value.items()}
        if isinstance(found.get('type'), str):
            found['type'] = _type(found['type'], f'{path}.type', lines)
            registry = next((registry for registry in _PARTS if found['type'] in registry), None)
            return found if registry is None else accepted(found, registry, path, lines)
        return found
    if isinstance(value, (list, tuple)):
        return type(value)(_renamed(item, f'{path}.{index}', lines) for index, item in enumerate(value))
    return value


def _type(name: str, path: str, lines: list[str]) -> str:
    """The name that is registered here: without the package, or with the one that 0.x had in front of it."""
    package, _, _ = name.rpartition('.')
    for candidate in ([f'{_PACKAGES[package]}.{bare(name)}'] if package in _PACKAGES else []) + [bare(name)]:
        if any(candidate in registry for registry in _REGISTRIES):
            return candidate
    lines.append(f'{path} = {name!r} {NO_COUNTERPART}: it stays, and has to be imported by custom_imports')
    return bare(name)
