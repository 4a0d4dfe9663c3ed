#include "../winograd_conv.h"

#include <algorithm>
#include <vector>

#include "../parallel.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 14;  // values that a thread takes at least
constexpr int64_t kLanes = 16;       // 3x3 kernels that are transformed at a time, and rows that are read at a time
constexpr int64_t kClose = 64;       // lanes of a tile that are transformed at a time
constexpr int64_t kStrip = 32;       // rows and columns that are transposed at a time

// The transforms and the transposes of two of them, for one axis: B^T, A^T, G of 2 and of 4 outputs, then A and G^T of 2.
template <int edge>
struct Input;
template <int edge>
struct Output;
template <int edge>
struct Weight;

template <>
struct Input<2> {
  template <class T>
  MMCV_INLINE void operator()(const T* d, T* v) const {
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
  }
};

template <>
struct Output<2> {
  template <class T>
  MMCV_INLINE void operator()(const T* m, T* out) const {
    out[0] = m[0] + m[1] + m[2];
    out[1] = m[1] - m[2] - m[3];
  }
};

template <>
struct Weight<2> {
  template <class T>
  MMCV_INLINE void operator()(const T* w, T* u) const {
    u[0] = w[0];
    u[1] = (w[0] + w[1] + w[2]) / 2;
    u[2] = (w[0] - w[1] + w[2]) / 2;
    u[3] = w[2];
  }
};

// Of 4 outputs, by Toom and Cook's construction over the points 0, near, -near, far, -far and infinity: a quarter of the
// rounding that the usual 0, 1, -1, 2, -2 brings (Error Analysis and Improving the Accuracy of Winograd Convolution,
// Barabasz et al. 2020, https://arxiv.org/abs/1803.10986).
constexpr double kNear = 0.75, kFar = 1.5, kNear2 = kNear * kNear, kFar2 = kFar * kFar;

template <>
struct Input<4> {
  template <class T>
  MMCV_INLINE void operator()(const T* d, T* v) const {
    const T far_even = d[4] - T(kFar2) * d[2], far_odd = T(kNear) * (d[3] - T(kFar2) * d[1]);
    const T near_even = d[4] - T(kNear2) * d[2], near_odd = T(kFar) * (d[3] - T(kNear2) * d[1]);
    v[0] = d[4] + T(kNear2 * kFar2) * d[0] - T(kNear2 + kFar2) * d[2];
    v[1] = far_even + far_odd;
    v[2] = far_even - far_odd;
    v[3] = near_even + near_odd;
    v[4] = near_even - near_odd;
    v[5] = d[5] + T(kNear2 * kFar2) * d[1] - T(kNear2 + kFar2) * d[3];
  }
};

template <>
struct Output<4> {
  template <class T>
  MMCV_INLINE void operator()(const T* m, T* out) const {
    const T near_even = m[1] + m[2], near_odd = T(kNear) * (m[1] - m[2]);
    const T far_even = m[3] + m[4], far_odd = T(kFar) * (m[3] - m[4]);
    out[0] = m[0] + near_even + far_even;
    out[1] = near_odd + far_odd;
    out[2] = T(kNear2) * near_even + T(kFar2) * far_even;
    out[3] = T(kNear2) * near_odd + T(kFar2) * far_odd + m[5];
  }
};

template <>
struct Weight<4> {
  template <class T>
  MMCV_INLINE void operator()(const T* w, T* u) const {
    constexpr T near = T(1 / (2 * kNear2 * (kNear2 - kFar2))), far = T(1 / (2 * kFar2 * (kFar2 - kNear2)));
    const T near_even = near * (w[0] + T(kNear2) * w[2]), near_odd = near * T(kNear) * w[1];
    const T far_even = far * (w[0] + T(kFar2) * w[2]), far_odd = far * T(kFar) * w[1];
    u[0] = w[0] * T(1 / (kNear2 * kFar2));
    u[1] = near_even + near_odd;
    u[2] = near_even - near_odd;
    u[3] = far_even + far_odd;
    u[4] = far_even - far_odd;
    u[5] = w[2];
  }
};

struct OutputBackward {
  template <class T>
  MMCV_INLINE void operator()(const T* grad, T* m) const {
    m[0] = grad[0];
    m[1] = grad[0] + grad[1];
    m[2] = grad[0] - grad[1];
    m[3] = -grad[1];
  }
};

struct WeightBackward {
  template <class T>
  MMCV_INLINE void operator()(const T* u, T* w) const {
    w[0] = u[0] + (u[1] + u[2]) / 2;
    w[1] = (u[1] - u[2]) / 2;
    w[2] = (u[1] + u[2]) / 2 + u[3];
  }
};

// out (to, to) = L in L^T with in (from, from), for each of `count` lanes; L is the transform of a line, and the lanes of
// position i lie at in[i] and out[i]. `shift`, if any, is added to all that a lane has.
template <int from, int to, class Transform, class T>
MMCV_INLINE void transform_lanes(
    const Transform& line, int64_t count, const T* const* in, const T* shift, T* const* out) {
#pragma GCC ivdep
  for (int64_t c = 0; c < count; ++c) {
    T rows[from][to], column[from], result[to];
    for (int i = 0; i < from; ++i) {
      T row[from];
      for (int j = 0; j < from; ++j) row[j] = in[i * from + j][c];
      line(row, rows[i]);
    }
    for (int j = 0; j < to; ++j) {
      for (int i = 0; i < from; ++i) column[i] = rows[i][j];
      line(column, result);
      for (int i = 0; i < to; ++i) out[i * to + j][c] = shift ? result[i] + shift[c] : result[i];
    }
  }
}

// The positions often lie a power of two apart, and a cache holds few such: where they are many, some lanes of all are
// brought together first.
template <int from, int to, class Transform, class T>
MMCV_INLINE void transform(
    const Transform& line, int64_t count, const T* const* in, const T* shift, T* const* out) {
  if constexpr (from <= 4 && to <= 4) {
    transform_lanes<from, to>(line, count, in, shift, out);
  } else {
    T given[from * from][kClose], made[to * to][kClose];
    const T* given_at[from * from];
    T* made_at[to * to];
    for (int i = 0; i < from * from; ++i) given_at[i] = given[i];
    for (int i = 0; i < to * to; ++i) made_at[i] = made[i];
    for (int64_t first = 0; first < count; first += kClose) {
      const int64_t lanes = std::min(kClose, count - first);
      for (int i = 0; i < from * from; ++i) std::copy_n(in[i] + first, lanes, given[i]);
      transform_lanes<from, to>(line, lanes, given_at, shift ? shift + first : nullptr, made_at);
      for (int i = 0; i < to * to; ++i) std::copy_n(made[i], lanes, out[i] + first);
    }
  }
}

// Of one tile, `side` x `side` pixels from (y, x) on, `dilation` apart: where each is; those beyond the map are `outside`.
template <int side, class T>
MMCV_INLINE void locate(
    const Winograd& w, int64_t n, int64_t y, int64_t x, const Map<T>& map, T* outside, T** pixels) {
  for (int i = 0; i < side; ++i) {
    for (int j = 0; j < side; ++j) {
      const int64_t row = y + i * w.y.dilation, column = x + j * w.x.dilation;
      const bool inside = row >= 0 && row < map.height && column >= 0 && column < map.width;
      pixels[i * side + j] = inside ? map.data + ((n * map.height + row) * map.width + column) * map.channels : outside;
    }
  }
}

// The positions of a tile in (positions, count, channels).
template <int edge, class T>
MMCV_INLINE void positions(const Block<T>& block, int64_t tile, int64_t channels, T** lanes) {
  for (int i = 0; i < winograd_positions(edge); ++i) lanes[i] = block.data + (i * block.count + tile - block.first) * channels;
}

// body(n, y, x, tile) for tiles [first, last), with the place of each one's first output.
template <class Body>
MMCV_INLINE void for_tiles(const Winograd& w, int64_t first, int64_t last, const Body& body) {
  for (int64_t tile = first; tile < last; ++tile) {
    const int64_t n = tile / (w.y.tiles * w.x.tiles), rest = tile % (w.y.tiles * w.x.tiles);
    body(n, w.y.output(rest / w.x.tiles), w.x.output(rest % w.x.tiles), tile);
  }
}

template <int edge, class T>
MMCV_INLINE void input_tiles(
    const Winograd& w, const Map<const T>& x, const T* zeros, const Block<T>& v, int64_t first, int64_t last) {
  for_tiles(w, first, last, [&](int64_t n, int64_t top, int64_t left, int64_t tile) __attribute__((always_inline)) {
    const T* in[winograd_positions(edge)];
    T* out[winograd_positions(edge)];
    locate<edge + 2>(w, n, top - w.y.padding, left - w.x.padding, x, zeros, in);
    positions<edge>(v, tile, x.channels, out);
    transform<edge + 2, edge + 2>(Input<edge>(), x.channels, in, static_cast<const T*>(nullptr), out);
  });
}

template <int edge, class T>
MMCV_INLINE void output_tiles(
    const Winograd& w, const Block<const T>& m, const T* bias, const Map<T>& y, T* waste, int64_t first, int64_t last) {
  for_tiles(w, first, last, [&](int64_t n, int64_t top, int64_t left, int64_t tile) __attribute__((always_inline)) {
    const T* in[winograd_positions(edge)];
    T* out[edge * edge];
    positions<edge>(m, tile, y.channels, in);
    locate<edge>(w, n, top, left, y, waste, out);
    transform<edge + 2, edge>(Output<edge>(), y.channels, in, bias, out);
  });
}

template <class T>
MMCV_INLINE void output_backward_tiles(
    const Winograd& w, const Map<const T>& grad, const T* zeros, const Block<T>& m, int64_t first, int64_t last) {
  for_tiles(w, first, last, [&](int64_t n, int64_t top, int64_t left, int64_t tile) __attribute__((always_inline)) {
    const T* in[4];
    T* out[16];
    locate<2>(w, n, top, left, grad, zeros, in);
    positions<2>(m, tile, grad.channels, out);
    transform<2, 4>(OutputBackward(), grad.channels, in, static_cast<const T*>(nullptr), out);
  });
}

// Rows [first, last) of the weight. Kernels are brought together in squares first: along the rows, the columns or the taps
// of a weight its values lie side by side, along the others far apart.
template <int edge, class T>
MMCV_INLINE void weight_rows(const Kernels& k, const T* weight, T* u, int64_t first, int64_t last) {
  T square[kLanes][9][kLanes];
  for (int64_t row = first; row < last; row += kLanes) {
    const int64_t height = std::min(kLanes, last - row);
    for (int64_t column = 0; column < k.columns; column += kLanes) {
      const int64_t lanes = std::min(kLanes, k.columns - column);
      for (int64_t l = 0; l < lanes; ++l) {
        const T* from = weight + row * k.row_stride + (column + l) * k.column_stride;
        for (int64_t r = 0; r < height; ++r) {
          for (int i = 0; i < 9; ++i) square[r][k.flipped ? 8 - i : i][l] = from[r * k.row_stride + i * k.tap_stride];
        }
      }
      for (int64_t r = 0; r < height; ++r) {
        const T* in[9];
        T* out[winograd_positions(edge)];
        for (int i = 0; i < 9; ++i) in[i] = square[r][i];
        for (int i = 0; i < winograd_positions(edge); ++i) out[i] = u + (i * k.rows + row + r) * k.columns + column;
        transform<3, edge + 2>(Weight<edge>(), lanes, in, static_cast<const T*>(nullptr), out);
      }
    }
  }
}

template <class T>
MMCV_INLINE void weight_backward_rows(
    int64_t rows, int64_t columns, const T* grad, T* weight, int64_t first, int64_t last) {
  T taps[9][kLanes];
  const T* in[16];
  T* out[9];
  for (int i = 0; i < 9; ++i) out[i] = taps[i];
  for (int64_t row = first; row < last; ++row) {
    for (int64_t c = 0; c < columns; c += kLanes) {
      const int64_t lanes = std::min(kLanes, columns - c);
      for (int i = 0; i < 16; ++i) in[i] = grad + (i * rows + row) * columns + c;
      transform<4, 3>(WeightBackward(), lanes, in, static_cast<const T*>(nullptr), out);
      T* to = weight + 9 * (row * columns + c);
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
    w.edge == 4 ? input_tiles<4>(w, x, zeros, v, first, last) : input_tiles<2>(w, x, zeros, v, first, last);          \
  }                                                                                                                   \
  MMCV_SIMD void outputs(                                                                                             \
      const Winograd& w, const Block<const T>& m, const T* bias, const Map<T>& y, T* waste, int64_t first,            \
      int64_t last) {                                                                                                 \
    w.edge == 4 ? output_tiles<4>(w, m, bias, y, waste, first, last)                                                  \
                : output_tiles<2>(w, m, bias, y, waste, first, last);                                                 \
  }                                                                                                                   \
  MMCV_SIMD void outputs_backward(                                                                                    \
      const Winograd& w, const Map<const T>& grad, const T* zeros, const Block<T>& m, int64_t first, int64_t last) {  \
    output_backward_tiles(w, grad, zeros, m, first, last);                                                            \
  }                                                                                                                   \
  MMCV_SIMD void weights(int edge, const Kernels& k, const T* weight, T* u, int64_t first, int64_t last) {            \
    edge == 4 ? weight_rows<4>(k, weight, u, first, last) : weight_rows<2>(k, weight, u, first, last);                \
  }                                                                                                                   \
  MMCV_SIMD void weights_backward(                                                                                    \
      int64_t rows, int64_t columns, const T* grad, T* weight, int64_t first, int64_t last) {                         \
    weight_backward_rows(rows, columns, grad, weight, first, last);                                                   \
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
void winograd_weight_cpu(int edge, const Kernels& k, const T* weight, T* u) {
  parallel_for(k.rows, kGrain / (winograd_positions(edge) * k.columns) + 1, [&](int64_t first, int64_t last) {
    weights(edge, k, weight, u, first, last);
  });
}

template <class T>
void winograd_weight_backward_cpu(int64_t rows, int64_t columns, const T* grad, T* weight) {
  parallel_for(rows, kGrain / (winograd_positions(2) * columns) + 1, [&](int64_t first, int64_t last) {
    weights_backward(rows, columns, grad, weight, first, last);
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
  template void winograd_weight_cpu(int, const Kernels&, const T*, T*);                                           \
  template void winograd_weight_backward_cpu(int64_t, int64_t, const T*, T*);                                     \
  template void winograd_input_cpu(const Winograd&, const Map<const T>&, const Block<T>&);                        \
  template void winograd_output_cpu(const Winograd&, const Block<const T>&, const T*, const Map<T>&);             \
  template void winograd_output_backward_cpu(const Winograd&, const Map<const T>&, const Block<T>&);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
