// Bit for bit what cv2.resize makes of 8-bit images (INTER_LINEAR with 11-bit weights, INTER_NEAREST), and pixels.h
// of their colours. A row of the window stays in the cache from the first step to the last.
#include "../augment_crop.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <vector>

#include "../parallel.h"
#include "../pixels.h"
#include "../simd.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 16;  // rows that a thread takes at least
constexpr float kOne = 2048;    // a weight of 1

// For every pixel of the window along one axis: the first of its two neighbours, and the weights of both.
struct Taps {
  std::vector<int64_t> low;  // at a border along columns it may be -1, or the second one lie beyond the end
  std::vector<int16_t> low_weight, high_weight;
};

// Only `along_rows` does OpenCV give all weight to a neighbour at the border.
Taps linear_taps(int64_t source, int64_t resized, int64_t start, int64_t count, bool flip, bool along_rows) {
  const double scale = 1. / (static_cast<double>(resized) / static_cast<double>(source));
  Taps taps;
  for (int64_t i = 0; i < count; ++i) {
    // volatile: rounded before the subtraction, on machines that would fuse the two as well
    const volatile double scaled = (static_cast<double>(start + (flip ? count - 1 - i : i)) + 0.5) * scale;
    const auto position = static_cast<float>(scaled - 0.5);
    auto low = static_cast<int64_t>(std::floor(position));
    float share = position - static_cast<float>(low);
    if (along_rows && (low < 0 || low >= source - 1)) share = 0, low = low < 0 ? 0 : source - 1;
    taps.low.push_back(low);
    taps.low_weight.push_back(static_cast<int16_t>(std::nearbyint((1.f - share) * kOne)));
    taps.high_weight.push_back(static_cast<int16_t>(std::nearbyint(share * kOne)));
  }
  return taps;
}

std::vector<int64_t> nearest_taps(int64_t source, int64_t resized, int64_t start, int64_t count, bool flip) {
  const double scale = 1. / (static_cast<double>(resized) / static_cast<double>(source));
  std::vector<int64_t> taps;
  for (int64_t i = 0; i < count; ++i) {
    const auto position = static_cast<double>(start + (flip ? count - 1 - i : i)) * scale;
    taps.push_back(std::min(static_cast<int64_t>(position), source - 1));
  }
  return taps;
}

// Whether the part from `start` on holds both neighbours of every pixel.
bool holds(int64_t start, int64_t size, int64_t source, const Taps& taps) {
  return std::all_of(taps.low.begin(), taps.low.end(), [&](int64_t low) {
    return std::max<int64_t>(low, 0) >= start && std::min(low + 1, source - 1) < start + size;
  });
}

std::vector<int16_t> four_times(const std::vector<int16_t>& weights) {
  std::vector<int16_t> repeated;
  for (const int16_t weight : weights) repeated.insert(repeated.end(), 4, weight);
  return repeated;
}

MMCV_SIMD void blend_columns(
    const uint8_t* __restrict first, const uint8_t* __restrict second, const int16_t* __restrict first_weight,
    const int16_t* __restrict second_weight, int64_t count, int16_t* __restrict out) {
  for (int64_t i = 0; i < count; ++i) {
    out[i] = static_cast<int16_t>((first[i] * first_weight[i] + second[i] * second_weight[i]) >> 4);
  }
}

MMCV_SIMD void blend_rows(
    const int16_t* __restrict first, const int16_t* __restrict second, int16_t first_weight, int16_t second_weight,
    int64_t count, uint8_t* __restrict out) {
  for (int64_t i = 0; i < count; ++i) {
    const auto upper = static_cast<int16_t>((first[i] * first_weight) >> 16);
    const auto lower = static_cast<int16_t>((second[i] * second_weight) >> 16);
    const auto sum = static_cast<int16_t>(static_cast<int16_t>(upper + lower + 2) >> 2);
    out[i] = static_cast<uint8_t>(sum < 255 ? sum : 255);
  }
}

template <class T>
void map_out(
    const uint32_t* __restrict pixels, int64_t count, const T* __restrict values, const int (&order)[3],
    T* __restrict first, T* __restrict second, T* __restrict third) {
  const int shifts[] = {shift(order[0]), shift(order[1]), shift(order[2])};
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t pixel = pixels[i];
    first[i] = values[pixel >> shifts[0] & 255u];
    second[i] = values[256 + (pixel >> shifts[1] & 255u)];
    third[i] = values[512 + (pixel >> shifts[2] & 255u)];
  }
}

// The pixels at each column and right of it; the fourth byte has no meaning.
void gather(
    const uint8_t* __restrict source, const int64_t* __restrict columns, int64_t count, uint32_t* __restrict low,
    uint32_t* __restrict high) {
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(&low[i], source + 3 * columns[i], 4);
    std::memcpy(&high[i], source + 3 * columns[i] + 3, 4);
  }
}

// Rows of the window, one after the other, before they are written.
class Rows {
 public:
  Rows(const uint8_t* image, const Crop& crop, const Taps& x, const Taps& y)
      : image_(image), crop_(crop), x_(x), y_(y), low_weight_(four_times(x.low_weight)),
        high_weight_(four_times(x.high_weight)), low_(x.low.size()), high_(x.low.size()),
        last_row_(static_cast<size_t>(3 * crop.part_width + 4)) {
    for (auto& row : blended_) row.resize(4 * x.low.size());
  }

  void resize(int64_t row, uint32_t* pixels) {
    const auto i = static_cast<size_t>(row);
    const int16_t *low = blended(y_.low[i]), *high = blended(y_.low[i] + 1);
    blend_rows(low, high, y_.low_weight[i], y_.high_weight[i], 4 * crop_.columns, reinterpret_cast<uint8_t*>(pixels));
  }

 private:
  // A source row at the columns of the window. Neighbouring rows have different places, so two of them stay.
  const int16_t* blended(int64_t row) {
    const int64_t y = std::clamp<int64_t>(row, 0, crop_.source_height - 1) - crop_.part_top;
    auto& place = blended_[y % 2];
    if (held_[y % 2] != y) {
      gather(pixels_of(y), x_.low.data(), crop_.columns, low_.data(), high_.data());
      blend_columns(
          reinterpret_cast<const uint8_t*>(low_.data()), reinterpret_cast<const uint8_t*>(high_.data()),
          low_weight_.data(), high_weight_.data(), 4 * crop_.columns, place.data());
      held_[y % 2] = y;
    }
    return place.data();
  }

  // The last two rows are copied: the bytes that are read behind a pixel could lie behind the image.
  const uint8_t* pixels_of(int64_t y) {
    const uint8_t* source = image_ + y * crop_.part_width * 3;
    if (y < crop_.part_height - 2) return source;
    std::copy_n(source, 3 * crop_.part_width, last_row_.data());
    return last_row_.data();
  }

  const uint8_t* image_;
  const Crop& crop_;
  const Taps &x_, &y_;
  std::vector<int16_t> low_weight_, high_weight_;
  std::vector<uint32_t> low_, high_;
  std::vector<uint8_t> last_row_;
  std::vector<int16_t> blended_[2];
  int64_t held_[2] = {-1, -1};
};

template <class T>
void recolour(uint32_t* pixels, int64_t count, const Colours<T>& colours) {
  if (colours.curve) map_all(pixels, count, colours.curve);
  const uint8_t* tables[] = {colours.hue, colours.saturation};
  for (const int channel : {1, 0}) {
    if (!tables[channel]) continue;
    to_hsv(pixels, count);
    map_one(reinterpret_cast<uint8_t*>(pixels) + channel, count, tables[channel]);
    to_bgr(pixels, count);
  }
}

template <class T>
void write(const uint32_t* pixels, int64_t row, const Crop& crop, const Colours<T>& colours, T* out) {
  const int64_t columns = row < crop.rows ? crop.columns : 0;
  T* rows[3];
  for (int c = 0; c < 3; ++c) {
    rows[c] = out + (c * crop.out_height + row) * crop.out_width;
    std::fill(rows[c] + columns, rows[c] + crop.out_width, colours.fill[c]);
  }
  const int first = colours.reverse ? 2 : 0;
  map_out(pixels, columns, colours.values, {first, 1, 2 - first}, rows[0], rows[1], rows[2]);
}

template <class T>
void pick(
    const T* __restrict source, const int64_t* __restrict columns, int64_t count, const int64_t* __restrict names,
    int64_t* __restrict out) {
  if constexpr (sizeof(T) == 1) {
    if (names) {
      for (int64_t i = 0; i < count; ++i) out[i] = names[source[columns[i]]];
      return;
    }
  }
  for (int64_t i = 0; i < count; ++i) out[i] = source[columns[i]];
}

// Equal values that follow each other, as one value and how many there are.
struct Runs {
  explicit Runs(const std::vector<int64_t>& values) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (i == 0 || values[i] != values[i - 1]) value.push_back(values[i]), length.push_back(0);
      ++length.back();
    }
  }
  std::vector<int64_t> value, length;
};

// Neighbours are mostly alike: four tables keep an addition from waiting for the one before.
struct Counts {
  void add(const uint8_t* row, const Runs& columns, int64_t times) {
    const int64_t *column = columns.value.data(), *length = columns.length.data();
    const size_t size = columns.value.size();
    for (size_t i = 0; i < size; ++i) table[row[column[i]]][i % 4] += times * length[i];
  }
  int64_t table[256][4] = {};
};

}  // namespace

template <class T>
bool augment_crop_cpu(const uint8_t* image, const Crop& crop, const Colours<T>& colours, T* out) {
  Taps x = linear_taps(crop.source_width, crop.width, crop.left, crop.columns, crop.flip_x, true);
  const Taps y = linear_taps(crop.source_height, crop.height, crop.top, crop.rows, crop.flip_y, false);
  if (!holds(crop.part_left, crop.part_width, crop.source_width, x) ||
      !holds(crop.part_top, crop.part_height, crop.source_height, y)) return false;
  for (int64_t& column : x.low) column -= crop.part_left;
  parallel_for(crop.out_height, kGrain, [&](int64_t begin, int64_t end) {
    Rows rows(image, crop, x, y);
    std::vector<uint32_t> pixels(static_cast<size_t>(crop.columns));
    for (int64_t row = begin; row < end; ++row) {
      if (row < crop.rows) {
        rows.resize(row, pixels.data());
        recolour(pixels.data(), crop.columns, colours);
      }
      write(pixels.data(), row, crop, colours, out);
    }
  });
  return true;
}

template <class T>
void augment_crop_label_cpu(const T* label, const Crop& crop, int64_t fill, const int64_t* names, int64_t* out) {
  const auto x = nearest_taps(crop.source_width, crop.width, crop.left, crop.columns, crop.flip_x);
  const auto y = nearest_taps(crop.source_height, crop.height, crop.top, crop.rows, crop.flip_y);
  parallel_for(crop.out_height, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t* target = out + row * crop.out_width;
      if (row >= crop.rows) {
        std::fill_n(target, crop.out_width, fill);
      } else if (row > begin && y[static_cast<size_t>(row)] == y[static_cast<size_t>(row - 1)]) {
        std::copy_n(target - crop.out_width, crop.out_width, target);
      } else {
        pick(label + y[static_cast<size_t>(row)] * crop.source_width, x.data(), crop.columns, names, target);
        std::fill(target + crop.columns, target + crop.out_width, fill);
      }
    }
  });
}

// A source pixel counts as often as it stands in the cut; counts are integers, so their order does not matter.
void crop_label_counts_cpu(const uint8_t* label, const Crop& crop, int64_t* counts) {
  const Runs x(nearest_taps(crop.source_width, crop.width, crop.left, crop.columns, false));
  const Runs y(nearest_taps(crop.source_height, crop.height, crop.top, crop.rows, false));
  std::mutex mutex;
  parallel_for(static_cast<int64_t>(y.value.size()), kGrain, [&](int64_t begin, int64_t end) {
    Counts found;
    for (auto row = static_cast<size_t>(begin); row < static_cast<size_t>(end); ++row) {
      found.add(label + y.value[row] * crop.source_width, x, y.length[row]);
    }
    const std::lock_guard<std::mutex> lock(mutex);
    for (int i = 0; i < 256; ++i) {
      for (const int64_t part : found.table[i]) counts[i] += part;
    }
  });
}

template bool augment_crop_cpu(const uint8_t*, const Crop&, const Colours<float>&, float*);
template bool augment_crop_cpu(const uint8_t*, const Crop&, const Colours<uint8_t>&, uint8_t*);
template void augment_crop_label_cpu(const uint8_t*, const Crop&, int64_t, const int64_t*, int64_t*);
template void augment_crop_label_cpu(const int16_t*, const Crop&, int64_t, const int64_t*, int64_t*);
template void augment_crop_label_cpu(const int32_t*, const Crop&, int64_t, const int64_t*, int64_t*);
template void augment_crop_label_cpu(const int64_t*, const Crop&, int64_t, const int64_t*, int64_t*);

}  // namespace mmcv
