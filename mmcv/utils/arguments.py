"""Which arguments a class or function takes by name, as far as its signature and those of its bases tell."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator

_SWITCH = (bool, bool | None, 'bool', 'bool | None')  # as text where annotations are not evaluated
_NUMBER = (int, float, int | None, float | None, int | float, 'int', 'float', 'int | None', 'float | None')


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

    def wants_number(self, key: str, text: str) -> bool:
        """Whether an argument is a number by its annotation, or by its default where ``text`` spells a number too."""
        annotation, default = self.annotations.get(key), self.defaults.get(key)
        if annotation in _NUMBER:
            return True
        is_number = isinstance(default, (int, float)) and not isinstance(default, bool)
        return is_number and 'str' not in str(annotation) and _spells_number(text)


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
