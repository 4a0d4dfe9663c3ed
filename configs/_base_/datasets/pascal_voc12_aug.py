# Pascal VOC 2012 with the annotations of SBD: 10,582 photographs to train on:
# python tools/convert_datasets/voc_aug.py data/VOCdevkit data/VOCdevkit/VOCaug --nproc 8
_base_ = './pascal_voc12.py'
data = dict(
    train=dict(
        ann_dir=['SegmentationClass', 'SegmentationClassAug'],
        split=['ImageSets/Segmentation/train.txt', 'ImageSets/Segmentation/aug.txt'],
    ),
)
