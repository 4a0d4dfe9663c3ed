"""What is said of a config that cannot be built: which key, where it was set, whose it was, and the mend."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from numbers import Real

from .arguments import Parameters
from .errors import ConfigError, ConfigTypeError, did_you_mean, one_line
from .origins import locate, origin_of, path_of, replaced_type


def check_arguments(builder: Callable, cfg: dict, args: dict, elsewhere: Mapping[str, str] | None = None) -> None:
    """Refuse arguments that a class or function does not take, or takes otherwise, before it is called.

    Args:
        builder: the class or function.
        cfg: its arguments as the config has them, with their origins.
        args: these, and those that come from elsewhere.
        elsewhere: what other versions of a library call arguments, and what to write here.

    Raises:
        ConfigError: an unknown or a missing argument, text where True or False or a number is needed.
    """
    parameters = Parameters(builder)
    for key, value in cfg.items():
        if key != 'type' and not parameters.accept(key):
            raise unknown_argument(cfg, key, builder, parameters.names, elsewhere)
        if key in parameters.switches and isinstance(value, str):  # a 'no' of the command line would be true
            raise ConfigTypeError(f'{locate(cfg, key)}: {name_of(builder)}: use True or False, not {value!r}')
        if isinstance(value, str) and parameters.wants_number(key, value):
            raise ConfigTypeError(f'{locate(cfg, key)}: {name_of(builder)}: use a number, not the text {value!r}')
        if parameters.refuses(key, value):
            raise ConfigTypeError(f'{locate(cfg, key)}: {name_of(builder)}: use a number, not {value!r}')
        if parameters.is_width(key) and not _counts(value):
            raise ConfigError(f'{locate(cfg, key)}: {name_of(builder)}: use a whole number from 1 on, not {value!r}')
    missing = [key for key in parameters.required if key not in args]
    if missing:
        raise _missing_arguments(cfg, ', '.join(missing), builder)


def _counts(value: object) -> bool:
    """Whether no number in it, which may be a list, is below 1."""
    if isinstance(value, (list, tuple)):
        return all(map(_counts, value))
    return not isinstance(value, Real) or value >= 1


def unknown_argument(
    cfg: dict, key: str, builder: Callable, names: Iterable[str], elsewhere: Mapping[str, str] | None = None,
) -> ConfigError:
    """The error for a key of ``cfg`` that ``builder``, which has arguments of these names, does not take."""
    mend = f': write {elsewhere[key]}' if key in (elsewhere or {}) else inherited(cfg, key) or did_you_mean(key, names)
    return ConfigTypeError(f'{locate(cfg, key)}: {name_of(builder)} takes no such argument{mend}')


def inherited(cfg: dict, key: str) -> str:
    """What to say of a key that was set beside another type than the one that stands there now; '' if it was not."""
    old = replaced_type(cfg, key)
    if old is None:
        return ''
    where = ', '.join(filter(None, (origin_of(cfg, 'type'), path_of(cfg))))
    return (f': it is inherited from {origin_of(cfg, key)}, where it belongs to {old}: write _delete_=True beside '
            f'type={_type_name(cfg)!r} ({where}), which leaves the keys of the old type behind')


def name_of(builder: Callable) -> str:
    """The name of a class or function."""
    return getattr(builder, '__name__', repr(builder))


def place_of(cfg: dict) -> str:
    """``'configs/x.py:12: model.backbone: '``, or '' where nothing is known."""
    where = locate(cfg)
    return f'{where}: ' if where else ''


def explain(error: Exception, cfg: dict, builder: Callable) -> None:
    """Say it in the config's terms if a constructor of the object, deeper than was checked, refuses an argument."""
    parameters = Parameters(builder)
    for key, value in cfg.items():
        if wish := parameters.wish(key, value):
            raise ConfigTypeError(f'{locate(cfg, key)}: {name_of(builder)}: use {wish}, not {value!r}') from error
    owners = (
        [f'{cls.__qualname__}.__init__' for cls in inspect.getmro(builder)] if inspect.isclass(builder)
        else [name_of(builder)])
    owner, _, problem = str(error).partition('() ')
    if owner not in owners:
        if parameters.of_torch:  # which does not look at what it is given before it computes with it
            refused = ConfigTypeError(f'{one_line(error)}: an argument is of a kind that it does not take')
            add_location(refused, cfg, builder)
            raise refused from error
        return
    unexpected = re.match(r"got an unexpected keyword argument '(\w+)'", problem)
    if unexpected and unexpected[1] in cfg:
        raise unknown_argument(cfg, unexpected[1], builder, parameters.names) from error
    if missing := re.match(r'missing \d+ required [\w -]+: (.*)', problem):
        raise _missing_arguments(cfg, missing[1].replace("'", ''), builder) from error


def add_location(error: ValueError, cfg: dict, builder: Callable) -> None:
    """Put the place in the config before the message, and after it whose the key is that it speaks of.

    An object inside of this one may have done so already; one that names the key gets its file and line only.
    """
    path = path_of(cfg)
    if not path or len(error.args) != 1:
        return
    text = str(error)
    named = re.search(rf'(^|: ){re.escape(path)}\b((\.\w+)*)', text)
    if named and named[1]:
        return
    if named and named[2]:
        origin = origin_of(cfg, named[2].split('.')[1])
        error.args = (f'{origin}: {text}' if origin else text,)
        return
    text = text.removeprefix(f'{path}: ')
    spoken = {key: found.start() for key in cfg if key != 'type' and (found := re.search(rf'\b{key}\b', text))}
    told = [key for key, value in cfg.items() if key != 'type' and isinstance(value, (int, float, str))
            and re.search(rf'(?<![\w.]){re.escape(str(value))}(?![\w.])', text)]  # its value at least
    key = min(spoken, key=spoken.get) if spoken else told[0] if len(told) == 1 else None
    where = locate(cfg, key)
    text = text.removeprefix(f'{name_of(builder)}: ')
    error.args = (f'{where}: {name_of(builder)}: {text}{"".join(inherited(cfg, key) for key in spoken)}',)


def _missing_arguments(cfg: dict, missing: str, builder: Callable) -> ConfigError:
    return ConfigTypeError(f'{place_of(cfg)}{name_of(builder)} needs {missing}')


def _type_name(cfg: dict) -> str:
    kind = cfg.get('type')
    return kind if isinstance(kind, str) else name_of(kind)
