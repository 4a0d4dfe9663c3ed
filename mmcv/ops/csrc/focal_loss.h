// The kernels of the focal losses, over plain pointers: only focal_loss.cpp knows tensors.
#pragma once

#include <cmath>
#include <cstdint>

#include "simd.h"

namespace mmcv {

// Logits (rows, classes) against a class each row; any other value is no class.
struct FocalLoss {
  int64_t rows, classes;
  double gamma, alpha;
};

// miss^gamma; by far the most use 2, which needs no pow.
template <class T>
MMCV_HOST_DEVICE inline T focus(T miss, T gamma) {
  return gamma == 2 ? miss * miss : std::pow(miss, gamma);
}

// exp(-|x|), and log(1 + that).
template <class T>
struct Tail {
  T exp, log;

  MMCV_HOST_DEVICE explicit Tail(T x) : exp(std::exp(-std::fabs(x))), log(std::log1p(exp)) {}
  MMCV_HOST_DEVICE Tail(T exp, T log) : exp(exp), log(log) {}
};

// The sigmoid focal loss of an entry, or, with `slope`, its derivative by the logit; `tail` is that of the logit.
// With z = logit or, for a negative, -logit, and p = sigmoid(z): -(1 - p)^gamma log(p). Exact in both tails.
template <bool slope, class T>
MMCV_HOST_DEVICE inline T sigmoid_focal(T logit, const Tail<T>& tail, bool positive, T gamma, T alpha) {
  const T z = positive ? logit : -logit, balance = positive ? alpha : 1 - alpha;
  const T large = 1 / (1 + tail.exp), small = tail.exp * large;
  const T p = z > 0 ? large : small, miss = z > 0 ? small : large;
  const T minus_log_p = (z < 0 ? -z : T(0)) + tail.log;
  const T factor = balance * focus(miss, gamma);
  if (!slope) return factor * minus_log_p;
  return (positive ? -factor : factor) * (gamma * p * minus_log_p + miss);
}

// With p = exp(log_p) and miss = 1 - p: the derivative of -(1 - p)^gamma log(p) by p, times p.
template <class T>
MMCV_HOST_DEVICE inline T softmax_focal_slope(T log_p, T miss, T gamma) {
  const T ratio = miss > 0 ? log_p / miss : T(-1);
  return focus(miss, gamma) * (gamma * std::exp(log_p) * ratio - 1);
}

// The loss of each entry (rows, classes); with `grad` (of the same shape) instead the gradient of the logits.
template <class T>
void sigmoid_focal_loss_cpu(const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out);

// The loss of each row (rows,); with `grad` (of the same shape) instead the gradient of the logits (rows, classes).
template <class T>
void softmax_focal_loss_cpu(const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out);

// The same on the given stream (a cudaStream_t) of the current device. They return nullptr, or what went wrong.
template <class T>
const char* sigmoid_focal_loss_cuda(
    const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out, void* stream);
template <class T>
const char* softmax_focal_loss_cuda(
    const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out, void* stream);

}  // namespace mmcv
