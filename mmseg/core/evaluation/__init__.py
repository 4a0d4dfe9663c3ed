from .bootstrap import bootstrap_interval
from .boundary import boundary_areas
from .class_names import get_classes, get_palette
from .confusion import ConfusionMatrix
from .eval_hooks import DistEvalHook, EvalHook
from .metrics import (
    eval_metrics,
    intersect_and_union,
    mean_dice,
    mean_fscore,
    mean_iou,
    pre_eval_to_metrics,
    total_intersect_and_union,
)

__all__ = [
    'ConfusionMatrix', 'DistEvalHook', 'EvalHook', 'bootstrap_interval', 'boundary_areas', 'eval_metrics',
    'get_classes', 'get_palette', 'intersect_and_union', 'mean_dice', 'mean_fscore', 'mean_iou', 'pre_eval_to_metrics',
    'total_intersect_and_union',
]
