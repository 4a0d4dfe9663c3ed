// The kernels of augment_crop, over plain pointers: only augment_crop.cpp knows tensors.
#pragma once

#include <cstdint>

namespace mmcv {

// What of a resized image is wanted, and where it lies in the result.
struct Crop {
  int64_t source_height, source_width;
  int64_t part_top, part_left, part_height, part_width;  // of the source: what is given of it
  int64_t height, width;              // that the source is resized to
  int64_t top, left, rows, columns;   // cut from that
  bool flip_x, flip_y;                // the cut
  int64_t out_height, out_width;      // of the result: the cut lies top left, the rest is padding
};

// What becomes of a pixel's values. A table that is nullptr changes nothing.
template <class T>
struct Colours {
  const uint8_t* curve;       // (256), of every channel
  const uint8_t* saturation;  // (256), in HSV
  const uint8_t* hue;         // (256), in HSV, values below 180; after the saturation
  const T* values;            // (3, 256): what the channels of the result hold in the place of a byte
  const T* fill;              // (3): the padding
  bool reverse;               // the channels, before `values`
};

// image (part_height, part_width, 3) -> out (3, out_height, out_width). T is float or uint8_t. False, and nothing is
// read or written, if the part does not hold all that the cut is made of.
template <class T>
bool augment_crop_cpu(const uint8_t* image, const Crop& crop, const Colours<T>& colours, T* out);

// label (source_height, source_width), no part of it -> out (out_height, out_width). T is uint8_t, int16_t, int32_t or
// int64_t. Of bytes `names` (256) holds what stands in the place of each, unless it is nullptr; the padding is `fill` all
// the same.
template <class T>
void augment_crop_label_cpu(const T* label, const Crop& crop, int64_t fill, const int64_t* names, int64_t* out);

// Adds to counts (256) how often each value stands in the cut.
void crop_label_counts_cpu(const uint8_t* label, const Crop& crop, int64_t* counts);

}  // namespace mmcv
