"""Evaluation: counting, metrics, tables, and the hooks that evaluate in the course of a training."""

from .areas import intersect_and_union, total_intersect_and_union
from .bootstrap import bootstrap_interval
from .boundary import boundary_areas
from .counting import ConfusionMatrix
from .curves import draw_curves
from .eval_hooks import DistEvalHook, EvalHook
from .evaluator import Evaluator
from .metrics import eval_metrics, mean_dice, mean_fscore, mean_iou, pre_eval_to_metrics
from .visualization import colorize
from .wandb_hook import MMSegWandbHook

__all__ = [
    'ConfusionMatrix', 'DistEvalHook', 'EvalHook', 'Evaluator', 'MMSegWandbHook', 'bootstrap_interval',
    'boundary_areas', 'colorize', 'draw_curves', 'eval_metrics', 'intersect_and_union', 'mean_dice', 'mean_fscore',
    'mean_iou', 'pre_eval_to_metrics', 'total_intersect_and_union',
]
