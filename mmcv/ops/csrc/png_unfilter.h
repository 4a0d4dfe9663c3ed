// The kernel of png_unfilter, over plain pointers: only png_unfilter.cpp knows tensors.
#pragma once

#include <cstdint>

namespace mmcv {

// `filtered`: rows of a byte that names the filter and channels * width differences, of three channels red first;
// `image`: as many rows of channels * width bytes, blue first. Returns -1, or the first row that names no filter: it
// and what follows is not written. There are 1 or 3 channels.
int64_t png_unfilter_cpu(const uint8_t* filtered, int64_t rows, int64_t width, int64_t channels, uint8_t* image);

}  // namespace mmcv
