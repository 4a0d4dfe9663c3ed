# bash train.sh fcn_hr18s_512x512_80k_potsdam
# 0.30 published: mIoU 77.64, with flips and scales 78.8, 1.58 GB per GPU in training.
_base_ = './fcn_hr18s_4x4_512x512_80k_vaihingen.py'
dataset_type = 'PotsdamDataset'
data_root = 'data/potsdam'
data = dict(
    train=dict(type=dataset_type, data_root=data_root),
    val=dict(type=dataset_type, data_root=data_root),
    test=dict(type=dataset_type, data_root=data_root),
)
