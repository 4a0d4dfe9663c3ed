// The kernels of ca_weight and ca_map, over plain pointers: only criss_cross_attention.cpp knows tensors.
#pragma once

#include <cstdint>

#include "simd.h"

namespace mmcv {

// Maps (samples, channels, height, width). Of a pixel's cross the `width` pixels of its row come first, then the others
// of its column: `reach` in all.
struct Cross {
  int64_t samples, channels, height, width;

  MMCV_HOST_DEVICE int64_t area() const { return height * width; }
  MMCV_HOST_DEVICE int64_t reach() const { return width + height - 1; }

  // The row of entry `entry` >= width of the cross of a pixel in row y.
  MMCV_HOST_DEVICE int64_t row_of(int64_t entry, int64_t y) const {
    return entry - width < y ? entry - width : entry - width + 1;
  }
};

// weight[n, i, y, x] = sum over c of query[n, c, y, x] * key[n, c, pixel i of the cross of (y, x)].
template <class T>
void ca_weight_cpu(const T* query, const T* key, const Cross& cross, T* weight);

// out[n, c, y, x] = sum over i of weight[n, i, y, x] * value[n, c, pixel i of the cross of (y, x)].
template <class T>
void ca_map_cpu(const T* weight, const T* value, const Cross& cross, T* out);

// The same on the given stream (a cudaStream_t) of the current device. They return nullptr, or what went wrong.
template <class T>
const char* ca_weight_cuda(const T* query, const T* key, const Cross& cross, T* weight, void* stream);
template <class T>
const char* ca_map_cuda(const T* weight, const T* value, const Cross& cross, T* out, void* stream);

}  // namespace mmcv
