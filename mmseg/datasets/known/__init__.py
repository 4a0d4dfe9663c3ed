"""What is known of public data sets: classes, colours, suffixes, ids of their test servers, papers."""

import functools
import importlib
import pkgutil

from mmcv.utils.errors import ConfigKeyError, did_you_mean

from .facts import Facts

__all__ = ['Facts', 'find_facts', 'known_names']


@functools.cache
def _by_name() -> dict[str, Facts]:
    """Every name by which a data set can be asked for."""
    modules = [module.name for module in pkgutil.iter_modules(__path__) if module.name != 'facts']
    facts = [importlib.import_module(f'{__name__}.{module}').FACTS for module in modules]
    return {name: one for one in facts for name in one.names}


def known_names() -> list[str]:
    """By what names :func:`find_facts` knows data sets."""
    return sorted(_by_name())


def find_facts(name: str) -> Facts:
    """What is known of a data set.

    Args:
        name: such as ``'cityscapes'``, ``'ade20k'``, ``'voc12aug'`` or ``'coco-stuff164k'``.

    Raises:
        TypeError: the name is no text.
        ConfigKeyError: no such data set; the nearest names, or all, are told.
    """
    if not isinstance(name, str):
        raise TypeError(f'the name of a data set is a string, not {type(name).__name__}')
    if name not in _by_name():
        hint = did_you_mean(name, known_names()) or f' (known: {", ".join(known_names())})'
        raise ConfigKeyError(f'no class names are known for {name!r}{hint}')
    return _by_name()[name]
