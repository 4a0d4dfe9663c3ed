#include "../upsample_argmax.h"

#include <cmath>

#include "../parallel.h"
#include "bilinear.h"
#include "exp.h"

namespace mmcv {
namespace {

// An output row takes about as long as this many elements of a trivial loop; see `parallel_for`.
constexpr int64_t kGrain = 1 << 14;

// Running maximum over the classes for one row of a block: `best` and the class that has it first. NaN, which also comes
// of infinity and a weight of 0, wins never: not even in class 0, so that any class may be masked with -inf.
template <class T>
MMCV_INLINE void find_best(const Band<T>& band, T weight, int64_t classes, T* best, int32_t* index) {
  for (int64_t x = 0; x < kBlock; ++x) {
    const T z = between(band.top[x], band.bottom[x], weight);
    best[x] = z > -INFINITY ? z : -INFINITY;
    index[x] = 0;
  }
  for (int64_t k = 1; k < classes; ++k) {
    const T *top = &band.top[k * kStride], *bottom = &band.bottom[k * kStride];
    for (int64_t x = 0; x < kBlock; ++x) {
      const T z = between(top[x], bottom[x], weight);
      const bool better = z > best[x];
      index[x] = better ? static_cast<int32_t>(k) : index[x];
      best[x] = better ? z : best[x];
    }
  }
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
    const T* logits, const Upsampling& size, const std::vector<Tap<T>>& taps, const Columns<T>& columns, int64_t first,
    int64_t last, int64_t* label, T* probability) {
  const int64_t image = size.classes * size.y.in * size.x.in;
  T best[kBlock], chance[kBlock];
  int32_t index[kBlock];
  for (const auto& runs : columns.blocks) {
    const int64_t origin = runs.front().first, width = runs.back().last - origin;
    Band<T> band(size.classes);
    for (int64_t row = first; row < last; ++row) {
      const Tap<T>& at = taps[row % size.y.out];
      band.move(at, logits + row / size.y.out * image, size, runs, columns.weight.data());
      find_best(band, at.weight, size.classes, best, index);
      const int64_t out = row * size.x.out + origin;
      for (int64_t x = 0; x < width; ++x) label[out + x] = index[x];
      if (probability == nullptr) continue;
      find_probability(band, at.weight, size.classes, best, chance);
      std::copy_n(chance, width, probability + out);
    }
  }
}

MMCV_SIMD void run(
    const float* logits, const Upsampling& size, const std::vector<Tap<float>>& taps, const Columns<float>& columns,
    int64_t first, int64_t last, int64_t* label, float* probability) {
  rows(logits, size, taps, columns, first, last, label, probability);
}

MMCV_SIMD void run(
    const double* logits, const Upsampling& size, const std::vector<Tap<double>>& taps, const Columns<double>& columns,
    int64_t first, int64_t last, int64_t* label, double* probability) {
  rows(logits, size, taps, columns, first, last, label, probability);
}

}  // namespace

template <class T>
void upsample_argmax_cpu(const T* logits, const Upsampling& size, int64_t* label, T* probability) {
  const Columns<T> columns(size.x);
  const std::vector<Tap<T>> taps = all_taps<T>(size.y);
  const int64_t grain = kGrain / (size.x.out * size.classes) + 1;
  parallel_for(size.samples * size.y.out, grain, [&](int64_t first, int64_t last) {
    run(logits, size, taps, columns, first, last, label, probability);
  });
}

template void upsample_argmax_cpu(const float*, const Upsampling&, int64_t*, float*);
template void upsample_argmax_cpu(const double*, const Upsampling&, int64_t*, double*);

}  // namespace mmcv
