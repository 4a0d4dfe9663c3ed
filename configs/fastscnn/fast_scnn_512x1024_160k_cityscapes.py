# bash train.sh fast_scnn_512x1024_160k_cityscapes
# The run of 0.30 under a name that says its crop, so that others of the kind can be composed beside it.
_base_ = './fast_scnn_lr0.12_8x4_160k_cityscapes.py'
