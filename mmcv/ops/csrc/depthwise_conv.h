// The kernels of depthwise_conv, over plain pointers: only depthwise_conv.cpp knows tensors.
#pragma once

#include <algorithm>
#include <cstdint>

#include "simd.h"

namespace mmcv {

// One axis of a branch: where a tap of the kernel falls, and which taps of an output lie in the map.
struct DepthwiseAxis {
  int64_t inputs, kernel, stride, padding, dilation;

  int64_t outputs() const { return (inputs + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1; }
  int64_t input(int64_t output, int64_t tap) const { return output * stride - padding + tap * dilation; }

  // Taps [first, last) of an output meet the map.
  int64_t first(int64_t output) const {
    const int64_t before = -input(output, 0);
    return before <= 0 ? 0 : std::min(kernel, (before + dilation - 1) / dilation);
  }
  int64_t last(int64_t output) const {
    const int64_t left = inputs - input(output, 0);
    return left <= 0 ? 0 : std::min(kernel, (left + dilation - 1) / dilation);
  }
};

// Channels that are computed at a time: their weights of all taps lie side by side, the last group filled up with zeros.
constexpr int64_t kDepthwiseGroup = 256;

struct Depthwise {
  int64_t samples, channels, branches, height, width;  // of the result: a pixel has the channels of each branch in turn
  int64_t sample_stride, row_stride, pixel_stride;     // of the images, whose channels lie side by side
  const DepthwiseAxis *y, *x;                          // per branch

  int64_t taps() const { return y->kernel * x->kernel; }
  int64_t groups() const { return (channels + kDepthwiseGroup - 1) / kDepthwiseGroup; }
};

// weight (branches, channels, taps) -> packed (branches, groups, taps, kDepthwiseGroup)
template <class T>
void depthwise_pack_cpu(const Depthwise& d, const T* weight, T* packed);

// y = convolution + bias, where below 0 times slope; bias and slope (branches, channels) may be null.
template <class T>
void depthwise_conv_cpu(const Depthwise& d, const T* x, const T* packed, const T* bias, const T* slope, T* y);

// The gradient of the weight, which is summed up in pieces: some rows, of some channels whose sums of all taps stay in
// a core's first cache. The pieces do not depend on the threads, and are short, lest long sums grow coarse.
struct DepthwisePieces {
  static constexpr int64_t kChannels = 64, kPixels = 2048;
  int64_t lines, groups, taps;  // rows of a piece, of all samples one after the other

  explicit DepthwisePieces(const Depthwise& d)
      : lines(kPixels / d.width + 1), groups((d.channels + kChannels - 1) / kChannels), taps(d.taps()) {}
  int64_t rows(const Depthwise& d) const { return (d.samples * d.height + lines - 1) / lines; }
  int64_t size() const { return taps * kChannels; }
};

// grad (samples, height, width, branches, channels) -> weight (branches, channels, taps); sums is room for (rows of
// pieces, branches, groups, taps, kChannels).
template <class T>
void depthwise_weight_cpu(const Depthwise& d, const T* grad, const T* x, T* sums, T* weight);

}  // namespace mmcv
