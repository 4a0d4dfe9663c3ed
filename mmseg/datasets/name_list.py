"""Text files with one name per line: splits and classes."""

import codecs
import re
from collections.abc import Mapping

from mmcv.fileio import get_bytes
from mmcv.utils import ConfigError
from mmcv.utils.errors import ConfigFileNotFoundError

_MARKS = {  # those of UTF-32 begin as those of UTF-16 do
    codecs.BOM_UTF32_LE: 'UTF-32', codecs.BOM_UTF32_BE: 'UTF-32', codecs.BOM_UTF16_LE: 'UTF-16',
    codecs.BOM_UTF16_BE: 'UTF-16'}
_INVISIBLE = '\ufeff\u200b'  # byte order marks, which files that were joined have inside, and zero-width blanks


def read_names(path: str, key: str, file_client_args: Mapping | None = None) -> list[str]:
    """The names in a text file, without blank lines and without what surrounds them invisibly.

    Args:
        path: UTF-8 text, with a byte order mark or without; lines may end as on any system.
        key: of the config, for messages: 'split'.
        file_client_args: of :func:`mmcv.fileio.get_bytes`.

    Raises:
        ConfigFileNotFoundError: there is no such file.
        ConfigError: it cannot be read, or has another encoding; the file, the line and the mend are named.
    """
    try:
        content = get_bytes(path, **(file_client_args or {}))
    except FileNotFoundError as error:
        reason = error.strerror or error
        raise ConfigFileNotFoundError(f'{key}: there is no file {str(path)!r} to read names from ({reason})') from error
    except OSError as error:
        raise ConfigError(f'{key}: {str(path)!r} cannot be read: {error.strerror or error}') from error
    return decode_names(content, f'{key}: {str(path)!r}')


def decode_names(content: bytes, where: str) -> list[str]:
    """The names in the content of a text file; see :func:`read_names`.

    Args:
        content: what is in the file.
        where: the file, for messages.

    Raises:
        ConfigError: it has another encoding; the line and the mend are named.
    """
    names = (line.strip().strip(_INVISIBLE).strip() for line in re.split('\r\n|\r|\n', _decode(content, where)))
    return [name for name in names if name]


def _decode(content: bytes, where: str) -> str:
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    if encoding is None and b'\0' in content:
        encoding = 'UTF-16 or no text at all'
    if encoding:
        raise ConfigError(f'{where} is {encoding}: save it as UTF-8')
    try:
        return content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        number = len(re.findall(b'\r\n|\r|\n', content[:error.start])) + 1
        line = re.split(b'\r\n|\r|\n', content)[number - 1]
        raise ConfigError(f'{where}, line {number}: {line[:80]!r} is not UTF-8 (Latin-1 or Windows-1252?): '
                          'save the file as UTF-8') from error
