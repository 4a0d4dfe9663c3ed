#include "../carafe.h"

#include <algorithm>
#include <vector>

#include "../parallel.h"
#include "blocks.h"

namespace mmcv {
namespace {

constexpr int64_t kChannels = 8;  // whose gradients are found together, while the masks of a row stay in a cache

// The rows around a row of the map, with zeros around them, each number `scale` times: tap j of output x is at x + j *
// scale, whatever x.
template <class T>
struct Rows {
  const Carafe& size;
  int64_t width;
  std::vector<T> numbers;

  explicit Rows(const Carafe& carafe)
      : size(carafe), width((carafe.width + 2 * carafe.half()) * carafe.scale), numbers(carafe.kernel * width) {}

  MMCV_INLINE T* row(int64_t i) { return numbers.data() + i * width; }

  template <int64_t scale>
  MMCV_INLINE void repeat(const T* source, T* out) const {
    for (int64_t x = 0; x < size.width; ++x) {
      for (int64_t u = 0; u < scale; ++u) out[x * scale + u] = source[x];
    }
  }

  // Those around row y of a plane.
  MMCV_INLINE void take(const T* plane, int64_t y) {
    for (int64_t i = 0; i < size.kernel; ++i) {
      const int64_t from = y + i - size.half();
      T* out = row(i) + size.half() * size.scale;
      if (from < 0 || from >= size.height) {
        std::fill_n(out, size.out_width(), T(0));
      } else if (size.scale == 2) {
        repeat<2>(plane + from * size.width, out);
      } else if (size.scale == 4) {
        repeat<4>(plane + from * size.width, out);
      } else {
        for (int64_t x = 0; x < size.out_width(); ++x) out[x] = plane[from * size.width + x / size.scale];
      }
    }
  }
};

// A row of masks, tap after tap: where they are in memory, a power of two apart, they would push each other out of a
// cache.
template <class T>
MMCV_INLINE void gather_masks(const Carafe& size, const T* mask, int64_t v, T* row) {
  for (int64_t tap = 0; tap < size.taps(); ++tap) {
    std::copy_n(mask + tap * size.out_area() + v * size.out_width(), size.out_width(), row + tap * size.out_width());
  }
}

// One row of results, of one channel: `rows` are those around its pixel's, `mask` the row's masks.
template <class T>
MMCV_INLINE void reassemble(const Carafe& size, Rows<T>& rows, const T* mask, T* out) {
  over_blocks<T>(size.out_width(), [&](auto block, int64_t x) __attribute__((always_inline)) {
    using V = typename decltype(block)::Vector;
    constexpr int count = decltype(block)::count, width = sizeof(V) / sizeof(T);
    V sums[count] = {};
    for (int64_t i = 0; i < size.kernel; ++i) {
      for (int64_t j = 0; j < size.kernel; ++j) {
        const T* number = rows.row(i) + x + j * size.scale;
        const T* weight = mask + (i * size.kernel + j) * size.out_width() + x;
        for (int v = 0; v < count; ++v) {
          V a, b;
          load(number + v * width, a);
          load(weight + v * width, b);
          sums[v] += a * b;
        }
      }
    }
    for (int v = 0; v < count; ++v) store(sums[v], out + x + v * width);
  });
}

// to[x] += a[x] * b[x]
template <class T>
MMCV_INLINE void add_products(int64_t size, const T* a, const T* b, T* to) {
  over_blocks<T>(size, [&](auto block, int64_t x) __attribute__((always_inline)) {
    using V = typename decltype(block)::Vector;
    constexpr int count = decltype(block)::count, width = sizeof(V) / sizeof(T);
    for (int v = 0; v < count; ++v) {
      V left, right, sum;
      load(a + x + v * width, left);
      load(b + x + v * width, right);
      load(to + x + v * width, sum);
      sum += left * right;
      store(sum, to + x + v * width);
    }
  });
}

// The results of row y of the map, in all channels of a group. `map`, `mask` and `out` are those of the group.
template <class T>
MMCV_INLINE void forward_row(const Carafe& size, const T* map, const T* mask, int64_t y, T* out) {
  Rows<T> rows(size);
  const int64_t step = size.taps() * size.out_width();
  std::vector<T> masks(size.scale * step);
  for (int64_t v = 0; v < size.scale; ++v) gather_masks(size, mask, y * size.scale + v, masks.data() + v * step);
  for (int64_t c = 0; c < size.channels_of_group(); ++c) {
    rows.take(map + c * size.area(), y);
    for (int64_t v = 0; v < size.scale; ++v) {
      T* row = out + c * size.out_area() + (y * size.scale + v) * size.out_width();
      reassemble(size, rows, masks.data() + v * step, row);
    }
  }
}

// The gradients of the masks of row y of the map, of a group.
template <class T>
MMCV_INLINE void mask_row(const Carafe& size, const T* grad, const T* map, int64_t y, T* grad_mask) {
  Rows<T> rows(size);
  const int64_t width = size.out_width();
  std::vector<T> sums(size.scale * size.taps() * width);
  for (int64_t c = 0; c < size.channels_of_group(); ++c) {
    rows.take(map + c * size.area(), y);
    for (int64_t v = 0; v < size.scale; ++v) {
      const T* slope = grad + c * size.out_area() + (y * size.scale + v) * width;
      for (int64_t tap = 0; tap < size.taps(); ++tap) {
        const T* numbers = rows.row(tap / size.kernel) + tap % size.kernel * size.scale;
        add_products(width, numbers, slope, sums.data() + (v * size.taps() + tap) * width);
      }
    }
  }
  for (int64_t i = 0; i < size.scale * size.taps(); ++i) {
    const int64_t v = y * size.scale + i / size.taps(), tap = i % size.taps();
    std::copy_n(sums.data() + i * width, width, grad_mask + tap * size.out_area() + v * width);
  }
}

// The gradients of `channels` planes of the map, of one group: first of what Rows makes of them, then their sums.
template <class T>
MMCV_INLINE void map_planes(const Carafe& size, const T* grad, const T* mask, int64_t channels, T* grad_map) {
  const int64_t width = (size.width + 2 * size.half()) * size.scale, height = size.height + 2 * size.half();
  std::vector<T> sums(channels * height * width), masks(size.taps() * size.out_width());
  for (int64_t v = 0; v < size.height * size.scale; ++v) {
    gather_masks(size, mask, v, masks.data());
    for (int64_t c = 0; c < channels; ++c) {
      const T* slope = grad + c * size.out_area() + v * size.out_width();
      for (int64_t tap = 0; tap < size.taps(); ++tap) {
        const int64_t row = v / size.scale + tap / size.kernel, column = tap % size.kernel * size.scale;
        const T* weight = masks.data() + tap * size.out_width();
        add_products(size.out_width(), slope, weight, sums.data() + (c * height + row) * width + column);
      }
    }
  }
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t y = 0; y < size.height; ++y) {
      const T* row = sums.data() + (c * height + y + size.half()) * width + size.half() * size.scale;
      for (int64_t x = 0; x < size.width; ++x) {
        T sum = 0;
        for (int64_t u = 0; u < size.scale; ++u) sum += row[x * size.scale + u];
        grad_map[c * size.area() + y * size.width + x] = sum;
      }
    }
  }
}

#define MMCV_COMPILE(T)                                                                                              \
  MMCV_SIMD void compiled_forward(const Carafe& size, const T* map, const T* mask, int64_t y, T* out) {              \
    forward_row(size, map, mask, y, out);                                                                            \
  }                                                                                                                  \
  MMCV_SIMD void compiled_mask(const Carafe& size, const T* grad, const T* map, int64_t y, T* grad_mask) {           \
    mask_row(size, grad, map, y, grad_mask);                                                                         \
  }                                                                                                                  \
  MMCV_SIMD void compiled_map(const Carafe& size, const T* grad, const T* mask, int64_t channels, T* grad_map) {     \
    map_planes(size, grad, mask, channels, grad_map);                                                                \
  }
MMCV_COMPILE(float)
MMCV_COMPILE(double)

}  // namespace

template <class T>
void carafe_cpu(const T* map, const T* mask, const Carafe& size, T* out) {
  parallel_for(size.samples * size.groups * size.height, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t group = i / size.height, plane = group * size.channels_of_group();
      compiled_forward(
          size, map + plane * size.area(), mask + group * size.taps() * size.out_area(), i % size.height,
          out + plane * size.out_area());
    }
  });
}

template <class T>
void carafe_backward_cpu(const T* grad, const T* map, const T* mask, const Carafe& size, T* grad_map, T* grad_mask) {
  parallel_for(size.samples * size.groups * size.height, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t group = i / size.height, plane = group * size.channels_of_group();
      compiled_mask(
          size, grad + plane * size.out_area(), map + plane * size.area(), i % size.height,
          grad_mask + group * size.taps() * size.out_area());
    }
  });
  const int64_t parts = (size.channels_of_group() + kChannels - 1) / kChannels;
  parallel_for(size.samples * size.groups * parts, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t group = i / parts, channel = i % parts * kChannels;
      const int64_t plane = group * size.channels_of_group() + channel;
      compiled_map(
          size, grad + plane * size.out_area(), mask + group * size.taps() * size.out_area(),
          std::min(kChannels, size.channels_of_group() - channel), grad_map + plane * size.area());
    }
  });
}

#define MMCV_INSTANTIATE(T)                                             \
  template void carafe_cpu(const T*, const T*, const Carafe&, T*);      \
  template void carafe_backward_cpu(const T*, const T*, const T*, const Carafe&, T*, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
