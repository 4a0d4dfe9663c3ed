"""Data sets: samples by their positions, wrappers, caches, loaders, and the registries of data sets and transforms."""

from mmseg.labels import DataError

from .ade import ADE20KDataset
from .builder import DATASETS, PIPELINES, build_dataloader, build_dataset
from .camvid import CamVidDataset
from .chase_db1 import ChaseDB1Dataset
from .cityscapes import CityscapesDataset
from .class_weights import class_weights
from .coco_stuff import COCOStuffDataset
from .custom import CustomDataset
from .dark_zurich import DarkZurichDataset
from .dataset_wrappers import ConcatDataset, MultiImageMixDataset, RepeatDataset
from .demo_scenes import DemoScenesDataset
from .drive import DRIVEDataset
from .face import FaceOccludedDataset
from .hrf import HRFDataset
from .isaid import iSAIDDataset
from .isprs import ISPRSDataset
from .loveda import LoveDADataset
from .night_driving import NightDrivingDataset
from .pascal_context import PascalContextDataset, PascalContextDataset59
from .potsdam import PotsdamDataset
from .stare import STAREDataset
from .voc import PascalVOCDataset

__all__ = [
    'DATASETS', 'PIPELINES', 'ADE20KDataset', 'COCOStuffDataset', 'CamVidDataset', 'ChaseDB1Dataset',
    'CityscapesDataset', 'ConcatDataset', 'CustomDataset', 'DRIVEDataset', 'DarkZurichDataset', 'DataError',
    'DemoScenesDataset', 'FaceOccludedDataset', 'HRFDataset', 'ISPRSDataset', 'LoveDADataset',
    'MultiImageMixDataset', 'NightDrivingDataset', 'PascalContextDataset', 'PascalContextDataset59',
    'PascalVOCDataset', 'PotsdamDataset', 'RepeatDataset', 'STAREDataset', 'build_dataloader', 'build_dataset',
    'class_weights', 'iSAIDDataset',
]
