#include "jpeg_cut.h"

#include <algorithm>
#include <vector>

#include "tensors.h"

namespace mmcv {
namespace {

using Ints = std::vector<int64_t>;
constexpr int64_t kMost = 1 << 16;  // pixels of an edge, and so units

Tensor cut_on_cpu(
    const Tensor& scan, const Tensor& codes, const Ints& blocks, int64_t across, int64_t restart, const Ints& window) {
  STD_TORCH_CHECK(scan.dim() == 1 && scan.scalar_type() == ScalarType::Byte, "jpeg_cut: scan must be uint8 (N)");
  STD_TORCH_CHECK(
      codes.dim() == 3 && codes.size(0) == 3 && codes.size(1) == 2 && codes.size(2) == kJpegCode &&
          codes.scalar_type() == ScalarType::Byte,
      "jpeg_cut: codes must be uint8 (3, 2, ", kJpegCode, ")");
  STD_TORCH_CHECK(
      blocks.size() == 3 && std::all_of(blocks.begin(), blocks.end(), [](int64_t n) { return n > 0 && n <= 16; }),
      "jpeg_cut: blocks must be three numbers from 1 to 16");
  STD_TORCH_CHECK(
      window.size() == 4 && across > 0 && across <= kMost && restart >= 0 &&
          std::all_of(window.begin(), window.end(), [](int64_t n) { return n >= 0 && n <= kMost; }) && window[2] > 0 &&
          window[3] > 0 && window[1] + window[3] <= across,
      "jpeg_cut: window must be (top, left, rows, columns) within the units across");
  const Tensor bytes = torch::stable::contiguous(scan), lengths = torch::stable::contiguous(codes);
  const std::vector<uint8_t> cut = jpeg_cut_cpu(
      {data(bytes, uint8_t{}), bytes.size(0), data(lengths, uint8_t{}), {blocks[0], blocks[1], blocks[2]}, across,
       restart, window[0], window[1], window[2], window[3]});
  Tensor out = torch::stable::new_empty(scan, {static_cast<int64_t>(cut.size())});
  std::copy(cut.begin(), cut.end(), mutable_data(out, uint8_t{}));
  return out;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("jpeg_cut(Tensor scan, Tensor codes, int[] blocks, int across, int restart, int[] window) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("jpeg_cut", TORCH_BOX(&mmcv::cut_on_cpu));
}
