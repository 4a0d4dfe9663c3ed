#include "../upsample_argmax.h"

#include <cmath>

#include "../parallel.h"
#include "best.h"
#include "bilinear.h"
#include "exp.h"

namespace mmcv {
namespace {

// An output row takes about as long as this many elements of a trivial loop; see `parallel_for`.
constexpr int64_t kGrain = 1 << 14;

// The highest value of each column of one row of a block, and its class.
template <class T>
MMCV_INLINE void find_best_of_row(const Band<T>& band, T weight, int64_t classes, T* best, int32_t* index) {
  const T *tops = band.top.data(), *bottoms = band.bottom.data();
  find_best(classes, [=](int64_t k, int64_t x, auto& z) __attribute__((always_inline)) {
    std::remove_reference_t<decltype(z)> top, bottom;
    load(tops + k * kStride + x, top);
    load(bottoms + k * kStride + x, bottom);
    z = (1 - weight) * top + weight * bottom;
  }, best, index);
}

// probability of the best class = 1 / sum_k exp(z_k - z_best)
template <class T>
MMCV_INLINE void find_probability(const Band<T>& band, T weight, int64_t classes, const T* best, T* probability) {
  T sum[kBlock] = {};
  for (int64_t k = 0; k < classes; ++k) {
    const T *top = &band.top[k * kStride], *bottom = &band.bottom[k * kStride];
    for (int64_t x = 0; x < kBlock; ++x) sum[x] += fast_exp(between(top[x], bottom[x], weight) - best[x]);
  }
  for (int64_t x = 0; x < kBlock; ++x) probability[x] = 1 / sum[x];
}

// Output rows [first, last) of all N * H.
template <class T>
MMCV_INLINE void rows(
    const T* logits, bool channels_last, const Upsampling& size, const std::vector<Tap<T>>& taps,
    const Columns<T>& columns, int64_t first, int64_t last, int64_t* label, T* probability) {
  const int64_t image = size.classes * size.y.in * size.x.in;
  T best[kBlock], chance[kBlock];
  int32_t index[kBlock];
  for (const Strip& strip : columns.strips) {
    Band<T> band(size.classes, columns, channels_last);
    for (int64_t row = first; row < last; ++row) {
      const Tap<T>& at = taps[row % size.y.out];
      band.move(at, logits + row / size.y.out * image, size, strip, columns);
      find_best_of_row(band, at.weight, size.classes, best, index);
      const int64_t out = row * size.x.out + strip.origin;
      for (int64_t x = 0; x < strip.width; ++x) label[out + x] = index[x];
      if (probability == nullptr) continue;
      find_probability(band, at.weight, size.classes, best, chance);
      std::copy_n(chance, strip.width, probability + out);
    }
  }
}

MMCV_SIMD void run(
    const float* logits, bool channels_last, const Upsampling& size, const std::vector<Tap<float>>& taps,
    const Columns<float>& columns, int64_t first, int64_t last, int64_t* label, float* probability) {
  rows(logits, channels_last, size, taps, columns, first, last, label, probability);
}

MMCV_SIMD void run(
    const double* logits, bool channels_last, const Upsampling& size, const std::vector<Tap<double>>& taps,
    const Columns<double>& columns, int64_t first, int64_t last, int64_t* label, double* probability) {
  rows(logits, channels_last, size, taps, columns, first, last, label, probability);
}

}  // namespace

template <class T>
void upsample_argmax_cpu(
    const T* logits, bool channels_last, const Upsampling& size, int64_t* label, T* probability) {
  const Columns<T> columns(size.x);
  const std::vector<Tap<T>> taps = all_taps<T>(size.y);
  const int64_t grain = kGrain / (size.x.out * size.classes) + 1;
  parallel_for(size.samples * size.y.out, grain, [&](int64_t first, int64_t last) {
    run(logits, channels_last, size, taps, columns, first, last, label, probability);
  });
}

template void upsample_argmax_cpu(const float*, bool, const Upsampling&, int64_t*, float*);
template void upsample_argmax_cpu(const double*, bool, const Upsampling&, int64_t*, double*);

}  // namespace mmcv
