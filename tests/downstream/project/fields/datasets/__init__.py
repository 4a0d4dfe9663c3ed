from .fields import FieldsDataset
from .pipelines import Bundle, Gather, Tint

__all__ = ['Bundle', 'FieldsDataset', 'Gather', 'Tint']
