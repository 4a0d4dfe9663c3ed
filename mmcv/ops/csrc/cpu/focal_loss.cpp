#include "../focal_loss.h"

#include <algorithm>

#include "../parallel.h"

namespace mmcv {
namespace {

// Entries that a thread takes at least, some tens of nanoseconds each.
constexpr int64_t kGrain = 1 << 11;

int64_t row_grain(const FocalLoss& loss) { return std::max<int64_t>(kGrain / std::max<int64_t>(loss.classes, 1), 1); }

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
  const T gamma = static_cast<T>(loss.gamma), alpha = static_cast<T>(loss.alpha);
  parallel_for(loss.rows, row_grain(loss), [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      for (int64_t c = 0; c < loss.classes; ++c) {
        const int64_t i = row * loss.classes + c;
        const T value = sigmoid_focal(logits[i], target[row] == c, gamma, alpha, grad != nullptr);
        out[i] = grad == nullptr ? value : grad[i] * value;
      }
    }
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
