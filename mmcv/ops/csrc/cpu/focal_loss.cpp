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

// So many running maxima and sums at a time: one alone would wait for itself at every step.
constexpr int32_t kLanes = 16;

template <class T>
MMCV_INLINE T maximum(const T* x, int64_t size) {
  T top = x[0], tops[kLanes];
  std::fill_n(tops, kLanes, top);
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (int64_t j = 0; j < kLanes; ++j) tops[j] = x[i + j] > tops[j] ? x[i + j] : tops[j];
  }
  for (; i < size; ++i) top = x[i] > top ? x[i] : top;
  for (int64_t j = 0; j < kLanes; ++j) top = tops[j] > top ? tops[j] : top;
  return top;
}

// The sum of exp(x - top) over all but one.
template <class T>
MMCV_INLINE T sum_of_others(const T* x, int64_t size, int64_t one, T top) {
  T sums[kLanes] = {}, sum = 0;
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const int32_t hole = one >= i && one < i + kLanes ? static_cast<int32_t>(one - i) : -1;
    for (int32_t j = 0; j < kLanes; ++j) {
      const T term = fast_exp(x[i + j] - top);
      sums[j] += j == hole ? T(0) : term;
    }
  }
  for (; i < size; ++i) sum += i == one ? T(0) : fast_exp(x[i] - top);
  for (int64_t j = 0; j < kLanes; ++j) sum += sums[j];
  return sum;
}

template <bool slope, class T>
MMCV_INLINE void softmax_row(const T* logits, int64_t label, const T* grad, const FocalLoss& loss, T* out) {
  const T gamma = static_cast<T>(loss.gamma), alpha = static_cast<T>(loss.alpha);
  const T top = maximum(logits, loss.classes), own = logits[label] - top;
  const T others = sum_of_others(logits, loss.classes, label, top), total = others + std::exp(own);
  const T log_p = own - std::log(total), miss = others / total;
  if (slope) {
    const T factor = *grad * alpha * softmax_focal_slope(log_p, miss, gamma), share = -factor / total;
    for (int64_t c = 0; c < loss.classes; ++c) out[c] = share * fast_exp(logits[c] - top);
    out[label] = factor * miss;
  } else {
    *out = -alpha * focus(miss, gamma) * log_p;
  }
}

// The rows' losses, or their gradients (rows, classes).
template <bool slope, class T>
MMCV_INLINE void softmax_rows(
    const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, int64_t rows, T* out) {
  const int64_t width = slope ? loss.classes : 1;
  for (int64_t row = 0; row < rows; ++row, out += width) {
    if (target[row] >= 0 && target[row] < loss.classes) {
      softmax_row<slope>(logits + row * loss.classes, target[row], slope ? grad + row : nullptr, loss, out);
    } else {
      std::fill_n(out, width, T(0));
    }
  }
}

template <bool slope, class T>
MMCV_INLINE void sigmoid_rows(
    const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, int64_t rows, T* out) {
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t at = row * loss.classes;
    sigmoid_row<slope>(logits + at, target[row], slope ? grad + at : nullptr, loss, out + at);
  }
}

#define MMCV_COMPILE(rows_of, T)                                                                          \
  MMCV_SIMD void compiled_##rows_of(                                                                      \
      const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, int64_t rows, T* out) { \
    if (grad == nullptr) {                                                                                \
      rows_of<false>(logits, target, grad, loss, rows, out);                                              \
    } else {                                                                                              \
      rows_of<true>(logits, target, grad, loss, rows, out);                                               \
    }                                                                                                     \
  }
MMCV_COMPILE(sigmoid_rows, float)
MMCV_COMPILE(sigmoid_rows, double)
MMCV_COMPILE(softmax_rows, float)
MMCV_COMPILE(softmax_rows, double)

}  // namespace

template <class T>
void sigmoid_focal_loss_cpu(const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out) {
  parallel_for(loss.rows, row_grain(loss), [&](int64_t first, int64_t last) {
    const int64_t at = first * loss.classes;
    compiled_sigmoid_rows(logits + at, target + first, grad ? grad + at : nullptr, loss, last - first, out + at);
  });
}

template <class T>
void softmax_focal_loss_cpu(const T* logits, const int64_t* target, const T* grad, const FocalLoss& loss, T* out) {
  const int64_t width = grad ? loss.classes : 1;
  parallel_for(loss.rows, row_grain(loss), [&](int64_t first, int64_t last) {
    compiled_softmax_rows(
        logits + first * loss.classes, target + first, grad ? grad + first : nullptr, loss, last - first,
        out + first * width);
  });
}

#define MMCV_INSTANTIATE(T)                                                                           \
  template void sigmoid_focal_loss_cpu(const T*, const int64_t*, const T*, const FocalLoss&, T*); \
  template void softmax_focal_loss_cpu(const T*, const int64_t*, const T*, const FocalLoss&, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
