#include "png_unfilter.h"

#include <algorithm>

#include "tensors.h"

namespace mmcv {
namespace {

Tensor unfilter_on_cpu(const Tensor& filtered, int64_t height, int64_t channels) {
  STD_TORCH_CHECK(channels == 1 || channels == 3, "png_unfilter: there must be 1 or 3 channels");
  STD_TORCH_CHECK(
      filtered.dim() == 2 && filtered.scalar_type() == ScalarType::Byte && filtered.size(1) > 0 &&
          (filtered.size(1) - 1) % channels == 0,
      "png_unfilter: filtered must be uint8 (rows, 1 + channels * width)");
  const int64_t rows = filtered.size(0), width = (filtered.size(1) - 1) / channels;
  STD_TORCH_CHECK(rows <= height, "png_unfilter: there are more rows than the height of the image");
  const Tensor bytes = torch::stable::contiguous(filtered);
  Tensor image = torch::stable::new_empty(filtered, {height, width, channels});
  auto* pixels = mutable_data(image, uint8_t{});
  const int64_t wrong = png_unfilter_cpu(data(bytes, uint8_t{}), rows, width, channels, pixels);
  STD_TORCH_CHECK(wrong < 0, "png_unfilter: unknown filter in row ", wrong);
  std::fill_n(pixels + rows * width * channels, (height - rows) * width * channels, uint8_t{0});
  return image;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("png_unfilter(Tensor filtered, int height, int channels) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("png_unfilter", TORCH_BOX(&mmcv::unfilter_on_cpu));
}
