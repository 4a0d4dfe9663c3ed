"""What ``torch._six`` had until torch 1.13, for projects of that time that import it."""

import collections.abc as container_abcs
from math import inf, nan

__all__ = ['PY3', 'PY37', 'container_abcs', 'inf', 'int_classes', 'nan', 'string_classes']

PY3 = PY37 = True
string_classes = (str, bytes)
int_classes = int
