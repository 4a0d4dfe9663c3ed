// Winograd's transforms of one line of a tile, of a kernel or of outputs; see ../winograd_conv.h.
#pragma once

#include "../simd.h"

namespace mmcv {

// The transforms and the transposes of two of them, for one axis: B^T, A^T, G, A and G^T of 2 and of 4 outputs.
template <int edge>
struct Input;
template <int edge>
struct Output;
template <int edge>
struct Weight;
template <int edge>
struct OutputBackward;
template <int edge>
struct WeightBackward;

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
constexpr double kOfNear = 1 / (2 * kNear2 * (kNear2 - kFar2)), kOfFar = 1 / (2 * kFar2 * (kFar2 - kNear2));

// A polynomial at a point and at its negative, for two points: the sums and the differences of its even and odd parts.
template <class T>
MMCV_INLINE void at_both_signs(T even, T odd, T other_even, T other_odd, T* out) {
  out[0] = even + odd;
  out[1] = even - odd;
  out[2] = other_even + other_odd;
  out[3] = other_even - other_odd;
}

template <>
struct Input<4> {
  template <class T>
  MMCV_INLINE void operator()(const T* d, T* v) const {
    const T far_even = d[4] - T(kFar2) * d[2], far_odd = T(kNear) * (d[3] - T(kFar2) * d[1]);
    const T near_even = d[4] - T(kNear2) * d[2], near_odd = T(kFar) * (d[3] - T(kNear2) * d[1]);
    v[0] = d[4] + T(kNear2 * kFar2) * d[0] - T(kNear2 + kFar2) * d[2];
    at_both_signs(far_even, far_odd, near_even, near_odd, v + 1);
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
    const T near_even = T(kOfNear) * (w[0] + T(kNear2) * w[2]), near_odd = T(kOfNear * kNear) * w[1];
    const T far_even = T(kOfFar) * (w[0] + T(kFar2) * w[2]), far_odd = T(kOfFar * kFar) * w[1];
    u[0] = w[0] * T(1 / (kNear2 * kFar2));
    at_both_signs(near_even, near_odd, far_even, far_odd, u + 1);
    u[5] = w[2];
  }
};

template <>
struct OutputBackward<2> {
  template <class T>
  MMCV_INLINE void operator()(const T* grad, T* m) const {
    m[0] = grad[0];
    m[1] = grad[0] + grad[1];
    m[2] = grad[0] - grad[1];
    m[3] = -grad[1];
  }
};

template <>
struct OutputBackward<4> {
  template <class T>
  MMCV_INLINE void operator()(const T* grad, T* m) const {
    const T near_even = grad[0] + T(kNear2) * grad[2], near_odd = T(kNear) * (grad[1] + T(kNear2) * grad[3]);
    const T far_even = grad[0] + T(kFar2) * grad[2], far_odd = T(kFar) * (grad[1] + T(kFar2) * grad[3]);
    m[0] = grad[0];
    at_both_signs(near_even, near_odd, far_even, far_odd, m + 1);
    m[5] = grad[3];
  }
};

template <>
struct WeightBackward<2> {
  template <class T>
  MMCV_INLINE void operator()(const T* u, T* w) const {
    w[0] = u[0] + (u[1] + u[2]) / 2;
    w[1] = (u[1] - u[2]) / 2;
    w[2] = (u[1] + u[2]) / 2 + u[3];
  }
};

template <>
struct WeightBackward<4> {
  template <class T>
  MMCV_INLINE void operator()(const T* u, T* w) const {
    const T near_even = T(kOfNear) * (u[1] + u[2]), near_odd = T(kOfNear * kNear) * (u[1] - u[2]);
    const T far_even = T(kOfFar) * (u[3] + u[4]), far_odd = T(kOfFar * kFar) * (u[3] - u[4]);
    w[0] = u[0] * T(1 / (kNear2 * kFar2)) + near_even + far_even;
    w[1] = near_odd + far_odd;
    w[2] = T(kNear2) * near_even + T(kFar2) * far_even + u[5];
  }
};

}  // namespace mmcv
