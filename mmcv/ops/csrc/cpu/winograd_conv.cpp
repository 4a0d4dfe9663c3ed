#include "../winograd_conv.h"

#include <algorithm>
#include <vector>

#include "../parallel.h"
#include "copy.h"
#include "winograd_lines.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 14;  // values that a thread takes at least
constexpr int64_t kRows = 8;         // of 3x3 kernels that are read at a time
constexpr int64_t kClose = 64;       // lanes of a tile, and columns of 3x3 kernels, that are transformed at a time
constexpr int64_t kStrip = 32;       // rows and columns that are transposed at a time

// out (to_y, to_x) = L_y in L_x^T with in (from_y, from_x), for each of `count` lanes; L_y and L_x are the transforms of a
// line, and the lanes of position i lie at in[i] and out[i]. `shift`, if any, is added to all that a lane has.
template <int from_y, int from_x, int to_y, int to_x, class Down, class Across, class T>
MMCV_INLINE void transform_lanes(
    const Down& down, const Across& across, int64_t count, const T* const* in, const T* shift, T* const* out) {
#pragma GCC ivdep
  for (int64_t c = 0; c < count; ++c) {
    T rows[from_y][to_x], column[from_y], result[to_y];
    for (int i = 0; i < from_y; ++i) {
      T row[from_x];
      for (int j = 0; j < from_x; ++j) row[j] = in[i * from_x + j][c];
      across(row, rows[i]);
    }
    for (int j = 0; j < to_x; ++j) {
      for (int i = 0; i < from_y; ++i) column[i] = rows[i][j];
      down(column, result);
      for (int i = 0; i < to_y; ++i) out[i * to_x + j][c] = shift ? result[i] + shift[c] : result[i];
    }
  }
}

// The positions often lie a power of two apart, and a cache holds few such: where they are many, some lanes of all are
// brought together first.
template <int from_y, int from_x, int to_y, int to_x, class Down, class Across, class T>
MMCV_INLINE void transform(
    const Down& down, const Across& across, int64_t count, const T* const* in, const T* shift, T* const* out) {
  if constexpr (from_x <= 4 && to_x <= 4) {
    transform_lanes<from_y, from_x, to_y, to_x>(down, across, count, in, shift, out);
  } else {
    T given[from_y * from_x][kClose], made[to_y * to_x][kClose];
    const T* given_at[from_y * from_x];
    T* made_at[to_y * to_x];
    for (int i = 0; i < from_y * from_x; ++i) given_at[i] = given[i];
    for (int i = 0; i < to_y * to_x; ++i) made_at[i] = made[i];
    for (int64_t first = 0; first < count; first += kClose) {
      const int64_t lanes = std::min(kClose, count - first);
      for (int i = 0; i < from_y * from_x; ++i) copy_lanes(in[i] + first, lanes, given[i]);
      transform_lanes<from_y, from_x, to_y, to_x>(
          down, across, lanes, given_at, shift ? shift + first : nullptr, made_at);
      for (int i = 0; i < to_y * to_x; ++i) copy_lanes(made[i], lanes, out[i] + first);
    }
  }
}

// Of one tile, `rows` x `columns` pixels from (y, x) on, `dilation` apart: where each is; those beyond the map are `outside`.
template <int rows, int columns, class T>
MMCV_INLINE void locate(
    const Winograd& w, int64_t n, int64_t y, int64_t x, const Map<T>& map, T* outside, T** pixels) {
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) {
      const int64_t row = y + i * w.y.dilation, column = x + j * w.x.dilation;
      const bool inside = row >= 0 && row < map.height && column >= 0 && column < map.width;
      pixels[i * columns + j] =
          inside ? map.data + ((n * map.height + row) * map.width + column) * map.stride : outside;
    }
  }
}

// The `count` positions of a tile in (positions, tiles of the block, channels).
template <int count, class T>
MMCV_INLINE void positions(const Block<T>& block, int64_t tile, int64_t channels, T** lanes) {
  for (int i = 0; i < count; ++i) lanes[i] = block.data + (i * block.count + tile - block.first) * channels;
}

// body(n, y, x, tile) for tiles [first, last), with the place of each one's first output.
template <class Body>
MMCV_INLINE void for_tiles(const Winograd& w, int64_t first, int64_t last, const Body& body) {
  for (int64_t tile = first; tile < last; ++tile) {
    const int64_t n = tile / (w.y.tiles * w.x.tiles), rest = tile % (w.y.tiles * w.x.tiles);
    body(n, w.y.output(rest / w.x.tiles), w.x.output(rest % w.x.tiles), tile);
  }
}

template <int rows, int columns, class T>
MMCV_INLINE void input_tiles(
    const Winograd& w, const Map<const T>& x, const T* zeros, const Block<T>& v, int64_t first, int64_t last) {
  constexpr int count = (rows + 2) * (columns + 2);
  for_tiles(w, first, last, [&](int64_t n, int64_t top, int64_t left, int64_t tile) __attribute__((always_inline)) {
    const T* in[count];
    T* out[count];
    locate<rows + 2, columns + 2>(w, n, top - w.y.padding, left - w.x.padding, x, zeros, in);
    positions<count>(v, tile, x.channels, out);
    transform<rows + 2, columns + 2, rows + 2, columns + 2>(
        Input<rows>(), Input<columns>(), x.channels, in, static_cast<const T*>(nullptr), out);
  });
}

template <int rows, int columns, class T>
MMCV_INLINE void output_tiles(
    const Winograd& w, const Block<const T>& m, const T* bias, const Map<T>& y, T* waste, int64_t first, int64_t last) {
  constexpr int count = (rows + 2) * (columns + 2);
  for_tiles(w, first, last, [&](int64_t n, int64_t top, int64_t left, int64_t tile) __attribute__((always_inline)) {
    const T* in[count];
    T* out[rows * columns];
    positions<count>(m, tile, y.channels, in);
    locate<rows, columns>(w, n, top, left, y, waste, out);
    transform<rows + 2, columns + 2, rows, columns>(Output<rows>(), Output<columns>(), y.channels, in, bias, out);
  });
}

template <int rows, int columns, class T>
MMCV_INLINE void output_backward_tiles(
    const Winograd& w, const Map<const T>& grad, const T* zeros, const Block<T>& m, int64_t first, int64_t last) {
  constexpr int count = (rows + 2) * (columns + 2);
  for_tiles(w, first, last, [&](int64_t n, int64_t top, int64_t left, int64_t tile) __attribute__((always_inline)) {
    const T* in[rows * columns];
    T* out[count];
    locate<rows, columns>(w, n, top, left, grad, zeros, in);
    positions<count>(m, tile, grad.channels, out);
    transform<rows, columns, rows + 2, columns + 2>(
        OutputBackward<rows>(), OutputBackward<columns>(), grad.channels, in, static_cast<const T*>(nullptr), out);
  });
}

// Rows [first, last) of the weight. Kernels are brought together in blocks first: along the rows, the columns or the taps
// of a weight its values lie side by side, along the others far apart.
template <int edge_y, int edge_x, class T>
MMCV_INLINE void weight_rows(const Kernels& k, const T* weight, T* u, int64_t first, int64_t last) {
  constexpr int count = (edge_y + 2) * (edge_x + 2);
  T square[kRows][9][kClose];
  for (int64_t row = first; row < last; row += kRows) {
    const int64_t height = std::min(kRows, last - row);
    for (int64_t column = 0; column < k.columns; column += kClose) {
      const int64_t lanes = std::min(kClose, k.columns - column);
      for (int64_t l = 0; l < lanes; ++l) {
        const T* from = weight + row * k.row_stride + (column + l) * k.column_stride;
        for (int64_t r = 0; r < height; ++r) {
          for (int i = 0; i < 9; ++i) square[r][k.flipped ? 8 - i : i][l] = from[r * k.row_stride + i * k.tap_stride];
        }
      }
      for (int64_t r = 0; r < height; ++r) {
        const T* in[9];
        T* out[count];
        for (int i = 0; i < 9; ++i) in[i] = square[r][i];
        for (int i = 0; i < count; ++i) out[i] = u + (i * k.rows + row + r) * k.columns + column;
        transform<3, 3, edge_y + 2, edge_x + 2>(
            Weight<edge_y>(), Weight<edge_x>(), lanes, in, static_cast<const T*>(nullptr), out);
      }
    }
  }
}

template <int edge_y, int edge_x, class T>
MMCV_INLINE void weight_backward_rows(
    int64_t rows, int64_t columns, const T* grad, T* weight, int64_t row_stride, int64_t first, int64_t last) {
  constexpr int count = (edge_y + 2) * (edge_x + 2);
  T taps[9][kClose];
  const T* in[count];
  T* out[9];
  for (int i = 0; i < 9; ++i) out[i] = taps[i];
  for (int64_t row = first; row < last; ++row) {
    for (int64_t c = 0; c < columns; c += kClose) {
      const int64_t lanes = std::min(kClose, columns - c);
      for (int i = 0; i < count; ++i) in[i] = grad + (i * rows + row) * columns + c;
      transform<edge_y + 2, edge_x + 2, 3, 3>(
          WeightBackward<edge_y>(), WeightBackward<edge_x>(), lanes, in, static_cast<const T*>(nullptr), out);
      T* to = weight + row * row_stride + 9 * c;
      for (int64_t l = 0; l < lanes; ++l) {
        for (int i = 0; i < 9; ++i) to[9 * l + i] = taps[i][l];
      }
    }
  }
}

// Strips [first, last), of kStrip rows each, of all the matrices (rows, columns).
template <class T>
MMCV_INLINE void transpose_strips(int64_t rows, int64_t columns, const T* in, T* out, int64_t first, int64_t last) {
  const int64_t strips = (rows + kStrip - 1) / kStrip;
  for (int64_t strip = first; strip < last; ++strip) {
    const T* from = in + strip / strips * rows * columns;
    T* to = out + strip / strips * rows * columns;
    const int64_t top = strip % strips * kStrip, bottom = std::min(rows, top + kStrip);
    for (int64_t left = 0; left < columns; left += kStrip) {
      for (int64_t column = left; column < std::min(columns, left + kStrip); ++column) {
        for (int64_t row = top; row < bottom; ++row) to[column * rows + row] = from[row * columns + column];
      }
    }
  }
}

#define MMCV_FOR(T)                                                                                                   \
  MMCV_SIMD void inputs(                                                                                              \
      const Winograd& w, const Map<const T>& x, const T* zeros, const Block<T>& v, int64_t first, int64_t last) {     \
    w.y.edge == 4   ? input_tiles<4, 4>(w, x, zeros, v, first, last)                                                  \
    : w.x.edge == 4 ? input_tiles<2, 4>(w, x, zeros, v, first, last)                                                  \
                    : input_tiles<2, 2>(w, x, zeros, v, first, last);                                                 \
  }                                                                                                                   \
  MMCV_SIMD void outputs(                                                                                             \
      const Winograd& w, const Block<const T>& m, const T* bias, const Map<T>& y, T* waste, int64_t first,            \
      int64_t last) {                                                                                                 \
    w.y.edge == 4   ? output_tiles<4, 4>(w, m, bias, y, waste, first, last)                                           \
    : w.x.edge == 4 ? output_tiles<2, 4>(w, m, bias, y, waste, first, last)                                           \
                    : output_tiles<2, 2>(w, m, bias, y, waste, first, last);                                          \
  }                                                                                                                   \
  MMCV_SIMD void outputs_backward(                                                                                    \
      const Winograd& w, const Map<const T>& grad, const T* zeros, const Block<T>& m, int64_t first, int64_t last) {  \
    w.x.edge == 4 ? output_backward_tiles<2, 4>(w, grad, zeros, m, first, last)                                       \
                  : output_backward_tiles<2, 2>(w, grad, zeros, m, first, last);                                      \
  }                                                                                                                   \
  MMCV_SIMD void weights(const Winograd& w, const Kernels& k, const T* weight, T* u, int64_t first, int64_t last) {   \
    w.y.edge == 4   ? weight_rows<4, 4>(k, weight, u, first, last)                                                    \
    : w.x.edge == 4 ? weight_rows<2, 4>(k, weight, u, first, last)                                                    \
                    : weight_rows<2, 2>(k, weight, u, first, last);                                                   \
  }                                                                                                                   \
  MMCV_SIMD void weights_backward(                                                                                    \
      const Winograd& w, int64_t rows, int64_t columns, const T* grad, T* weight, int64_t row_stride, int64_t first,  \
      int64_t last) {                                                                                                 \
    w.x.edge == 4 ? weight_backward_rows<2, 4>(rows, columns, grad, weight, row_stride, first, last)                  \
                  : weight_backward_rows<2, 2>(rows, columns, grad, weight, row_stride, first, last);                 \
  }                                                                                                                   \
  MMCV_SIMD void transpose(int64_t rows, int64_t columns, const T* in, T* out, int64_t first, int64_t last) {         \
    transpose_strips(rows, columns, in, out, first, last);                                                            \
  }
MMCV_FOR(float)
MMCV_FOR(double)

}  // namespace

template <class T>
void transpose_cpu(int64_t matrices, int64_t rows, int64_t columns, const T* in, T* out) {
  const int64_t strips = (rows + kStrip - 1) / kStrip;
  parallel_for(matrices * strips, kGrain / (kStrip * columns) + 1, [&](int64_t first, int64_t last) {
    transpose(rows, columns, in, out, first, last);
  });
}

template <class T>
void winograd_weight_cpu(const Winograd& w, const Kernels& k, const T* weight, T* u) {
  parallel_for(k.rows, kGrain / (w.positions() * k.columns) + 1, [&](int64_t first, int64_t last) {
    weights(w, k, weight, u, first, last);
  });
}

template <class T>
void winograd_weight_backward_cpu(
    const Winograd& w, int64_t rows, int64_t columns, const T* grad, T* weight, int64_t row_stride) {
  parallel_for(rows, kGrain / (w.positions() * columns) + 1, [&](int64_t first, int64_t last) {
    weights_backward(w, rows, columns, grad, weight, row_stride, first, last);
  });
}

template <class T>
void winograd_input_cpu(const Winograd& w, const Map<const T>& x, const Block<T>& v) {
  const std::vector<T> zeros(x.channels);
  parallel_for(v.count, kGrain / (w.positions() * x.channels) + 1, [&](int64_t first, int64_t last) {
    inputs(w, x, zeros.data(), v, v.first + first, v.first + last);
  });
}

template <class T>
void winograd_output_cpu(const Winograd& w, const Block<const T>& m, const T* bias, const Map<T>& y) {
  parallel_for(m.count, kGrain / (w.positions() * y.channels) + 1, [&](int64_t first, int64_t last) {
    std::vector<T> waste(y.channels);
    outputs(w, m, bias, y, waste.data(), m.first + first, m.first + last);
  });
}

template <class T>
void winograd_output_backward_cpu(const Winograd& w, const Map<const T>& grad, const Block<T>& m) {
  const std::vector<T> zeros(grad.channels);
  parallel_for(m.count, kGrain / (w.positions() * grad.channels) + 1, [&](int64_t first, int64_t last) {
    outputs_backward(w, grad, zeros.data(), m, m.first + first, m.first + last);
  });
}

#define MMCV_INSTANTIATE(T)                                                                                        \
  template void transpose_cpu(int64_t, int64_t, int64_t, const T*, T*);                                           \
  template void winograd_weight_cpu(const Winograd&, const Kernels&, const T*, T*);                               \
  template void winograd_weight_backward_cpu(const Winograd&, int64_t, int64_t, const T*, T*, int64_t);           \
  template void winograd_input_cpu(const Winograd&, const Map<const T>&, const Block<T>&);                        \
  template void winograd_output_cpu(const Winograd&, const Block<const T>&, const T*, const Map<T>&);             \
  template void winograd_output_backward_cpu(const Winograd&, const Map<const T>&, const Block<T>&);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
