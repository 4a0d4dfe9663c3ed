// The kernels of upsample_cross_entropy, over plain pointers: only upsample_cross_entropy.cpp knows tensors.
#pragma once

#include "bilinear.h"

namespace mmcv {

// What both directions read. T is float or double.
template <class T>
struct CrossEntropy {
  const T* logits;       // (N, K, h, w)
  const int64_t* label;  // (N, H, W)
  const T* weight;       // (K), or nullptr for ones
  int64_t ignore_index;
  Upsampling size;
};

// Whether a logit takes the place of the highest so far; the first NaN does, and stays.
template <class T>
MMCV_HOST_DEVICE MMCV_INLINE bool is_higher(T z, T best) {
  return z > best || (z != z && best == best);
}

// loss and logsumexp (N, H, W); adds to *hits how often the label has the highest logit. Where a label is neither a class
// nor ignore_index the CPU kernel returns false and the CUDA kernel's loss is NaN (to tell would mean to wait for it).
template <class T>
bool upsample_cross_entropy_cpu(const CrossEntropy<T>& in, T* loss, T* logsumexp, int64_t* hits);

// grad_loss and logsumexp (N, H, W) -> adds to grad_logits (N, K, h, w), which must be zero
template <class T>
void upsample_cross_entropy_backward_cpu(
    const CrossEntropy<T>& in, const T* grad_loss, const T* logsumexp, T* grad_logits);

// The same on the given stream (a cudaStream_t) of the current device. They return nullptr, or what went wrong.
template <class T>
const char* upsample_cross_entropy_cuda(
    const CrossEntropy<T>& in, T* loss, T* logsumexp, int64_t* hits, void* stream);
template <class T>
const char* upsample_cross_entropy_backward_cuda(
    const CrossEntropy<T>& in, const T* grad_loss, const T* logsumexp, T* grad_logits, void* stream);

}  // namespace mmcv
