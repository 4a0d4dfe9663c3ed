from .backbone import BEiT
from .head import GatedHead

__all__ = ['BEiT', 'GatedHead']
