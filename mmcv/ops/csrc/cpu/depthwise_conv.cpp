#include "../depthwise_conv.h"

#include "../parallel.h"
#include "copy.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 14;  // products that a thread takes at least
constexpr int64_t kGroup = kDepthwiseGroup;

// sum[c] += in[row][column][c] * weight[row][column][c] over a rectangle of taps.
template <int rows, int columns, class T>
MMCV_INLINE void add(
    int64_t lanes, const T* in, int64_t row_step, int64_t column_step, const T* weight, int64_t kernel, T* sum) {
  const T* at[rows * columns];
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) at[r * columns + c] = in + r * row_step + c * column_step;
  }
#pragma GCC ivdep
  for (int64_t lane = 0; lane < lanes; ++lane) {
    T total = sum[lane];
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < columns; ++c) {
        total += at[r * columns + c][lane] * weight[(r * kernel + c) * kGroup + lane];
      }
    }
    sum[lane] = total;
  }
}

// The same over one row of any number of taps.
template <class T>
MMCV_INLINE void add_row(int64_t columns, int64_t lanes, const T* in, int64_t step, const T* weight, T* sum) {
  for (; columns >= 5; columns -= 5, in += 5 * step, weight += 5 * kGroup) add<1, 5>(lanes, in, 0, step, weight, 0, sum);
  if (columns == 4) add<1, 4>(lanes, in, 0, step, weight, 0, sum);
  if (columns == 3) add<1, 3>(lanes, in, 0, step, weight, 0, sum);
  if (columns == 2) add<1, 2>(lanes, in, 0, step, weight, 0, sum);
  if (columns == 1) add<1, 1>(lanes, in, 0, step, weight, 0, sum);
}

template <class T>
MMCV_INLINE void start(int64_t lanes, const T* bias, T* sum) {
  if (bias) {
    copy_lanes(bias, lanes, sum);
  } else {
    std::fill_n(sum, lanes, T(0));
  }
}

template <class T>
MMCV_INLINE void finish(int64_t lanes, const T* sum, const T* slope, T* y) {
  if (slope) {
#pragma GCC ivdep
    for (int64_t lane = 0; lane < lanes; ++lane) y[lane] = sum[lane] < 0 ? sum[lane] * slope[lane] : sum[lane];
  } else {
    copy_lanes(sum, lanes, y);
  }
}

// A row of the result where the kernel is one tap: no sum is kept.
template <class T>
MMCV_INLINE void one_tap_row(
    const Depthwise& d, const DepthwiseAxis& across, int64_t lanes, const T* x, const T* weight, const T* bias,
    const T* slope, T* y) {
  const T zeros[kGroup] = {}, *shift = bias ? bias : zeros;
  for (int64_t column = 0; column < d.width; ++column, y += d.branches * d.channels) {
    const T* in = x + across.input(column, 0) * d.pixel_stride;
    if (slope) {
#pragma GCC ivdep
      for (int64_t lane = 0; lane < lanes; ++lane) {
        const T value = in[lane] * weight[lane] + shift[lane];
        y[lane] = value < 0 ? value * slope[lane] : value;
      }
    } else {
#pragma GCC ivdep
      for (int64_t lane = 0; lane < lanes; ++lane) y[lane] = in[lane] * weight[lane] + shift[lane];
    }
  }
}

// A row of the result, of some channels of one branch. `x` is a sample's first pixel, `y` the row's.
template <class T>
MMCV_INLINE void one_row(
    const Depthwise& d, const DepthwiseAxis& down, const DepthwiseAxis& across, int64_t row, int64_t lanes, const T* x,
    const T* weight, const T* bias, const T* slope, T* y) {
  if (d.taps() == 1 && down.padding == 0 && across.padding == 0) {
    return one_tap_row(d, across, lanes, x + down.input(row, 0) * d.row_stride, weight, bias, slope, y);
  }
  const int64_t top = down.first(row), bottom = down.last(row);
  const int64_t row_step = down.dilation * d.row_stride, step = across.dilation * d.pixel_stride;
  T sum[kGroup];
  for (int64_t column = 0; column < d.width; ++column, y += d.branches * d.channels) {
    const int64_t left = across.first(column), taps = across.last(column) - left;
    const T* in = x + down.input(row, top) * d.row_stride + across.input(column, left) * d.pixel_stride;
    const T* by = weight + (top * across.kernel + left) * kGroup;
    start(lanes, bias, sum);
    if (bottom - top == 3 && taps == 3) {
      add<3, 3>(lanes, in, row_step, step, by, across.kernel, sum);
    } else if (taps > 0) {
      for (int64_t r = top; r < bottom; ++r, in += row_step, by += across.kernel * kGroup) {
        add_row(taps, lanes, in, step, by, sum);
      }
    }
    finish(lanes, sum, slope, y);
  }
}

// Rows [first, last) of all samples. The channels of a group go through a whole row before the next ones do.
template <class T>
MMCV_INLINE void all_rows(
    const Depthwise& d, const T* x, const T* packed, const T* bias, const T* slope, T* y, int64_t first,
    int64_t last) {
  for (int64_t line = first; line < last; ++line) {
    const int64_t sample = line / d.height, row = line % d.height;
    for (int64_t branch = 0; branch < d.branches; ++branch) {
      for (int64_t group = 0; group < d.groups(); ++group) {
        const int64_t begin = group * kGroup, lanes = std::min(kGroup, d.channels - begin);
        const int64_t channel = branch * d.channels + begin;
        one_row(
            d, d.y[branch], d.x[branch], row, lanes, x + sample * d.sample_stride + begin,
            packed + (branch * d.groups() + group) * d.taps() * kGroup, bias ? bias + channel : nullptr,
            slope ? slope + channel : nullptr, y + line * d.width * d.branches * d.channels + channel);
      }
    }
  }
}

// sums[tap][lane] += grad[lane] * in[tap][lane] for neighbouring taps of a row of the kernel.
template <int taps, class T>
MMCV_INLINE void multiply(int64_t lanes, const T* grad, const T* in, int64_t step, T* sums) {
#pragma GCC ivdep
  for (int64_t lane = 0; lane < lanes; ++lane) {
    for (int tap = 0; tap < taps; ++tap) {
      sums[tap * DepthwisePieces::kChannels + lane] += grad[lane] * in[tap * step + lane];
    }
  }
}

// The same for any number of taps.
template <class T>
MMCV_INLINE void multiply_row(int64_t taps, int64_t lanes, const T* grad, const T* in, int64_t step, T* sums) {
  for (; taps >= 5; taps -= 5, in += 5 * step, sums += 5 * DepthwisePieces::kChannels) {
    multiply<5>(lanes, grad, in, step, sums);
  }
  if (taps == 4) multiply<4>(lanes, grad, in, step, sums);
  if (taps == 3) multiply<3>(lanes, grad, in, step, sums);
  if (taps == 2) multiply<2>(lanes, grad, in, step, sums);
  if (taps == 1) multiply<1>(lanes, grad, in, step, sums);
}

// What a row of the gradient of the result adds to the sums of some channels of one branch.
template <class T>
MMCV_INLINE void gather_row(
    const Depthwise& d, const DepthwiseAxis& down, const DepthwiseAxis& across, int64_t row, int64_t lanes,
    const T* grad, const T* x, T* sums) {
  const int64_t step = across.dilation * d.pixel_stride;
  for (int64_t r = down.first(row); r < down.last(row); ++r) {
    const T *in = x + down.input(row, r) * d.row_stride, *at = grad;
    for (int64_t column = 0; column < d.width; ++column, at += d.branches * d.channels) {
      const int64_t left = across.first(column);
      multiply_row(
          across.last(column) - left, lanes, at, in + across.input(column, left) * d.pixel_stride, step,
          sums + (r * across.kernel + left) * DepthwisePieces::kChannels);
    }
  }
}

// Pieces [first, last): the groups of the branches of a piece's rows, then of the next ones.
template <class T>
MMCV_INLINE void all_pieces(
    const Depthwise& d, const DepthwisePieces& p, const T* grad, const T* x, T* sums, int64_t first, int64_t last) {
  for (int64_t piece = first; piece < last; ++piece) {
    const int64_t group = piece % p.groups, branch = piece / p.groups % d.branches;
    const int64_t begin = group * p.kChannels, lanes = std::min(p.kChannels, d.channels - begin);
    const int64_t line = piece / p.groups / d.branches * p.lines, end = std::min(line + p.lines, d.samples * d.height);
    T* to = sums + piece * p.size();
    std::fill_n(to, p.size(), T(0));
    for (int64_t at = line; at < end; ++at) {
      gather_row(
          d, d.y[branch], d.x[branch], at % d.height, lanes,
          grad + (at * d.width * d.branches + branch) * d.channels + begin, x + at / d.height * d.sample_stride + begin,
          to);
    }
  }
}

#define MMCV_FOR(T)                                                                                                   \
  MMCV_SIMD void lines(                                                                                               \
      const Depthwise& d, const T* x, const T* packed, const T* bias, const T* slope, T* y, int64_t first,            \
      int64_t last) {                                                                                                 \
    all_rows(d, x, packed, bias, slope, y, first, last);                                                              \
  }                                                                                                                   \
  MMCV_SIMD void pieces(                                                                                              \
      const Depthwise& d, const DepthwisePieces& p, const T* grad, const T* x, T* sums, int64_t first, int64_t last) { \
    all_pieces(d, p, grad, x, sums, first, last);                                                                     \
  }
MMCV_FOR(float)
MMCV_FOR(double)

}  // namespace

template <class T>
void depthwise_pack_cpu(const Depthwise& d, const T* weight, T* packed) {
  std::fill_n(packed, d.branches * d.groups() * d.taps() * kGroup, T(0));
  for (int64_t branch = 0; branch < d.branches; ++branch) {
    for (int64_t c = 0; c < d.channels; ++c) {
      T* to = packed + (branch * d.groups() + c / kGroup) * d.taps() * kGroup + c % kGroup;
      const T* from = weight + (branch * d.channels + c) * d.taps();
      for (int64_t tap = 0; tap < d.taps(); ++tap) to[tap * kGroup] = from[tap];
    }
  }
}

template <class T>
void depthwise_conv_cpu(const Depthwise& d, const T* x, const T* packed, const T* bias, const T* slope, T* y) {
  const int64_t products = d.width * d.branches * d.channels * d.taps();
  parallel_for(d.samples * d.height, kGrain / (products + 1) + 1, [&](int64_t first, int64_t last) {
    lines(d, x, packed, bias, slope, y, first, last);
  });
}

template <class T>
void depthwise_weight_cpu(const Depthwise& d, const T* grad, const T* x, T* sums, T* weight) {
  const DepthwisePieces p(d);
  const int64_t units = d.branches * p.groups, rows = p.rows(d);
  const int64_t products = p.lines * d.width * std::min(d.channels, p.kChannels) * p.taps;
  parallel_for(rows * units, kGrain / (products + 1) + 1, [&](int64_t first, int64_t last) {
    pieces(d, p, grad, x, sums, first, last);
  });
  for (int64_t branch = 0; branch < d.branches; ++branch) {
    for (int64_t c = 0; c < d.channels; ++c, weight += p.taps) {
      const T* from = sums + (branch * p.groups + c / p.kChannels) * p.size() + c % p.kChannels;
      std::fill_n(weight, p.taps, T(0));
      for (int64_t row = 0; row < rows; ++row, from += units * p.size()) {
        for (int64_t tap = 0; tap < p.taps; ++tap) weight[tap] += from[tap * p.kChannels];
      }
    }
  }
}

#define MMCV_INSTANTIATE(T)                                                                        \
  template void depthwise_pack_cpu(const Depthwise&, const T*, T*);                                \
  template void depthwise_conv_cpu(const Depthwise&, const T*, const T*, const T*, const T*, T*);  \
  template void depthwise_weight_cpu(const Depthwise&, const T*, const T*, T*, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
