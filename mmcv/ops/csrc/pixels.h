// Rows of 8-bit pixels: three channels and a byte without meaning, so that a pixel is a 32-bit lane.
// Colours change bit for bit as cv2.cvtColor changes them in its vector code.
#pragma once

#include <cmath>
#include <cstdint>

#include "simd.h"

namespace mmcv {
namespace {

// Where a channel lies in a 32-bit lane.
constexpr int shift(int channel) {
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 8 * channel : 24 - 8 * channel;
}

MMCV_INLINE int32_t channel(uint32_t pixel, int index) { return static_cast<int32_t>(pixel >> shift(index) & 255u); }

MMCV_INLINE uint32_t join(int32_t first, int32_t second, int32_t third) {
  return static_cast<uint32_t>(first) << shift(0) | static_cast<uint32_t>(second) << shift(1) |
      static_cast<uint32_t>(third) << shift(2);
}

// condition ? a : b without a branch: the compiler may not evaluate floating-point expressions that a branch skips, and
// would not vectorise the loop.
MMCV_INLINE int32_t choose(bool condition, int32_t a, int32_t b) {
  return b ^ ((a ^ b) & -static_cast<int32_t>(condition));
}

MMCV_INLINE int32_t larger(int32_t a, int32_t b) { return a - ((a - b) & ((a - b) >> 31)); }
MMCV_INLINE int32_t smaller(int32_t a, int32_t b) { return b + ((a - b) & ((a - b) >> 31)); }

// number / divisor, rounded to 12 binary places.
MMCV_INLINE int32_t quotient(int32_t number, int32_t divisor) {
  return static_cast<int32_t>(static_cast<float>(number << 12) / static_cast<float>(larger(divisor, 1)) + 0.5f);
}

// (blue, green, red) -> (hue in steps of 2 degrees, saturation, value), in integers.
MMCV_SIMD void to_hsv(uint32_t* pixels, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const int32_t b = channel(pixels[i], 0), g = channel(pixels[i], 1), r = channel(pixels[i], 2);
    const int32_t value = larger(larger(b, g), r), range = value - smaller(smaller(b, g), r);
    const int32_t saturation = (range * quotient(255, value) + (1 << 11)) >> 12;
    const int32_t angle = choose(value == r, g - b, choose(value == g, b - r + 2 * range, r - g + 4 * range));
    const int32_t hue = (angle * quotient(30, range) + (1 << 11)) >> 12;
    pixels[i] = join(choose(hue < 0, hue + 180, hue), saturation, value);
  }
}

// The inverse, in float32 and cut to integers.
MMCV_SIMD void to_bgr(uint32_t* pixels, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const int32_t value = channel(pixels[i], 2);
    const float s = static_cast<float>(channel(pixels[i], 1)) * (1 / 255.f);
    const float v = static_cast<float>(value) * (1 / 255.f);
    // The sum with 0 is a product that no machine can fuse with the subtraction after it.
    const float turned = std::fma(static_cast<float>(channel(pixels[i], 0)), 6 / 180.f, 0.f);
    const auto sextant = static_cast<int32_t>(turned);
    const float part = turned - static_cast<float>(sextant);
    const auto p = static_cast<int32_t>(v * (1.f - s) * 255.f);
    const auto q = static_cast<int32_t>(v * std::fma(-s, part, 1.f) * 255.f);
    const auto t = static_cast<int32_t>(v * std::fma(-s, 1.f - part, 1.f) * 255.f);
    const int32_t b = choose(sextant < 2, p, choose(sextant == 2, t, choose(sextant == 5, q, value)));
    const int32_t g = choose(sextant == 0, t, choose(sextant < 3, value, choose(sextant == 3, q, p)));
    const int32_t r = choose(sextant == 1, q, choose(sextant == 4, t, choose(sextant >> 1 == 1, p, value)));
    pixels[i] = join(b, g, r);
  }
}

void map_all(uint32_t* __restrict pixels, int64_t count, const uint8_t* __restrict table) {
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t pixel = pixels[i];
    pixels[i] = join(table[channel(pixel, 0)], table[channel(pixel, 1)], table[channel(pixel, 2)]);
  }
}

void map_one(uint8_t* __restrict bytes, int64_t count, const uint8_t* __restrict table) {
  for (int64_t i = 0; i < count; ++i) bytes[4 * i] = table[bytes[4 * i]];
}

}  // namespace
}  // namespace mmcv
