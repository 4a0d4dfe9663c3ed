"""What can be written of a prediction."""

#: By the names of ``--save``.
KINDS = ('mask', 'overlay', 'probability', 'confidence')
