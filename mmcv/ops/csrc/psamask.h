// The kernels of psamask, over plain pointers: only psamask.cpp knows tensors.
#pragma once

#include <cstdint>

#include "simd.h"

namespace mmcv {

// Every pixel has a mask of logits for the pixels around it, (samples, mask_height * mask_width, height, width). It becomes
// (samples, height * width, height, width): where collecting, [other, centre]; where distributing, [centre, other].
struct PsaMask {
  int64_t samples, height, width, mask_height, mask_width;
  bool distribute;

  MMCV_HOST_DEVICE int64_t pixels() const { return height * width; }
  MMCV_HOST_DEVICE int64_t mask_size() const { return mask_height * mask_width; }
  MMCV_HOST_DEVICE int64_t dense_size() const { return samples * pixels() * pixels(); }
  MMCV_HOST_DEVICE int64_t masks_size() const { return samples * mask_size() * pixels(); }

  // Where the mask of the centre has the logit for the other pixel; -1 where that lies outside of it.
  MMCV_HOST_DEVICE int64_t in_masks(
      int64_t sample, int64_t centre_y, int64_t centre_x, int64_t other_y, int64_t other_x) const {
    const int64_t y = other_y - centre_y + (mask_height - 1) / 2, x = other_x - centre_x + (mask_width - 1) / 2;
    if (y < 0 || y >= mask_height || x < 0 || x >= mask_width) return -1;
    return ((sample * mask_height + y) * mask_width + x) * pixels() + centre_y * width + centre_x;
  }

  // Where the dense map has the logit of row (y, x) and column (column_y, column_x) among the masks; or -1.
  MMCV_HOST_DEVICE int64_t source(int64_t sample, int64_t y, int64_t x, int64_t column_y, int64_t column_x) const {
    return distribute ? in_masks(sample, y, x, column_y, column_x) : in_masks(sample, column_y, column_x, y, x);
  }

  // Where entry (mask_y, mask_x) of the mask of (y, x) is in the dense map; -1 where it points out of the image.
  MMCV_HOST_DEVICE int64_t in_dense(int64_t sample, int64_t mask_y, int64_t mask_x, int64_t y, int64_t x) const {
    const int64_t other_y = y + mask_y - (mask_height - 1) / 2, other_x = x + mask_x - (mask_width - 1) / 2;
    if (other_y < 0 || other_y >= height || other_x < 0 || other_x >= width) return -1;
    const int64_t centre = y * width + x, other = other_y * width + other_x;
    return (sample * pixels() + (distribute ? centre : other)) * pixels() + (distribute ? other : centre);
  }
};

// `dense` from `masks`; and the gradient of `masks` from that of `dense`. Every element is written once.
template <class T>
void psamask_cpu(const T* masks, const PsaMask& shape, T* dense);
template <class T>
void psamask_backward_cpu(const T* dense, const PsaMask& shape, T* masks);

// The same on the given stream (a cudaStream_t) of the current device. They return nullptr, or what went wrong.
template <class T>
const char* psamask_cuda(const T* masks, const PsaMask& shape, T* dense, void* stream);
template <class T>
const char* psamask_backward_cuda(const T* dense, const PsaMask& shape, T* masks, void* stream);

}  // namespace mmcv
