"""``KEY=VALUE`` arguments of the command line."""

import argparse
import re
from collections.abc import Iterator, Sequence

Value = str | int | float | bool | list | tuple | dict | None
_BEFORE_QUOTES = ('', *'([{:=,')  # elsewhere it is an apostrophe
_CLOSING = {'(': ')', '[': ']', '{': '}'}


class DictAction(argparse.Action):
    """Collects ``KEY=VALUE`` words into a dict: ``--cfg-options a.b=1 c=[1,2] d=(x,(3,None)) e=x,y f=true``.

    A value is an int, a float, true or false, None, a list or tuple in brackets, a dict as ``{'key': value}`` or
    ``dict(key=value)`` (all of them nested too, and with or without the quotes, which shells like to eat), a list
    without brackets when it has commas, and a string otherwise. Quotes make it a string whatever it looks like.
    Given several times, the option adds up.
    """

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: str | Sequence[str],
        option_string: str | None = None,
    ) -> None:
        options = dict(getattr(namespace, self.dest) or {})
        for word in [values] if isinstance(values, str) else values:
            key, equals, value = word.partition('=')
            if not equals or not key:
                raise argparse.ArgumentError(self, f'{word!r}: write KEY=VALUE, without spaces around the sign')
            try:
                options[key] = parse_value(value)
            except ValueError as error:
                raise argparse.ArgumentError(self, f'{word}: {error}') from error
        setattr(namespace, self.dest, options)


def parse_value(text: str) -> Value:
    """The value that a text on the command line means.

    Raises:
        ValueError: brackets that do not match, or a dict with something else in it than keys and values.
    """
    text = text.strip()
    if len(text) > 1 and text[0] in '\'"' and text[-1] == text[0] and text[0] not in text[1:-1]:
        inner = text[1:-1]
        return parse_value(inner) if inner[:1] in _CLOSING and _is_bracketed(inner) else inner
    if _is_dict(text):
        return _parse_dict(text)
    if ',' not in text and text[:1] not in _CLOSING:
        return _scalar(text)
    parts = list(_split(text))
    if _is_bracketed(text) and len(parts) == 1:
        items = [parse_value(part) for part in _split(text[1:-1])]
        return tuple(items) if text[0] == '(' else items
    return [parse_value(part) for part in parts] if ',' in text else _scalar(text)


def _is_dict(text: str) -> bool:
    opens = text[:1] == '{' or re.match(r'dict\s*\(', text) is not None
    return opens and text[-1] in '})' and len(list(_split(text))) == 1


def _parse_dict(text: str) -> dict:
    """``{a: 1, 'b': {c: 2}}`` or ``dict(a=1, b=dict(c=2))``."""
    sign = ':' if text[0] == '{' else '='
    items = {}
    for part in _split(text[text.index('{' if sign == ':' else '(') + 1:-1]):
        key, found, value = _partition(part.strip(), sign)
        if not found or not key:
            raise ValueError(f'{part.strip()!r}: write {"KEY: VALUE" if sign == ":" else "KEY=VALUE"} in {text}')
        items[parse_value(key)] = parse_value(value)
    return items


def _partition(text: str, sign: str) -> tuple[str, str, str]:
    """As ``str.partition``, at the first sign that is not within quotes."""
    if quoted := re.match(r'(\'[^\']*\'|"[^"]*")\s*', text):
        rest = text[quoted.end():]
        return (quoted[1], sign, rest[1:]) if rest[:1] == sign else (text, '', '')
    key, found, value = text.partition(sign)
    return key.strip(), found, value


def _is_bracketed(text: str) -> bool:
    return len(text) > 1 and _CLOSING.get(text[0]) == text[-1]


def _split(text: str) -> Iterator[str]:
    """The parts between the commas that are in no brackets and no quotes; a comma at the end starts no part."""
    part, closing, quote = '', [], ''
    for character in text:
        if quote:
            quote = '' if character == quote else quote
        elif character in '\'"' and part.rstrip()[-1:] in _BEFORE_QUOTES:
            quote = character
        elif character in _CLOSING:
            closing.append(_CLOSING[character])
        elif character in _CLOSING.values() and (not closing or closing.pop() != character):
            raise ValueError(f'unmatched {character}')
        elif character == ',' and not closing:
            yield part
            part = ''
            continue
        part += character
    if closing:
        raise ValueError(f'{closing[-1]} is missing')
    if part.strip():
        yield part


def _scalar(text: str) -> str | int | float | bool | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return {'true': True, 'false': False}.get(text.lower(), None if text == 'None' else text)
