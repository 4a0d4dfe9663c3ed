// The kernel of jpeg_cut, over plain pointers: only jpeg_cut.cpp knows tensors.
#pragma once

#include <cstdint>
#include <vector>

namespace mmcv {

constexpr int64_t kJpegCode = 16 + 256;  // bytes of a Huffman code: how many words have 1 ... 16 bits, and their symbols

// The coded pixels of a JPEG file of one pass, and the units of blocks that are wanted of them.
struct JpegScan {
  const uint8_t* data;
  int64_t size;
  const uint8_t* codes;   // (3, 2, kJpegCode): of each component's averages and of its other coefficients
  int64_t blocks[3];      // of each component in a unit
  int64_t across;         // units in a row
  int64_t restart;        // after how many units the differences begin anew; 0: never
  int64_t top, left, rows, columns;
};

// The coded pixels of these units, as a file of no others has them; nothing where the scan is damaged, ends too early,
// or lacks a word that is needed.
std::vector<uint8_t> jpeg_cut_cpu(const JpegScan& scan);

}  // namespace mmcv
