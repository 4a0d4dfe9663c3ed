"""Which arguments a class or function takes by name, as far as its signature and those of its bases tell."""

import ast
import functools
import inspect
import numbers
import os
import re
import textwrap
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

_SWITCH = (bool, bool | None, 'bool', 'bool | None')  # as text where annotations are not evaluated
_PLAIN_NUMBER = (int, float, int | float, 'int', 'float', 'int | float')
_NUMBER = (int, float, int | None, float | None, int | float, 'int', 'float', 'int | None', 'float | None')

_WIDTH = re.compile(r'((base|stem|in|out|mid)_)?channels|embed_dims')
_LIST, _TABLE, _NUMERIC = ((list, tuple, np.ndarray), 'a list'), (dict, 'dict(...)'), (numbers.Real, 'a number')
_TEXT = ((str, os.PathLike), 'a text')
#: What a plain annotation accepts, and how to say it.
_KINDS = {int: _NUMERIC, float: _NUMERIC, bool: _NUMERIC, str: _TEXT, os.PathLike: _TEXT, dict: _TABLE,
          Mapping: _TABLE, list: _LIST, tuple: _LIST, Sequence: _LIST, types.NoneType: (types.NoneType, 'None')}


class Parameters:
    """The arguments that a class or function takes by name.

    A constructor that passes its ``**kwargs`` on to ``super().__init__`` takes those of its bases too. One that does
    anything else with them takes anything.

    Args:
        builder: the class or function.

    Attributes:
        names: the names.
        switches: those of them that are annotated as bool, or bool | None.
        defaults: of those of the names that have one.
        annotations: of the names, as the signatures have them.
        of_torch: whether it is one of torch.
        trusted: whether its annotations, which may say anything in a user's code, are true.
        required: those without a default. Of the outermost constructor only: it may set those of its bases itself.
    """

    def __init__(self, builder: Callable) -> None:
        self.names: set[str] = set()
        self.switches: set[str] = set()
        self.annotations: dict[str, object] = {}
        self.defaults: dict[str, object] = {}
        self.required: list[str] = []
        self.open = True
        self._constants: set = set()
        self.of_torch = is_of(builder, 'torch')
        self.trusted = self.of_torch or is_of(builder, 'mmcv', 'mmseg')
        for index, function in enumerate(_constructors(builder)):
            try:
                parameters = list(inspect.signature(function).parameters.values())
            except (ValueError, TypeError):  # written in C and undocumented
                return
            named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
            if inspect.isclass(builder) and function is not builder:
                named = [p for p in named if p is not parameters[0]]
            renamed = getattr(function, 'renamed_arguments', {})  # see deprecated_api_warning
            self.names.update((p.name for p in named), renamed)
            self.switches.update(p.name for p in named if p.annotation in _SWITCH)
            self.annotations = {**{p.name: p.annotation for p in named}, **self.annotations}
            self.defaults = {**{p.name: p.default for p in named if p.default is not p.empty}, **self.defaults}
            if index == 0:
                self.required = [p.name for p in named if p.default is p.empty and p.name not in renamed.values()]
            rest = [p.name for p in parameters if p.kind is p.VAR_KEYWORD]
            if not rest:
                self.open = False
                return
            if not _passes_on(function, rest[0]):
                return
            # A constructor that reads kwargs.pop('x') takes x without passing it on.
            self._constants.update(function.__code__.co_consts if inspect.isfunction(function) else ())

    def accept(self, key: str) -> bool:
        """Whether an argument of that name may be given."""
        return self.open or key in self.names or key in self._constants

    def refuses(self, key: str, value: object) -> bool:
        """Whether an argument is a number in a signature that can be trusted, and ``value`` is None or a container."""
        if not self.trusted or not (value is None or isinstance(value, (dict, list, tuple, set))):
            return False
        plain = self.annotations.get(key) in _PLAIN_NUMBER
        return _is_number(self.defaults.get(key, 0)) and (plain or (self.of_torch and key in self.defaults))

    def is_width(self, key: str) -> bool:
        """Whether an argument counts the channels of a layer, of which none has none."""
        return self.trusted and _WIDTH.fullmatch(key) is not None

    def wish(self, key: str, value: object) -> str:
        """What to use in the place of a value whose kind a trusted signature does not name; '' if it does."""
        annotation = self.annotations.get(key)
        kinds = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
        known = {_KINDS.get(typing.get_origin(kind) or kind) for kind in kinds}
        if not self.trusted or None in known or value is self.defaults.get(key, ''):
            return ''
        return '' if any(isinstance(value, accepted) for accepted, _ in known) else ' or '.join(
            sorted(words for _, words in known))

    def wants_number(self, key: str, text: str) -> bool:
        """Whether an argument is a number by its annotation, or by its default where ``text`` spells a number too."""
        annotation = self.annotations.get(key)
        if annotation in _NUMBER:
            return True
        return _is_number(self.defaults.get(key)) and 'str' not in str(annotation) and _spells_number(text)


def is_of(builder: Callable, *packages: str) -> bool:
    """Whether a class or function belongs to one of these packages."""
    module = inspect.getmodule(builder)
    return module is not None and module.__name__.partition('.')[0] in packages


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _spells_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _constructors(builder: Callable) -> Iterator[Callable]:
    if not inspect.isclass(builder):
        yield builder
        return
    own = [vars(cls)['__init__'] for cls in builder.__mro__ if cls is not object and '__init__' in vars(cls)]
    yield from own or [builder]


@functools.cache
def _passes_on(constructor: Callable, kwargs: str) -> bool:
    """Whether a constructor calls that of its base with its ``**kwargs``; so we suppose where there is no source."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(constructor)))
    except (OSError, TypeError, SyntaxError):
        return True
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    base_calls = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == '__init__']
    return any(isinstance(node, ast.Name) and node.id == kwargs for call in base_calls for node in ast.walk(call))
