#include "../sync_bn_stats.h"

#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

#include <vector>

#include "../parallel.h"
#include "../simd.h"

namespace mmcv {
namespace {

using torch::headeronly::BFloat16;
using torch::headeronly::Half;

constexpr int64_t kLanes = 64;  // sums side by side, which share vector registers

// sum of f(x[i])
template <class T, class F>
MMCV_INLINE Wide<T> sum(const T* x, int64_t size, const F& f) {
  Wide<T> lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (int64_t j = 0; j < kLanes; ++j) lanes[j] += f(static_cast<Wide<T>>(x[i + j]));
  }
  for (int64_t j = 0; i + j < size; ++j) lanes[j] += f(static_cast<Wide<T>>(x[i + j]));
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (int64_t j = 0; j < half; ++j) lanes[j] += lanes[j + half];
  }
  return lanes[0];
}

// One channel: `size` values side by side.
template <class T>
MMCV_INLINE void one_channel(const T* x, int64_t size, Wide<T>* mean, Wide<T>* squares) {
  const Wide<T> center = sum(x, size, [](Wide<T> value) { return value; }) / static_cast<Wide<T>>(size);
  *mean = center;
  *squares = sum(x, size, [center](Wide<T> value) { return (value - center) * (value - center); });
}

// All channels, side by side at each of `size` positions.
template <class T>
MMCV_INLINE void all_channels(const T* x, int64_t size, int64_t channels, Wide<T>* mean, Wide<T>* squares) {
  for (int64_t c = 0; c < channels; ++c) mean[c] = squares[c] = 0;
  for (int64_t i = 0; i < size; ++i) {
    for (int64_t c = 0; c < channels; ++c) mean[c] += static_cast<Wide<T>>(x[i * channels + c]);
  }
  for (int64_t c = 0; c < channels; ++c) mean[c] /= static_cast<Wide<T>>(size);
  for (int64_t i = 0; i < size; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      const Wide<T> distance = static_cast<Wide<T>>(x[i * channels + c]) - mean[c];
      squares[c] += distance * distance;
    }
  }
}

#define MMCV_DEFINE(T)                                                                                                 \
  MMCV_SIMD void part(const T* x, int64_t size, Wide<T>* mean, Wide<T>* squares) {                                     \
    one_channel(x, size, mean, squares);                                                                               \
  }                                                                                                                    \
  MMCV_SIMD void part(const T* x, int64_t size, int64_t channels, Wide<T>* mean, Wide<T>* squares) {                   \
    all_channels(x, size, channels, mean, squares);                                                                    \
  }
MMCV_DEFINE(float)
MMCV_DEFINE(double)
MMCV_DEFINE(Half)
MMCV_DEFINE(BFloat16)

template <class T>
void join(const Parts& parts, const T* partial, T* stats) {
  const int64_t channels = parts.channels;
  std::vector<double> mean(channels), squares(channels);
  for (int64_t p = 0; p < parts.count(); ++p) {
    const double weight = static_cast<double>(parts.size(p)) / static_cast<double>(parts.values());
    for (int64_t c = 0; c < channels; ++c) mean[c] += weight * partial[2 * p * channels + c];
  }
  for (int64_t p = 0; p < parts.count(); ++p) {
    const T* part_mean = partial + 2 * p * channels;
    for (int64_t c = 0; c < channels; ++c) {
      const double distance = part_mean[c] - mean[c];
      squares[c] += part_mean[channels + c] + parts.size(p) * distance * distance;
    }
  }
  for (int64_t c = 0; c < channels; ++c) {
    stats[c] = static_cast<T>(mean[c]);
    stats[channels + c] = static_cast<T>(squares[c]);
  }
}

}  // namespace

template <class T>
void sync_bn_stats_cpu(const T* x, const Parts& parts, Wide<T>* partial, Wide<T>* stats) {
  const int64_t channels = parts.channels;
  if (parts.channels_last) {
    parallel_for(parts.count(), 2, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        Wide<T>* mean = partial + 2 * p * channels;
        part(x + parts.first(p) * channels, parts.size(p), channels, mean, mean + channels);
      }
    });
  } else {
    const int64_t grain = 2 * Parts::kValues / (parts.length < Parts::kValues ? parts.length : Parts::kValues);
    parallel_for(parts.count() * channels, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t p = i / channels, c = i % channels;
        Wide<T>* mean = partial + 2 * p * channels + c;
        part(x + (parts.line(p) * channels + c) * parts.length + parts.first(p), parts.size(p), mean, mean + channels);
      }
    });
  }
  join(parts, partial, stats);
}

template void sync_bn_stats_cpu(const float*, const Parts&, float*, float*);
template void sync_bn_stats_cpu(const double*, const Parts&, double*, double*);
template void sync_bn_stats_cpu(const Half*, const Parts&, float*, float*);
template void sync_bn_stats_cpu(const BFloat16*, const Parts&, float*, float*);

}  // namespace mmcv
