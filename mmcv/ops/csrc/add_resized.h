// The kernel of add_resized, over plain pointers: only add_resized.cpp knows tensors.
#pragma once

#include <vector>

#include "bilinear.h"

namespace mmcv {

// What is resized to the rows and columns of the result: (N, h, w, C), the channels of a pixel side by side.
template <class T>
struct Coarse {
  const T* map;
  Resize y, x;
};

// out = x + all maps, resized. x and out (N, height, width, C); T is float or double.
template <class T>
void add_resized_cpu(
    int64_t samples, int64_t height, int64_t width, int64_t channels, const std::vector<Coarse<T>>& maps, const T* x,
    T* out);

}  // namespace mmcv
