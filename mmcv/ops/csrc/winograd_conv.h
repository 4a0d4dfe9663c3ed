// The kernels of winograd_conv, over plain pointers: only winograd_conv.cpp knows tensors.
//
// A 3x3 convolution computes 2x2 outputs from 4x4 inputs: 36 products a channel. With d the inputs and w the kernel,
//     out = A^T [ (G w G^T) * (B^T d B) ] A
// takes 16, and over all channels and tiles these are 16 matrix products. B and A hold only 0, 1 and -1. For 2x4 outputs,
// from 4x6 inputs, it takes 24 instead of 72, and for 4x4, from 6x6, 36 instead of 144; rounding costs more there.
// A dilated convolution is one without dilation over each of the grids of pixels that lie `dilation` apart.
#pragma once

#include <cstdint>

#include "simd.h"

namespace mmcv {

// One axis: `tiles` of `edge` outputs, `dilation` apart, that cover `outputs`.
struct WinogradAxis {
  int64_t edge, inputs, outputs, padding, dilation, tiles;

  static WinogradAxis of(int64_t edge, int64_t inputs, int64_t padding, int64_t dilation) {
    const int64_t outputs = inputs + 2 * padding - 2 * dilation, rest = outputs % (edge * dilation);
    const int64_t tiles = outputs / (edge * dilation) * dilation + (rest < dilation ? rest : dilation);
    return {edge, inputs, outputs, padding, dilation, tiles};
  }

  // The first output of a tile; each other lies `dilation` behind the last, and may lie beyond the end.
  int64_t output(int64_t tile) const { return tile / dilation * edge * dilation + tile % dilation; }
};

// Tiles of 2x2, 2x4 or 4x4 outputs.
struct Winograd {
  int64_t samples;
  WinogradAxis y, x;

  int64_t tiles() const { return samples * y.tiles * x.tiles; }
  int64_t positions() const { return (y.edge + 2) * (x.edge + 2); }  // of a tile, hence matrix products
};

// `channels` of images (N, height, width, stride).
template <class T>
struct Map {
  T* data;
  int64_t height, width, stride, channels;
};

// Tiles [first, first + count), transformed: (positions, count, channels).
template <class T>
struct Block {
  T* data;
  int64_t first, count;
};

// The 3x3 kernels of a weight: how many rows and columns of them, and how many values apart the rows, the columns and the
// nine taps lie; each turned by 180 degrees where `flipped`.
struct Kernels {
  int64_t rows, columns, row_stride, column_stride, tap_stride;
  bool flipped;
};

// weight -> u (positions, rows, columns), G w G^T; and the transpose, but for 4x4 outputs, to kernels (rows, columns, 3, 3)
// whose rows lie row_stride values apart.
template <class T>
void winograd_weight_cpu(const Winograd& w, const Kernels& kernels, const T* weight, T* u);
template <class T>
void winograd_weight_backward_cpu(
    const Winograd& w, int64_t rows, int64_t columns, const T* grad, T* weight, int64_t row_stride);

// v = B^T x B.
template <class T>
void winograd_input_cpu(const Winograd& w, const Map<const T>& x, const Block<T>& v);

// y = A^T m A + bias (channels; may be null); and the transpose, without bias, but for 4x4 outputs.
template <class T>
void winograd_output_cpu(const Winograd& w, const Block<const T>& m, const T* bias, const Map<T>& y);
template <class T>
void winograd_output_backward_cpu(const Winograd& w, const Map<const T>& grad, const Block<T>& m);

// in (matrices, rows, columns) -> out (matrices, columns, rows)
template <class T>
void transpose_cpu(int64_t matrices, int64_t rows, int64_t columns, const T* in, T* out);

}  // namespace mmcv
