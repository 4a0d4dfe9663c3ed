#include "../focal_loss.h"

#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

#include "../wide.h"
#include "grid.cuh"

namespace mmcv {
namespace {

constexpr int kWarp = 32;

template <class T>
__global__ void sigmoid_kernel(const T* logits, const int64_t* target, const T* grad, FocalLoss loss, T* out) {
  using W = Wide<T>;
  const auto gamma = static_cast<W>(loss.gamma), alpha = static_cast<W>(loss.alpha);
  for (int64_t i = thread_index(); i < loss.rows * loss.classes; i += thread_count()) {
    const int64_t row = i / loss.classes;
    const bool positive = target[row] == i - row * loss.classes;
    const W logit = static_cast<W>(logits[i]);
    const Tail<W> tail(logit);
    out[i] = static_cast<T>(
        grad == nullptr ? sigmoid_focal<false>(logit, tail, positive, gamma, alpha)
                        : static_cast<W>(grad[i]) * sigmoid_focal<true>(logit, tail, positive, gamma, alpha));
  }
}

template <class W>
__device__ W warp_sum(W value) {
  for (int mask = kWarp / 2; mask > 0; mask /= 2) value += __shfl_xor_sync(~0u, value, mask);
  return value;
}

template <class W>
__device__ W warp_max(W value) {
  for (int mask = kWarp / 2; mask > 0; mask /= 2) {
    const W other = __shfl_xor_sync(~0u, value, mask);
    value = other > value ? other : value;
  }
  return value;
}

// A warp a row, so that neighbouring threads read neighbouring logits.
template <class T>
__device__ void softmax_row(const T* logits, int64_t label, const T* grad, const FocalLoss& loss, int lane, T* out) {
  using W = Wide<T>;
  const auto gamma = static_cast<W>(loss.gamma), alpha = static_cast<W>(loss.alpha);
  W top = static_cast<W>(logits[label]);
  for (int64_t c = lane; c < loss.classes; c += kWarp) {
    const W logit = static_cast<W>(logits[c]);
    top = logit > top ? logit : top;
  }
  top = warp_max(top);
  W others = 0;
  for (int64_t c = lane; c < loss.classes; c += kWarp) {
    if (c != label) others += std::exp(static_cast<W>(logits[c]) - top);
  }
  others = warp_sum(others);
  const W own = static_cast<W>(logits[label]) - top;
  const W total = others + std::exp(own);
  const W log_p = own - std::log(total), miss = others / total;
  if (grad == nullptr) {
    if (lane == 0) *out = static_cast<T>(-alpha * focus(miss, gamma) * log_p);
    return;
  }
  const W slope = static_cast<W>(*grad) * alpha * softmax_focal_slope(log_p, miss, gamma);
  for (int64_t c = lane; c < loss.classes; c += kWarp) {
    out[c] = static_cast<T>(slope * (c == label ? miss : -std::exp(static_cast<W>(logits[c]) - top) / total));
  }
}

template <class T>
__global__ void softmax_kernel(const T* logits, const int64_t* target, const T* grad, FocalLoss loss, T* out) {
  const int64_t width = grad == nullptr ? 1 : loss.classes;
  const int lane = threadIdx.x % kWarp;
  for (int64_t row = thread_index() / kWarp; row < loss.rows; row += thread_count() / kWarp) {
    const int64_t label = target[row];
    if (label >= 0 && label < loss.classes) {
      softmax_row(logits + row * loss.classes, label, grad ? grad + row : nullptr, loss, lane, out + row * width);
    } else {
      for (int64_t c = lane; c < width; c += kWarp) out[row * width + c] = static_cast<T>(0.0f);
    }
  }
}

}  // namespace

template <class T>
const char* sigmoid_focal_loss_cuda(
    const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out, void* stream) {
  const int64_t numel = loss.rows * loss.classes;
  sigmoid_kernel<<<blocks_for(numel), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(logits, target, grad, loss, out);
  return launch_error();
}

template <class T>
const char* softmax_focal_loss_cuda(
    const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out, void* stream) {
  const unsigned int grid = blocks_for(loss.rows * kWarp);
  softmax_kernel<<<grid, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(logits, target, grad, loss, out);
  return launch_error();
}

#define MMCV_INSTANTIATE(T)                                                        \
  template const char* sigmoid_focal_loss_cuda(                                    \
      const T*, const int64_t*, const T*, const FocalLoss&, T*, void*);            \
  template const char* softmax_focal_loss_cuda(                                    \
      const T*, const int64_t*, const T*, const FocalLoss&, T*, void*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)
MMCV_INSTANTIATE(torch::headeronly::Half)
MMCV_INSTANTIATE(torch::headeronly::BFloat16)

}  // namespace mmcv
