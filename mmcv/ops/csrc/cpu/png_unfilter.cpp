// The filters of PNG (ISO/IEC 15948, section 9). Each pixel waits for the one before it, so it is the channels that run
// side by side, of colours in one register where there is SSE2; without branches, which noise would have mispredicted at
// every other pixel.
#include "../png_unfilter.h"

#include <cstddef>
#include <cstring>
#include <vector>

#include "../simd.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace mmcv {
namespace {

// left, above and the pixel left of that one, as their names in the standard: a, b, c
int none(int, int, int) { return 0; }
int sub(int a, int, int) { return a; }
int up(int, int b, int) { return b; }
int average(int a, int b, int) { return (a + b) >> 1; }

// Whether the first byte of a word counts least.
MMCV_INLINE bool is_little_endian() {
  const uint16_t one = 1;
  uint8_t first;
  std::memcpy(&first, &one, 1);
  return first == 1;
}

MMCV_INLINE int absolute(int value) { return value < 0 ? -value : value; }

int paeth(int a, int b, int c) {
  const int to_a = absolute(b - c), to_b = absolute(a - c), to_c = absolute(a - c + b - c);
  const int nearer = to_b <= to_c ? to_b : to_c, other = to_b <= to_c ? b : c;
  return to_a <= nearer ? a : other;
}

// From pixel `first` on, to which the pointers point.
template <int channels, int (*predict)(int, int, int)>
MMCV_INLINE void add_from(
    int64_t first, const uint8_t* difference, const uint8_t* above, int64_t width, uint8_t* out) {
  int a[channels] = {}, c[channels] = {};
  for (int i = 0; first && i < channels; ++i) a[i] = out[i - channels], c[i] = above[i - channels];
  for (int64_t x = first; x < width; ++x, difference += channels, above += channels, out += channels) {
    for (int i = 0; i < channels; ++i) {
      const int b = above[i];
      out[i] = static_cast<uint8_t>(a[i] = (difference[channels - 1 - i] + predict(a[i], b, c[i])) & 255);
      c[i] = b;
    }
  }
}

template <int channels, int (*predict)(int, int, int)>
void add(const uint8_t* difference, const uint8_t* above, int64_t width, uint8_t* out) {
  add_from<channels, predict>(0, difference, above, width, out);
}

#if defined(__SSE2__)
// The same of three channels at once, each in 16 bits of which the upper ones are zero.
__m128i none_of_all(__m128i, __m128i, __m128i) { return _mm_setzero_si128(); }
__m128i sub_of_all(__m128i a, __m128i, __m128i) { return a; }
__m128i up_of_all(__m128i, __m128i b, __m128i) { return b; }
__m128i average_of_all(__m128i a, __m128i b, __m128i) { return _mm_srli_epi16(_mm_add_epi16(a, b), 1); }

MMCV_INLINE __m128i absolute_of_all(__m128i x) { return _mm_max_epi16(x, _mm_sub_epi16(_mm_setzero_si128(), x)); }

MMCV_INLINE __m128i where(__m128i condition, __m128i yes, __m128i no) {
  return _mm_or_si128(_mm_and_si128(condition, yes), _mm_andnot_si128(condition, no));
}

__m128i paeth_of_all(__m128i a, __m128i b, __m128i c) {
  const __m128i from_c = _mm_sub_epi16(b, c), from_b = _mm_sub_epi16(a, c);
  const __m128i to_a = absolute_of_all(from_c), to_b = absolute_of_all(from_b);
  const __m128i to_c = absolute_of_all(_mm_add_epi16(from_c, from_b));
  const __m128i least = _mm_min_epi16(to_c, _mm_min_epi16(to_a, to_b));
  return where(_mm_cmpeq_epi16(least, to_a), a, where(_mm_cmpeq_epi16(least, to_b), b, c));
}

MMCV_INLINE __m128i widened(uint32_t bytes) {
  return _mm_unpacklo_epi8(_mm_cvtsi32_si128(static_cast<int>(bytes)), _mm_setzero_si128());
}

// All but the last pixel, as four bytes are read and written for three.
template <__m128i (*predict_all)(__m128i, __m128i, __m128i), int (*predict)(int, int, int)>
void add_colours(const uint8_t* difference, const uint8_t* above, int64_t width, uint8_t* out) {
  __m128i a = _mm_setzero_si128(), c = a;
  int64_t x = 0;
  for (; x + 1 < width; ++x, difference += 3, above += 3, out += 3) {
    uint32_t added, upper;
    std::memcpy(&added, difference, 4);
    std::memcpy(&upper, above, 4);
    const __m128i b = widened(upper);
    a = _mm_add_epi8(widened(__builtin_bswap32(added) >> 8), predict_all(a, b, c));
    c = b;
    const int pixel = _mm_cvtsi128_si32(_mm_packus_epi16(a, a));
    std::memcpy(out, &pixel, 4);
  }
  add_from<3, predict>(x, difference, above, width, out);
}
#endif

// Sums of one channel from the left, sixteen at a time, or eight: bytes of a word that are added without a carry between
// them. The next ones wait for no more than an addition to `last`.
void add_sub(const uint8_t* difference, const uint8_t*, int64_t width, uint8_t* out) {
  constexpr uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
  const auto plus = [](uint64_t a, uint64_t b) { return ((a & kLow) + (b & kLow)) ^ ((a ^ b) & ~kLow); };
  uint64_t last = 0;
  int64_t x = 0;
#if defined(__SSE2__)
  __m128i before = _mm_setzero_si128();  // in each byte
  for (; x + 16 <= width; x += 16) {
    __m128i sums = _mm_loadu_si128(reinterpret_cast<const __m128i*>(difference + x));
    sums = _mm_add_epi8(sums, _mm_slli_si128(sums, 1));
    sums = _mm_add_epi8(sums, _mm_slli_si128(sums, 2));
    sums = _mm_add_epi8(sums, _mm_slli_si128(sums, 4));
    sums = _mm_add_epi8(sums, _mm_slli_si128(sums, 8));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + x), _mm_add_epi8(sums, before));
    const __m128i total = _mm_shufflehi_epi16(_mm_unpackhi_epi8(sums, sums), 0xff);
    before = _mm_add_epi8(before, _mm_shuffle_epi32(total, 0xff));
  }
  last = static_cast<uint64_t>(_mm_cvtsi128_si32(before) & 255);
#endif
  for (; is_little_endian() && x + 8 <= width; x += 8) {
    uint64_t word;
    std::memcpy(&word, difference + x, 8);
    word = plus(word, word << 8);
    word = plus(word, word << 16);
    word = plus(word, word << 32);
    const uint64_t sums = plus(word, last * 0x0101010101010101);
    std::memcpy(out + x, &sums, 8);
    last = (last + (word >> 56)) & 255;
  }
  for (; x < width; ++x) out[x] = static_cast<uint8_t>(last = (last + difference[x]) & 255);
}

using Filter = decltype(&add<1, none>);
constexpr Filter kGrey[] = {add<1, none>, add_sub, add<1, up>, add<1, average>, add<1, paeth>};
#if defined(__SSE2__)
constexpr Filter kColour[] = {
    add_colours<none_of_all, none>, add_colours<sub_of_all, sub>, add_colours<up_of_all, up>,
    add_colours<average_of_all, average>, add_colours<paeth_of_all, paeth>};
#else
constexpr Filter kColour[] = {add<3, none>, add<3, sub>, add<3, up>, add<3, average>, add<3, paeth>};
#endif

}  // namespace

int64_t png_unfilter_cpu(const uint8_t* filtered, int64_t rows, int64_t width, int64_t channels, uint8_t* image) {
  const Filter* filters = channels == 1 ? kGrey : kColour;
  const int64_t length = channels * width;
  const std::vector<uint8_t> before_the_first(static_cast<size_t>(length));
  const uint8_t* above = before_the_first.data();
  for (int64_t y = 0; y < rows; ++y, filtered += 1 + length, above = image, image += length) {
    if (*filtered > 4) return y;
    filters[*filtered](filtered + 1, above, width, image);
  }
  return -1;
}

}  // namespace mmcv
