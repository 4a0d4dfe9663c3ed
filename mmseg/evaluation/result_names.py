"""What an evaluation will be asked for and give, known before anything is evaluated."""

import warnings
from collections.abc import Sequence

from mmseg.protocols import CountingDataset, EvaluatorLike

from .evaluator import Evaluator
from .joined import JoinedEvaluator
from .tables import flatten


def result_names(
    dataset: CountingDataset, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0, **options: object,
) -> tuple[str, ...] | None:
    """The names of the metrics that ``dataset.evaluate`` will return, in their order; None if nobody knows.

    Args:
        dataset: whose ``new_evaluator`` stands for its evaluation.
        metric, bootstrap: of ``evaluate``.
        options: its other arguments, without effect.
    """
    return _names(dataset.new_evaluator(metric, bootstrap), metric, bootstrap)


def _names(evaluator: EvaluatorLike, metric: str | Sequence[str], bootstrap: int) -> tuple[str, ...] | None:
    if isinstance(evaluator, JoinedEvaluator):
        parts = [_names(part, metric, bootstrap) for part in evaluator.evaluators]
        return None if None in parts else tuple(f'{i}_{name}' for i, names in enumerate(parts) for name in names)
    if type(evaluator) is not Evaluator:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of means of nothing, for nothing is counted yet
        values = evaluator.metrics([metric] if isinstance(metric, str) else list(metric))
        names = flatten(values, evaluator.dataset.CLASSES)
    return (*names, *(('mIoU.low', 'mIoU.high') if bootstrap else ()))
