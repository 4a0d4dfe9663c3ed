#include "../criss_cross_attention.h"

#include <algorithm>
#include <cstring>

#include "../parallel.h"

namespace mmcv {
namespace {

// What is kept in registers: a vector of neighbouring pixels for each of kRows results. All sums run in the order of
// their terms, so that neither the blocks nor the threads make a difference.
constexpr int64_t kRows = 8;

template <class T>
struct Pixels {
  typedef T Vector __attribute__((vector_size(64)));
  static constexpr int64_t kCount = 64 / sizeof(T);
};

template <class T>
using Sums = typename Pixels<T>::Vector[kRows];

// A sequence of terms in memory, `step` apart.
template <class T>
struct Terms {
  const T* first;
  int64_t step;
};

// sums[r] += sum over t < count of a[t] * b[r][t], for `pixels` neighbouring pixels of a, and of b unless `shared`.
template <bool shared, class T>
MMCV_INLINE void accumulate(
    int64_t count, const Terms<T>& a, const Terms<T> (&b)[kRows], int64_t pixels, Sums<T>& sums) {
  for (int64_t t = 0; t < count; ++t) {
    typename Pixels<T>::Vector x{}, y{};
    std::memcpy(&x, a.first + t * a.step, pixels * sizeof(T));
    for (int64_t r = 0; r < kRows; ++r) {
      const T* factor = b[r].first + t * b[r].step;
      if (shared) {
        sums[r] += x * *factor;
      } else {
        std::memcpy(&y, factor, pixels * sizeof(T));
        sums[r] += x * y;
      }
    }
  }
}

// Rows beyond the `rows` results that there are repeat the last one, and are not stored.
template <class T>
MMCV_INLINE void store(const Sums<T>& sums, int64_t rows, int64_t pixels, int64_t step, T* out) {
  for (int64_t r = 0; r < rows; ++r) std::memcpy(out + r * step, &sums[r], pixels * sizeof(T));
}

// The weights of `pixels` pixels from (y, x) on.
template <class T>
MMCV_INLINE void weight_block(
    const T* query, const T* key, const Cross& cross, int64_t y, int64_t x, int64_t pixels, T* weight) {
  const int64_t area = cross.area(), at = y * cross.width + x;
  const Terms<T> own{query + at, area};
  for (int64_t i = 0; i < cross.width; i += kRows) {
    Terms<T> others[kRows];
    for (int64_t r = 0; r < kRows; ++r) others[r] = {key + y * cross.width + std::min(i + r, cross.width - 1), area};
    Sums<T> sums{};
    accumulate<true>(cross.channels, own, others, pixels, sums);
    store(sums, std::min(kRows, cross.width - i), pixels, area, weight + i * area + at);
  }
  for (int64_t i = cross.width; i < cross.reach(); i += kRows) {
    Terms<T> others[kRows];
    for (int64_t r = 0; r < kRows; ++r) {
      others[r] = {key + cross.row_of(std::min(i + r, cross.reach() - 1), y) * cross.width + x, area};
    }
    Sums<T> sums{};
    accumulate<false>(cross.channels, own, others, pixels, sums);
    store(sums, std::min(kRows, cross.reach() - i), pixels, area, weight + i * area + at);
  }
}

// The results of `pixels` pixels from (y, x) on, in at most kRows channels.
template <class T>
MMCV_INLINE void map_block(
    const T* weight, const T* value, const Cross& cross, int64_t channels, int64_t y, int64_t x, int64_t pixels,
    T* out) {
  const int64_t area = cross.area(), width = cross.width, at = y * width + x;
  const T* column = weight + width * area + at;
  Terms<T> row[kRows], above[kRows], below[kRows];
  for (int64_t r = 0; r < kRows; ++r) {
    const T* plane = value + std::min(r, channels - 1) * area;
    row[r] = {plane + y * width, 1};
    above[r] = {plane + x, width};
    below[r] = {plane + (y + 1) * width + x, width};
  }
  Sums<T> sums{};
  accumulate<true>(width, {weight + at, area}, row, pixels, sums);
  accumulate<false>(y, {column, area}, above, pixels, sums);
  accumulate<false>(cross.height - 1 - y, {column + y * area, area}, below, pixels, sums);
  store(sums, channels, pixels, area, out + at);
}

// Full vectors, of which the last may overlap the one before; or, in narrow maps, a short one.
template <class T>
MMCV_INLINE void weight_row(const T* query, const T* key, const Cross& cross, int64_t y, T* weight) {
  constexpr int64_t full = Pixels<T>::kCount;
  if (cross.width < full) return weight_block(query, key, cross, y, int64_t{0}, cross.width, weight);
  for (int64_t x = 0; x < cross.width; x += full) {
    weight_block(query, key, cross, y, std::min(x, cross.width - full), full, weight);
  }
}

// At most kRows channels: few enough that their values stay in a cache while all rows pass by.
template <class T>
MMCV_INLINE void map_planes(const T* weight, const T* value, const Cross& cross, int64_t channels, T* out) {
  constexpr int64_t full = Pixels<T>::kCount;
  for (int64_t y = 0; y < cross.height; ++y) {
    if (cross.width < full) map_block(weight, value, cross, channels, y, int64_t{0}, cross.width, out);
    for (int64_t x = 0; x < cross.width && cross.width >= full; x += full) {
      map_block(weight, value, cross, channels, y, std::min(x, cross.width - full), full, out);
    }
  }
}

#define MMCV_COMPILE(T)                                                                                          \
  MMCV_SIMD void compiled_weight_row(const T* query, const T* key, const Cross& cross, int64_t y, T* weight) {   \
    weight_row(query, key, cross, y, weight);                                                                    \
  }                                                                                                              \
  MMCV_SIMD void compiled_map_planes(                                                                            \
      const T* weight, const T* value, const Cross& cross, int64_t channels, T* out) {                           \
    map_planes(weight, value, cross, channels, out);                                                             \
  }
MMCV_COMPILE(float)
MMCV_COMPILE(double)

}  // namespace

template <class T>
void ca_weight_cpu(const T* query, const T* key, const Cross& cross, T* weight) {
  parallel_for(cross.samples * cross.height, 1, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const int64_t sample = row / cross.height, maps = sample * cross.channels * cross.area();
      T* out = weight + sample * cross.reach() * cross.area();
      compiled_weight_row(query + maps, key + maps, cross, row % cross.height, out);
    }
  });
}

template <class T>
void ca_map_cpu(const T* weight, const T* value, const Cross& cross, T* out) {
  const int64_t groups = (cross.channels + kRows - 1) / kRows;
  parallel_for(cross.samples * groups, 1, [&](int64_t first, int64_t last) {
    for (int64_t group = first; group < last; ++group) {
      const int64_t sample = group / groups, channel = group % groups * kRows;
      const int64_t planes = (sample * cross.channels + channel) * cross.area();
      const T* own = weight + sample * cross.reach() * cross.area();
      compiled_map_planes(own, value + planes, cross, std::min(kRows, cross.channels - channel), out + planes);
    }
  });
}

#define MMCV_INSTANTIATE(T)                                              \
  template void ca_weight_cpu(const T*, const T*, const Cross&, T*); \
  template void ca_map_cpu(const T*, const T*, const Cross&, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
