# The fast preset: what makes a run faster at (nearly) the same accuracy. Inherit it beside any other config,
#   _base_ = ['./pspnet_r50-d8_512x1024_40k_cityscapes.py', '../_base_/fast.py']
# and take single lines back below that. Results differ from plain float32 only by rounding.
amp = dict(dtype='auto')  # bfloat16 (float16 on older GPUs) where the device multiplies it faster, else float32
channels_last = 'auto'  # the order of values in memory that tensor cores want, and on a CPU what is faster there
winograd = 'auto'  # on a CPU, in float32: the fastest of the three ways for wide 3x3 convolutions
compile = 'auto'  # torch.compile on GPUs: the first iterations take minutes; `compile = False` for short runs
tf32 = True  # what stays float32 is multiplied with 10 bits of mantissa, on NVIDIA GPUs from Ampere on
fuse_conv_bn = True  # in tools/test.py: batch norm becomes a part of the convolution before it
# cudnn_benchmark = True is in default_runtime.py. Optimizers: optimizer = dict(fused=True) updates in one kernel.
