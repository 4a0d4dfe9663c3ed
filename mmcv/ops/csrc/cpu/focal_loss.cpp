#include "../focal_loss.h"

#include <algorithm>

#include "../parallel.h"
#include "../simd.h"
#include "exp.h"

namespace mmcv {
namespace {

// Entries that a thread takes at least, a few nanoseconds each.
constexpr int64_t kGrain = 1 << 13;

int64_t row_grain(const FocalLoss& loss) { return std::max<int64_t>(kGrain / std::max<int64_t>(loss.classes, 1), 1); }

MMCV_INLINE Tail<double> fast_tail(double x) { return Tail<double>(x); }

// log(1 + e) = 2 artanh(e / (2 + e)), a series that ends soon: its argument is at most 1/3.
MMCV_INLINE Tail<float> fast_tail(float x) {
  const float e = fast_exp(x > 0 ? -x : x), s = e / (2 + e), s2 = s * s;
  float series = s2 * (1.0f / 15) + 1.0f / 13;
  series = series * s2 + 1.0f / 11;
  series = series * s2 + 1.0f / 9;
  series = series * s2 + 1.0f / 7;
  series = series * s2 + 1.0f / 5;
  series = series * s2 + 1.0f / 3;
  series = series * s2 + 1.0f;
  return {e, 2 * s * series};
}

// All entries of a row as if they were negative.
template <bool slope, class T>
MMCV_INLINE void negatives(const T* logits, const T* grad, int64_t classes, T gamma, T alpha, T* out) {
  for (int64_t c = 0; c < classes; ++c) {
    const T value = sigmoid_focal<slope>(logits[c], fast_tail(logits[c]), false, gamma, alpha);
    out[c] = slope ? grad[c] * value : value;
  }
}

template <bool slope, class T>
MMCV_INLINE void sigmoid_row(const T* logits, int64_t label, const T* grad, const FocalLoss& loss, T* out) {
  const T gamma = static_cast<T>(loss.gamma), alpha = static_cast<T>(loss.alpha);
  if (gamma == 2) {
    negatives<slope>(logits, grad, loss.classes, T(2), alpha, out);  // a constant, without pow: a vector loop
  } else {
    negatives<slope>(logits, grad, loss.classes, gamma, alpha, out);
  }
  if (label >= 0 && label < loss.classes) {
    const T value = sigmoid_focal<slope>(logits[label], fast_tail(logits[label]), true, gamma, alpha);
    out[label] = slope ? grad[label] * value : value;
  }
}

#define MMCV_COMPILE(T)                                                                                          \
  MMCV_SIMD void compiled_rows(                                                                                  \
      const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, int64_t rows, T* out) {      \
    for (int64_t row = 0; row < rows; ++row) {                                                                   \
      const int64_t at = row * loss.classes;                                                                     \
      if (grad == nullptr) {                                                                                     \
        sigmoid_row<false>(logits + at, target[row], grad, loss, out + at);                                      \
      } else {                                                                                                   \
        sigmoid_row<true>(logits + at, target[row], grad + at, loss, out + at);                                  \
      }                                                                                                          \
    }                                                                                                            \
  }
MMCV_COMPILE(float)
MMCV_COMPILE(double)

template <class T>
void softmax_row(const T* logits, int64_t label, const T* grad, const FocalLoss& loss, T* out) {
  const T gamma = static_cast<T>(loss.gamma), alpha = static_cast<T>(loss.alpha);
  const T top = *std::max_element(logits, logits + loss.classes);
  T others = 0;
  for (int64_t c = 0; c < loss.classes; ++c) others += c == label ? T(0) : std::exp(logits[c] - top);
  const T total = others + std::exp(logits[label] - top);
  const T log_p = logits[label] - top - std::log(total), miss = others / total;
  if (grad == nullptr) {
    *out = -alpha * focus(miss, gamma) * log_p;
    return;
  }
  const T slope = *grad * alpha * softmax_focal_slope(log_p, miss, gamma);
  for (int64_t c = 0; c < loss.classes; ++c) out[c] = -slope * std::exp(logits[c] - top) / total;
  out[label] = slope * miss;
}

}  // namespace

template <class T>
void sigmoid_focal_loss_cpu(const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out) {
  parallel_for(loss.rows, row_grain(loss), [&](int64_t first, int64_t last) {
    const int64_t at = first * loss.classes;
    compiled_rows(
        logits + at, target + first, grad == nullptr ? nullptr : grad + at, loss, last - first, out + at);
  });
}

template <class T>
void softmax_focal_loss_cpu(const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out) {
  const int64_t width = grad == nullptr ? 1 : loss.classes;
  parallel_for(loss.rows, row_grain(loss), [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      if (target[row] < 0 || target[row] >= loss.classes) {
        std::fill_n(out + row * width, width, T(0));
      } else {
        softmax_row(logits + row * loss.classes, target[row], grad ? grad + row : nullptr, loss, out + row * width);
      }
    }
  });
}

#define MMCV_INSTANTIATE(T)                                                                           \
  template void sigmoid_focal_loss_cpu(const T*, const int64_t*, const T*, const FocalLoss&, T*); \
  template void softmax_focal_loss_cpu(const T*, const int64_t*, const T*, const FocalLoss&, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
