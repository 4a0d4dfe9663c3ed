// The kernels of upsample_argmax, over plain pointers: only upsample_argmax.cpp knows tensors.
#pragma once

#include "bilinear.h"

namespace mmcv {

// logits (N, K, h, w) -> label (N, H, W) and, unless nullptr, its softmax probability (N, H, W). T is float or double.
// Where `channels_last`, the logits lie as (N, h, w, K).
template <class T>
void upsample_argmax_cpu(const T* logits, bool channels_last, const Upsampling& size, int64_t* label, T* probability);

// On the given stream (a cudaStream_t) of the current device. Returns nullptr, or what went wrong.
template <class T>
const char* upsample_argmax_cuda(
    const T* logits, const Upsampling& size, int64_t* label, T* probability, void* stream);

}  // namespace mmcv
