#include "../prelu_backward.h"

#include "../parallel.h"
#include "../simd.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 15;  // values that a thread takes at least
constexpr int64_t kLanes = 64;       // sums side by side, which share vector registers

// Nothing is multiplied on a condition: the compiler would go number by number.
template <class T>
MMCV_INLINE void lane(const T* grad, const T* x, T weight, int64_t i, T* by_x, T* sum) {
  const T value = x[i], slope = value > 0 ? T(1) : weight, below = value > 0 ? T(0) : value;
  by_x[i] = grad[i] * slope;
  *sum += grad[i] * below;
}

// A channel of one sample; returns its share of the weight's gradient.
template <class T>
MMCV_INLINE T one_plane(const T* grad, const T* x, T weight, int64_t length, T* by_x) {
  T sums[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= length; i += kLanes) {
#pragma GCC ivdep
    for (int64_t j = 0; j < kLanes; ++j) lane(grad, x, weight, i + j, by_x, sums + j);
  }
  for (int64_t j = 0; i + j < length; ++j) lane(grad, x, weight, i + j, by_x, sums + j);
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (int64_t j = 0; j < half; ++j) sums[j] += sums[j + half];
  }
  return sums[0];
}

#define MMCV_FOR(T)                                                                          \
  MMCV_SIMD T plane(const T* grad, const T* x, T weight, int64_t length, T* by_x) {          \
    return one_plane(grad, x, weight, length, by_x);                                         \
  }
MMCV_FOR(float)
MMCV_FOR(double)

}  // namespace

template <class T>
void prelu_backward_cpu(
    int64_t samples, int64_t channels, int64_t length, const T* grad, const T* x, const T* weight, T* by_x,
    T* by_weight) {
  parallel_for(channels, kGrain / (samples * length + 1) + 1, [&](int64_t first, int64_t last) {
    for (int64_t channel = first; channel < last; ++channel) {
      double sum = 0;
      for (int64_t sample = 0; sample < samples; ++sample) {
        const int64_t at = (sample * channels + channel) * length;
        sum += plane(grad + at, x + at, weight[channel], length, by_x + at);
      }
      by_weight[channel] = static_cast<T>(sum);
    }
  });
}

#define MMCV_INSTANTIATE(T)                                                                                      \
  template void prelu_backward_cpu(int64_t, int64_t, int64_t, const T*, const T*, const T*, T*, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
