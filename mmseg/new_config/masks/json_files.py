"""The json files of a tree, one at a time."""

import json
import os
from collections.abc import Iterator, Sequence


def json_objects(root: str, hints: Sequence[str]) -> Iterator[tuple[str, dict]]:
    """(path, what it holds) of each json file among the hints that holds an object.

    Args:
        root: the folder.
        hints: paths relative to it.
    """
    for path in hints:
        if not path.lower().endswith('.json'):
            continue
        try:
            with open(os.path.join(root, path), encoding='utf-8-sig') as stream:
                told = json.load(stream)
        except ValueError:
            continue
        if isinstance(told, dict):
            yield path, told
