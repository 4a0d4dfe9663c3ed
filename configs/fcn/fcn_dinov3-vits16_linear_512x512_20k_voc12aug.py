# bash train.sh fcn_dinov3-vits16_linear_512x512_20k_voc12aug
# The backbone is frozen and needs timm (pip install timm); its weights come from the hub.
# --cfg-options feature_cache.views=4 keeps its maps on disk: one layer alone trains, in minutes also on a CPU.
_base_ = './fcn_dinov2-vits14_linear_512x512_20k_voc12aug.py'
model = dict(backbone=dict(model_name='vit_small_patch16_dinov3'))
