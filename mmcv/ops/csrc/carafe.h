// The kernels of carafe, over plain pointers: only carafe.cpp knows tensors.
//
// out[n, c, y, x] = sum over i, j of mask[n, (g K + i) K + j, y, x] * map[n, c, y / s + i - K / 2, x / s + j - K / 2], with
// g the group of channel c, K the kernel's size, s the scale, and zeros around the map.
#pragma once

#include <cstdint>

#include "simd.h"

namespace mmcv {

struct Carafe {
  int64_t samples, channels, height, width;  // of the map
  int64_t kernel, groups, scale;

  MMCV_HOST_DEVICE int64_t taps() const { return kernel * kernel; }
  MMCV_HOST_DEVICE int64_t half() const { return kernel / 2; }
  MMCV_HOST_DEVICE int64_t area() const { return height * width; }
  MMCV_HOST_DEVICE int64_t out_width() const { return width * scale; }
  MMCV_HOST_DEVICE int64_t out_area() const { return area() * scale * scale; }
  MMCV_HOST_DEVICE int64_t channels_of_group() const { return channels / groups; }
};

template <class T>
void carafe_cpu(const T* map, const T* mask, const Carafe& carafe, T* out);
template <class T>
void carafe_backward_cpu(const T* grad, const T* map, const T* mask, const Carafe& carafe, T* grad_map, T* grad_mask);

// The same on the given stream (a cudaStream_t) of the current device. They return nullptr, or what went wrong.
template <class T>
const char* carafe_cuda(const T* map, const T* mask, const Carafe& carafe, T* out, void* stream);
template <class T>
const char* carafe_backward_cuda(
    const T* grad, const T* map, const T* mask, const Carafe& carafe, T* grad_map, T* grad_mask, void* stream);

}  // namespace mmcv
