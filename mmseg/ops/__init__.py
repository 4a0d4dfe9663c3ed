"""Operations on feature maps."""
from .wrappers import Upsample, resize

__all__ = ['Upsample', 'resize']
