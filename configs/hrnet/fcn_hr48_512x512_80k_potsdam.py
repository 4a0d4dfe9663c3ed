# bash train.sh fcn_hr48_512x512_80k_potsdam
# 0.30 published: mIoU 78.39, with flips and scales 79.34, 6.2 GB per GPU in training.
_base_ = './fcn_hr48_4x4_512x512_80k_vaihingen.py'
dataset_type = 'PotsdamDataset'
data_root = 'data/potsdam'
data = dict(
    train=dict(type=dataset_type, data_root=data_root),
    val=dict(type=dataset_type, data_root=data_root),
    test=dict(type=dataset_type, data_root=data_root),
)
