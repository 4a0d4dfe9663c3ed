#include "../pyramid_pool.h"

#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

#include <algorithm>
#include <vector>

#include "../parallel.h"
#include "../wide.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 15;  // pixels that a thread takes at least; below that, waking it costs more
constexpr int64_t kLanes = 64;       // channels that are worked on at a time where they lie side by side

// The bins, looked up once a call.
std::vector<Bin> all_bins(const Pyramid& p) {
  std::vector<Bin> bins;
  for (int b = 0; b < p.bins; ++b) bins.push_back(bin_at(p, b));
  return bins;
}

// cells (count) of one plane (H, W): the rows of a cell are added up first, a plain vector loop.
template <class T>
MMCV_INLINE void sum_plane(const Pyramid& p, const T* plane, Wide<T>* row, Wide<T>* cells) {
  for (int i = 0; i < p.y.count; ++i) {
    std::fill_n(row, p.width, Wide<T>(0));
    for (int64_t y = p.y.border[i]; y < p.y.border[i + 1]; ++y) {
      for (int64_t x = 0; x < p.width; ++x) row[x] += static_cast<Wide<T>>(plane[y * p.width + x]);
    }
    for (int j = 0; j < p.x.count; ++j) {
      Wide<T> sum = 0;
      for (int64_t x = p.x.border[j]; x < p.x.border[j + 1]; ++x) sum += row[x];
      cells[i * p.x.count + j] = sum;
    }
  }
}

// cells (count, kLanes) of `lanes` neighbouring channels of one image (H, W, C)
template <class T>
MMCV_INLINE void sum_channels(const Pyramid& p, const T* image, int64_t lanes, Wide<T>* cells) {
  std::fill_n(cells, p.cells() * kLanes, Wide<T>(0));
  for (int i = 0; i < p.y.count; ++i) {
    for (int64_t y = p.y.border[i]; y < p.y.border[i + 1]; ++y) {
      for (int j = 0; j < p.x.count; ++j) {
        Wide<T>* cell = cells + (i * p.x.count + j) * kLanes;
        for (int64_t x = p.x.border[j]; x < p.x.border[j + 1]; ++x) {
          const T* pixel = image + (y * p.width + x) * p.channels;
          for (int64_t c = 0; c < lanes; ++c) cell[c] += static_cast<Wide<T>>(pixel[c]);
        }
      }
    }
  }
}

// pooled[c * bins + b] for each of `lanes` channels, whose cells lie `stride` apart
template <class T>
MMCV_INLINE void average(
    const Pyramid& p, const std::vector<Bin>& bins, const Wide<T>* cells, int64_t lanes, int64_t stride, T* pooled) {
  for (int b = 0; b < p.bins; ++b) {
    const Bin& bin = bins[b];
    Wide<T> sum[kLanes] = {};
    for (int i = bin.top; i < bin.bottom; ++i) {
      for (int j = bin.left; j < bin.right; ++j) {
        const Wide<T>* cell = cells + (i * p.x.count + j) * stride;
        for (int64_t c = 0; c < lanes; ++c) sum[c] += cell[c];
      }
    }
    for (int64_t c = 0; c < lanes; ++c) pooled[c * p.bins + b] = static_cast<T>(sum[c] / static_cast<Wide<T>>(bin.area));
  }
}

// The transpose of `average`.
template <class T>
MMCV_INLINE void distribute(
    const Pyramid& p, const std::vector<Bin>& bins, const T* grad, int64_t lanes, int64_t stride, Wide<T>* cells) {
  std::fill_n(cells, p.cells() * stride, Wide<T>(0));
  for (int b = 0; b < p.bins; ++b) {
    const Bin& bin = bins[b];
    Wide<T> share[kLanes];
    for (int64_t c = 0; c < lanes; ++c) {
      share[c] = static_cast<Wide<T>>(grad[c * p.bins + b]) / static_cast<Wide<T>>(bin.area);
    }
    for (int i = bin.top; i < bin.bottom; ++i) {
      for (int j = bin.left; j < bin.right; ++j) {
        Wide<T>* cell = cells + (i * p.x.count + j) * stride;
        for (int64_t c = 0; c < lanes; ++c) cell[c] += share[c];
      }
    }
  }
}

// The transpose of `sum_plane`: the rows of a cell are alike.
template <class T>
MMCV_INLINE void fill_plane(const Pyramid& p, const Wide<T>* cells, T* plane) {
  for (int i = 0; i < p.y.count; ++i) {
    T* row = plane + p.y.border[i] * p.width;
    for (int j = 0; j < p.x.count; ++j) {
      std::fill(row + p.x.border[j], row + p.x.border[j + 1], static_cast<T>(cells[i * p.x.count + j]));
    }
    for (int64_t y = p.y.border[i] + 1; y < p.y.border[i + 1]; ++y) std::copy_n(row, p.width, plane + y * p.width);
  }
}

template <class T>
MMCV_INLINE void fill_channels(const Pyramid& p, const Wide<T>* cells, int64_t lanes, T* image) {
  for (int i = 0; i < p.y.count; ++i) {
    for (int64_t y = p.y.border[i]; y < p.y.border[i + 1]; ++y) {
      for (int j = 0; j < p.x.count; ++j) {
        const Wide<T>* cell = cells + (i * p.x.count + j) * kLanes;
        for (int64_t x = p.x.border[j]; x < p.x.border[j + 1]; ++x) {
          T* pixel = image + (y * p.width + x) * p.channels;
          for (int64_t c = 0; c < lanes; ++c) pixel[c] = static_cast<T>(cell[c]);
        }
      }
    }
  }
}

// Planes [first, last) of all N * C.
template <class T>
MMCV_INLINE void pool_planes(
    const Pyramid& p, const std::vector<Bin>& bins, const T* x, T* pooled, int64_t first, int64_t last) {
  std::vector<Wide<T>> row(p.width), cells(p.cells());
  for (int64_t plane = first; plane < last; ++plane) {
    sum_plane(p, x + plane * p.height * p.width, row.data(), cells.data());
    average(p, bins, cells.data(), 1, 1, pooled + plane * p.bins);
  }
}

template <class T>
MMCV_INLINE void spread_planes(
    const Pyramid& p, const std::vector<Bin>& bins, const T* grad, T* grad_x, int64_t first, int64_t last) {
  std::vector<Wide<T>> cells(p.cells());
  for (int64_t plane = first; plane < last; ++plane) {
    distribute(p, bins, grad + plane * p.bins, 1, 1, cells.data());
    fill_plane(p, cells.data(), grad_x + plane * p.height * p.width);
  }
}

// Groups [first, last) of kLanes channels, of N * groups(p).
int64_t groups(const Pyramid& p) { return (p.channels + kLanes - 1) / kLanes; }

template <class T>
MMCV_INLINE void pool_groups(
    const Pyramid& p, const std::vector<Bin>& bins, const T* x, T* pooled, int64_t first, int64_t last) {
  std::vector<Wide<T>> cells(p.cells() * kLanes);
  for (int64_t group = first; group < last; ++group) {
    const int64_t n = group / groups(p), c = group % groups(p) * kLanes, lanes = std::min(kLanes, p.channels - c);
    sum_channels(p, x + n * p.height * p.width * p.channels + c, lanes, cells.data());
    average(p, bins, cells.data(), lanes, kLanes, pooled + (n * p.channels + c) * p.bins);
  }
}

template <class T>
MMCV_INLINE void spread_groups(
    const Pyramid& p, const std::vector<Bin>& bins, const T* grad, T* grad_x, int64_t first, int64_t last) {
  std::vector<Wide<T>> cells(p.cells() * kLanes);
  for (int64_t group = first; group < last; ++group) {
    const int64_t n = group / groups(p), c = group % groups(p) * kLanes, lanes = std::min(kLanes, p.channels - c);
    distribute(p, bins, grad + (n * p.channels + c) * p.bins, lanes, kLanes, cells.data());
    fill_channels(p, cells.data(), lanes, grad_x + n * p.height * p.width * p.channels + c);
  }
}

#define MMCV_FOR(T)                                                                                                \
  MMCV_SIMD void pool(                                                                                             \
      const Pyramid& p, const std::vector<Bin>& bins, const T* x, T* pooled, int64_t first, int64_t last) {        \
    p.channels_last ? pool_groups(p, bins, x, pooled, first, last) : pool_planes(p, bins, x, pooled, first, last); \
  }                                                                                                                \
  MMCV_SIMD void spread(                                                                                           \
      const Pyramid& p, const std::vector<Bin>& bins, const T* grad, T* grad_x, int64_t first, int64_t last) {     \
    p.channels_last ? spread_groups(p, bins, grad, grad_x, first, last)                                            \
                    : spread_planes(p, bins, grad, grad_x, first, last);                                           \
  }
MMCV_FOR(float)
MMCV_FOR(double)
MMCV_FOR(torch::headeronly::Half)
MMCV_FOR(torch::headeronly::BFloat16)

// Planes, or groups of channels, in parallel.
template <class Body>
void parallel(const Pyramid& p, const Body& body) {
  const int64_t units = p.samples * (p.channels_last ? groups(p) : p.channels);
  const int64_t pixels = p.height * p.width * (p.channels_last ? kLanes : 1);
  parallel_for(units, kGrain / pixels + 1, body);
}

}  // namespace

template <class T>
void pyramid_pool_cpu(const Pyramid& p, const T* x, T* pooled) {
  const std::vector<Bin> bins = all_bins(p);
  parallel(p, [&](int64_t first, int64_t last) { pool(p, bins, x, pooled, first, last); });
}

template <class T>
void pyramid_pool_backward_cpu(const Pyramid& p, const T* grad, T* grad_x) {
  const std::vector<Bin> bins = all_bins(p);
  parallel(p, [&](int64_t first, int64_t last) { spread(p, bins, grad, grad_x, first, last); });
}

#define MMCV_INSTANTIATE(T)                                      \
  template void pyramid_pool_cpu(const Pyramid&, const T*, T*); \
  template void pyramid_pool_backward_cpu(const Pyramid&, const T*, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)
MMCV_INSTANTIATE(torch::headeronly::Half)
MMCV_INSTANTIATE(torch::headeronly::BFloat16)

}  // namespace mmcv
