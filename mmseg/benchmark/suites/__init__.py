"""The suites: functions from :class:`Options` to the cases to measure, one after the other."""

from .data import data
from .evaluation import evaluation
from .exported import exported
from .models import infer, model, train
from .operators import operators
from .options import Options
from .scaling import scaling
from .zoo import zoo

SUITES = {'model': model, 'train': train, 'infer': infer, 'data': data, 'eval': evaluation, 'ops': operators,
          'scaling': scaling, 'zoo': zoo, 'export': exported}

__all__ = ['SUITES', 'Options']
