"""The confusion matrix as the page shows it, with the images that hold each error."""

from collections.abc import Sequence

import numpy as np

from mmseg.evaluation.image_pairs import ImagePairs

_CLASSES = 30  # rows that people can read
_HOLDERS = 6  # images of an error


def confusion_table(pairs: ImagePairs, names: Sequence[str]) -> dict:
    """The classes that are confused most, in the order of all.

    Args:
        pairs: what was counted of each image.
        names: of the classes.

    Returns:
        ``classes``, their names; ``left_out``, how many are not shown; ``rows``, one list of cells per class:
        ``pixels``, ``of_label`` and ``of_prediction``, the shares in 0 to 1 of all pixels of this label and of this
        prediction; and ``holders``: 'row-column' to [image, pixels] of the images with most of that error.
    """
    matrix = pairs.total()
    inner = matrix[:-1, :-1]
    shown = _most_confused(inner)
    of_label, of_prediction = matrix[:-1].sum(1), matrix[:, :-1].sum(0)
    place = {k: i for i, k in enumerate(shown)}
    return {
        'classes': [names[k] for k in shown], 'left_out': len(names) - len(shown),
        'rows': [[{'pixels': int(inner[a, b]), 'of_label': float(inner[a, b] / max(1, of_label[a])),
                   'of_prediction': float(inner[a, b] / max(1, of_prediction[b]))} for b in shown] for a in shown],
        'holders': {f'{place[a]}-{place[b]}': held for (a, b), held in pairs.holders(_HOLDERS).items()
                    if a != b and a in place and b in place}}


def _most_confused(matrix: np.ndarray) -> list[int]:
    wrong = matrix.sum(0) + matrix.sum(1) - 2 * matrix.diagonal()
    return sorted(np.argsort(-wrong, kind='stable')[:_CLASSES].tolist())
