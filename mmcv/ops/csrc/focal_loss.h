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

// With p = sigmoid(z): the loss -(1 - p)^gamma log(p), and its derivative by z. Exact in both tails.
template <class T>
struct FocalTerm {
  T loss, slope;

  MMCV_HOST_DEVICE FocalTerm(T z, T gamma) {
    const T tail = std::exp(-std::fabs(z));
    const T large = 1 / (1 + tail), small = tail * large;
    const T p = z > 0 ? large : small, miss = z > 0 ? small : large;
    const T minus_log_p = (z < 0 ? -z : T(0)) + std::log1p(tail);
    const T factor = focus(miss, gamma);
    loss = factor * minus_log_p;
    slope = -factor * (gamma * p * minus_log_p + miss);
  }
};

// The sigmoid focal loss of an entry, or, with `slope`, its derivative by the logit.
template <class T>
MMCV_HOST_DEVICE inline T sigmoid_focal(T logit, bool positive, T gamma, T alpha, bool slope) {
  const FocalTerm<T> term(positive ? logit : -logit, gamma);
  const T sign = slope && !positive ? T(-1) : T(1);
  return sign * (positive ? alpha : 1 - alpha) * (slope ? term.slope : term.loss);
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
