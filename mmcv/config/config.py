"""Config: a resolved config file with attribute access, overrides, origins and a text that reads back equal."""

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mmcv.utils.errors import ConfigError, ConfigImportError, ConfigKeyError, ConfigTypeError, did_you_mean, one_line
from mmcv.utils.imports import import_modules_from_strings
from mmcv.utils.origins import OfVariable, children, join_path, nearest_origin, origin_of, origins_of

from .dict import ConfigDict, HoldsConfig, place, to_node
from .file import RESERVED_KEYS, read_config, read_config_text
from .find import find_config
from .format import format_json, format_python, format_yaml
from .merge import merge
from .option_parser import add_options
from .override import same

__all__ = ['Config', 'ConfigDict', 'check_known_keys']

OPTIONS = '--cfg-options'


class Config(HoldsConfig):
    """A config, as read from a file or made from a dict.

    Keys are attributes and items of it: ``cfg.model.backbone.depth``, ``cfg['model']``. Everything that a dict does
    (``get``, ``pop``, ``update``, ``in``, iteration) works.

    Args:
        cfg_dict: the keys and values; by default none.
        cfg_text: what :attr:`text` is; by default what is in ``filename``.
        filename: the file that it comes from.

    Raises:
        ConfigError: something else than a dict, or a key that is an attribute of Config.

    Example:
        >>> cfg = Config.fromfile('configs/pspnet/pspnet_r50-d8_512x1024_40k_cityscapes.py')
        >>> cfg.merge_from_dict({'model.backbone.depth': 101, 'data.train.pipeline.2.img_scale': (1024, 512)})
        >>> cfg.origin('model.backbone.depth')
        '--cfg-options'
    """

    def __init__(
        self, cfg_dict: dict | None = None, cfg_text: str | None = None, filename: str | os.PathLike | None = None,
    ) -> None:
        if not isinstance(cfg_dict, (dict, type(None))):
            raise ConfigTypeError(f'a config is made from a dict, not from a {type(cfg_dict).__name__}')
        for key in RESERVED_KEYS:
            if key in (cfg_dict or {}):
                raise ConfigKeyError(f'{key} is reserved: Config has an attribute of that name')
        if cfg_text is None and filename is not None and Path(filename).is_file():
            cfg_text = Path(filename).read_text(encoding='utf-8')
        self.__setstate__((to_node(cfg_dict or {}), filename and os.fspath(filename), cfg_text or ''))

    @classmethod
    def fromfile(
        cls, filename: str | os.PathLike, use_predefined_variables: bool = True, import_custom_modules: bool = True,
    ) -> 'Config':
        """Read a .py, .json or .yaml config and all that it inherits from.

        Args:
            filename: a path, or the bare name of a config below ``configs/``.
            use_predefined_variables: replace ``{{ fileDirname }}``, ``{{ fileBasename }}``,
                ``{{ fileBasenameNoExtension }}`` and ``{{ fileExtname }}``.
            import_custom_modules: import what ``custom_imports`` names.

        Raises:
            ConfigError: what is wrong in the file, or that there is none, in one line.
        """
        if not Path(filename).expanduser().is_file():
            filename = find_config(filename)
        cfg_dict, text = read_config(filename, use_predefined_variables)
        if import_custom_modules:
            _import_custom_modules(cfg_dict)
        return cls(cfg_dict, text, filename)

    @classmethod
    def fromstring(cls, cfg_str: str, file_format: str) -> 'Config':
        """Read a config from a text, whose bases are relative to the working directory.

        Args:
            cfg_str: the text.
            file_format: '.py', '.json', '.yaml' or '.yml'.
        """
        cfg_dict, text = read_config_text(cfg_str, Path.cwd() / '<string>', file_format)
        _import_custom_modules(cfg_dict)
        return cls(cfg_dict, text)

    @classmethod
    def fromtext(cls, text: str, path: str | os.PathLike, import_custom_modules: bool = True) -> 'Config':
        """Read a Python config from a text as if it stood in the file ``path``, which need not be there."""
        cfg_dict, whole = read_config_text(text, Path(path), '.py')
        if import_custom_modules:
            _import_custom_modules(cfg_dict)
        return cls(cfg_dict, whole, path)

    @staticmethod
    def auto_argparser(description: str | None = None) -> tuple[argparse.ArgumentParser, 'Config']:
        """A parser with one option per value of the config that the command line names first, and that config."""
        parser = argparse.ArgumentParser(description=description, add_help=False)
        parser.add_argument('config', help='path or name of a config')
        cfg = Config.fromfile(parser.parse_known_args()[0].config)
        return add_options(argparse.ArgumentParser(description=description, parents=[parser]), cfg._cfg_dict), cfg

    @staticmethod
    def _file2dict(filename: str | os.PathLike, use_predefined_variables: bool = True) -> tuple[ConfigDict, str]:
        return read_config(filename, use_predefined_variables)

    @staticmethod
    def _merge_a_into_b(a: Mapping, b: Mapping | list, allow_list_keys: bool = False) -> ConfigDict | list:
        return merge(to_node(b), to_node(a), allow_list_keys)

    def merge_from_dict(self, options: Mapping[str, object], allow_list_keys: bool = True) -> None:
        """Override values, dotted keys and list indices allowed: ``{'data.train.pipeline.2.type': 'Pad'}``.

        A dict is merged into the one that is there, unless it has ``_delete_=True``.

        Args:
            options: the values by dotted key.
            allow_list_keys: let a number between the dots be an index of a list.

        Raises:
            ConfigError: a dict over something else, an index outside the list, a reserved key.
        """
        tree: dict = {}
        for dotted, value in options.items():
            *parents, last = str(dotted).split('.')
            node = tree
            for parent in parents:
                node = node.setdefault(parent, {})
                if not isinstance(node, dict):
                    raise ConfigTypeError(f'{OPTIONS}: {dotted}: {parent} was given another value before')
            node[last] = value
        for key in RESERVED_KEYS:
            if key in tree:
                raise ConfigKeyError(f'{OPTIONS}: {key} is reserved: Config has an attribute of that name')
        self._set_root(merge(self._cfg_dict, to_node(tree, OPTIONS), allow_list_keys, OPTIONS))

    def origin(self, key: str) -> str | None:
        """Where a key was set: 'FILE:LINE' or '--cfg-options'; None if the config was made from a plain dict.

        Args:
            key: dotted, with indices as ``pipeline.2`` or ``pipeline[2]``. A key that was not set but whose dict was
                has the origin of that dict.

        Raises:
            ConfigKeyError: not even the first part is in the config.
        """
        try:
            return nearest_origin(self._cfg_dict, key)
        except KeyError as error:
            raise ConfigKeyError(f'{key}: no such key{did_you_mean(error.args[0], self._cfg_dict)}') from None

    def origins(self) -> Iterator[tuple[str, Any, str | None]]:
        """(dotted key, value, origin) of every value that is not a dict itself or a list that holds one."""
        return _leaves(self._cfg_dict, '', None)

    @property
    def filename(self) -> str | None:
        """The file that it was read from."""
        return self._filename

    @property
    def text(self) -> str:
        """The text of that file, after those of its bases."""
        return self._text

    @property
    def pretty_text(self) -> str:
        """The resolved config as Python; running it gives an equal config."""
        return format_python(self._cfg_dict)

    def dump(self, file: str | os.PathLike | None = None) -> str | None:
        """Write the resolved config to a .py, .json or .yaml file; without one, return the text.

        A .py or .yaml file reads back to an equal config. JSON has no tuples: they become lists.
        """
        suffix = Path(file or self.filename or '.py').suffix or '.py'
        formats = {'.py': format_python, '.json': format_json, '.yaml': format_yaml, '.yml': format_yaml}
        if suffix not in formats:
            raise ConfigError(f'{file}: a config is written as {", ".join(formats)}')
        text = formats[suffix](self._cfg_dict)
        if file is None:
            return text
        Path(file).write_text(text, encoding='utf-8')
        return None

    def _set_root(self, root: ConfigDict) -> None:
        place(root, '')
        object.__setattr__(self, '_cfg_dict', root)

    def __getattr__(self, name: str) -> Any:
        if name == '_cfg_dict':  # not there yet, while being unpickled
            raise AttributeError(name)
        return getattr(self._cfg_dict, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name):
            raise ConfigKeyError(f"{name} is an attribute of Config itself: write cfg['{name}'] = ... instead")
        setattr(self._cfg_dict, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._cfg_dict, name)

    def __getitem__(self, key: str) -> Any:
        return self._cfg_dict[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if key in RESERVED_KEYS:
            raise ConfigKeyError(f'{key} is reserved: Config has an attribute of that name')
        self._cfg_dict[key] = value

    def __delitem__(self, key: str) -> None:
        del self._cfg_dict[key]

    def __contains__(self, key: object) -> bool:
        return key in self._cfg_dict

    def __iter__(self) -> Iterator[str]:
        return iter(self._cfg_dict)

    def __len__(self) -> int:
        return len(self._cfg_dict)

    def __eq__(self, other: object) -> bool:
        other = other._cfg_dict if isinstance(other, Config) else other
        try:
            return self._cfg_dict == other
        except ValueError:  # there are arrays in it
            return same(self._cfg_dict, other)

    def __repr__(self) -> str:
        return f'Config (path: {self.filename}): {self._cfg_dict!r}'

    def __getstate__(self) -> tuple:
        return self._cfg_dict, self._filename, self._text

    def __reduce__(self) -> tuple:
        return rebuild, (type(self), self.__getstate__())

    def __setstate__(self, state: tuple) -> None:
        root, filename, text = state
        self._set_root(root)
        object.__setattr__(self, '_filename', filename)
        object.__setattr__(self, '_text', text)

    def copy(self) -> 'Config':
        """A shallow copy: top-level keys can be set without changing this one."""
        return self.__copy__()

    def __copy__(self) -> 'Config':
        return rebuild(type(self), (self._cfg_dict.copy(), self._filename, self._text))


def rebuild(cls: type[Config], state: tuple) -> Config:
    """A config of its state: its dict, its file, its text."""
    config = cls.__new__(cls)
    config.__setstate__(state)
    return config


def _leaves(value: object, path: str, origin: str | None) -> Iterator[tuple[str, Any, str | None]]:
    for key, item in children(value):
        item_path, item_origin = join_path(path, key), origin_of(value, key) or origin
        nested = isinstance(item, dict) or (isinstance(item, (list, tuple)) and any(
            isinstance(element, (dict, list)) for element in item))
        if nested and item:
            yield from _leaves(item, item_path, item_origin)
        else:
            yield item_path, item, item_origin


def _import_custom_modules(cfg: ConfigDict) -> None:
    custom = cfg.get('custom_imports')
    if not custom:
        return
    where = origin_of(cfg, 'custom_imports')
    if not isinstance(custom, dict) or 'imports' not in custom:
        raise ConfigTypeError(f"{where}: custom_imports has to be dict(imports=['module'], allow_failed_imports=False)")
    try:
        import_modules_from_strings(**custom)
    except (ImportError, TypeError) as error:
        raise ConfigImportError(f'{where}: custom_imports: {one_line(error)}') from error


def check_known_keys(cfg: Config | ConfigDict, known: Iterable[str]) -> None:
    """Refuse a top-level key that is probably a misspelled one.

    Other unknown keys are fine, for they are variables of the config: what it uses, as ``data1`` in
    ``data = dict(train=[data1, data2])`` or ``date`` in an f-string, is not taken for a misspelled ``data``.

    Args:
        cfg: the config.
        known: the names that mean something at the top level.

    Raises:
        ConfigKeyError: ``optimiser`` where ``optimizer`` is known; it tells where that was set.
    """
    known = set(known)
    cfg = cfg._cfg_dict if isinstance(cfg, Config) else cfg
    for key, value in cfg.items():
        if key in known:
            continue
        hint = did_you_mean(key, known, cutoff=0.75)
        used = isinstance(origins_of(cfg).get(key), OfVariable)
        # A config that is no Python file has no variables, but may have anchors.
        used = used or (isinstance(value, (str, dict, list, tuple)) and value and _occurs(value, cfg, skip=key))
        if hint and not used:
            where = origin_of(cfg, key)
            raise ConfigKeyError(f'{where}: {key}: no such key{hint}; a variable of your own needs another name')


def _occurs(value: object, container: object, skip: object = None) -> bool:
    return any(key != skip and (same(item, value) or _occurs(value, item)) for key, item in children(container))
