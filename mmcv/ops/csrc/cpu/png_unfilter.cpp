// The filters of PNG (ISO/IEC 15948, section 9). Each pixel waits for the one before it, so it is the three channels
// that run side by side; without branches, which noise would have mispredicted at every other pixel.
#include "../png_unfilter.h"

#include <cstddef>
#include <vector>

#include "../simd.h"

namespace mmcv {
namespace {

// left, above and the pixel left of that one, as their names in the standard: a, b, c
int none(int, int, int) { return 0; }
int sub(int a, int, int) { return a; }
int up(int, int b, int) { return b; }
int average(int a, int b, int) { return (a + b) >> 1; }

MMCV_INLINE int absolute(int value) { return value < 0 ? -value : value; }

int paeth(int a, int b, int c) {
  const int to_a = absolute(b - c), to_b = absolute(a - c), to_c = absolute(a - c + b - c);
  const int nearer = to_b <= to_c ? to_b : to_c, other = to_b <= to_c ? b : c;
  return to_a <= nearer ? a : other;
}

template <int (*predict)(int, int, int)>
void add(const uint8_t* difference, const uint8_t* above, int64_t width, uint8_t* out) {
  int a[3] = {}, c[3] = {};
  for (int64_t x = 0; x < width; ++x, difference += 3, above += 3, out += 3) {
    for (int i = 0; i < 3; ++i) {
      const int b = above[i];
      out[i] = static_cast<uint8_t>(a[i] = (difference[2 - i] + predict(a[i], b, c[i])) & 255);
      c[i] = b;
    }
  }
}

constexpr decltype(&add<none>) kFilters[] = {add<none>, add<sub>, add<up>, add<average>, add<paeth>};

}  // namespace

int64_t png_unfilter_cpu(const uint8_t* filtered, int64_t rows, int64_t width, uint8_t* image) {
  const std::vector<uint8_t> before_the_first(static_cast<size_t>(3 * width));
  const uint8_t* above = before_the_first.data();
  for (int64_t y = 0; y < rows; ++y, filtered += 1 + 3 * width, above = image, image += 3 * width) {
    if (*filtered > 4) return y;
    kFilters[*filtered](filtered + 1, above, width, image);
  }
  return -1;
}

}  // namespace mmcv
