// The exponential function in a form that compilers vectorise.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "../simd.h"

namespace mmcv {

// exp(x) for x <= 88 with a relative error below 2e-7; 0 below -87, where it is less than 2e-38; NaN stays NaN.
// x = n log(2) + r with |r| <= log(2) / 2; a polynomial (Cephes) for exp(r), the exponent's bits for 2^n.
MMCV_INLINE float fast_exp(float x) {
  const bool vanishes = x < -87.0f;
  x = vanishes ? -87.0f : x;
  const float shift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer and leaves that in the low bits
  const float rounded = x * 1.44269504f + shift;
  const float n = rounded - shift;
  const float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  uint32_t bits;
  std::memcpy(&bits, &rounded, sizeof bits);
  bits = (bits + 127u) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return vanishes ? 0.0f : p * power;
}

inline double fast_exp(double x) { return std::exp(x); }

}  // namespace mmcv
