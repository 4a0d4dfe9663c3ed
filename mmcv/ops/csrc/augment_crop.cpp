#include "augment_crop.h"

#include <optional>
#include <vector>

#include "tensors.h"

namespace mmcv {
namespace {

using Ints = std::vector<int64_t>;

Crop checked_crop(
    const char* who, const Tensor& source, const Ints& size, const Ints& window, bool flip_x, bool flip_y,
    const Ints& shape, const Ints& place = {}) {
  STD_TORCH_CHECK(
      size.size() == 2 && window.size() == 4 && shape.size() == 2 && (place.empty() || place.size() == 4),
      who, ": size and shape must be (h, w), window (top, left, h, w), and place (top, left, H, W) or empty");
  const int64_t height = source.size(0), width = source.size(1);
  const Ints whole = place.empty() ? Ints{0, 0, height, width} : place;
  const Crop crop{whole[2],  whole[3],  whole[0],  whole[1], height, width,  size[0], size[1], window[0],
                  window[1], window[2], window[3], flip_x,   flip_y, shape[0], shape[1]};
  STD_TORCH_CHECK(
      crop.part_top >= 0 && crop.part_left >= 0 && crop.part_top <= crop.source_height - height &&
          crop.part_left <= crop.source_width - width,
      who, ": the image must lie inside of the whole of which it is a part");
  STD_TORCH_CHECK(
      height > 0 && width > 0 && crop.height > 0 && crop.width > 0,
      who, ": nothing can be resized from or to an empty image");
  STD_TORCH_CHECK(
      crop.top >= 0 && crop.left >= 0 && crop.rows >= 0 && crop.columns >= 0 && crop.rows <= crop.height - crop.top &&
          crop.columns <= crop.width - crop.left,
      who, ": the window must lie inside of the resized image");
  STD_TORCH_CHECK(
      crop.rows <= crop.out_height && crop.columns <= crop.out_width,
      who, ": the window must fit into the shape of the result");
  return crop;
}

const uint8_t* table(const std::optional<Tensor>& tensor) {
  if (!tensor) return nullptr;
  STD_TORCH_CHECK(
      tensor->scalar_type() == ScalarType::Byte && tensor->dim() == 1 && tensor->size(0) == 256 &&
          tensor->is_contiguous() && tensor->is_cpu(),
      "augment_crop: curve, saturation and hue must be contiguous uint8 (256)");
  return static_cast<const uint8_t*>(tensor->const_data_ptr());
}

template <class T>
Tensor of_type(
    const Tensor& image, const Crop& crop, const std::optional<Tensor>& curve, const std::optional<Tensor>& saturation,
    const std::optional<Tensor>& hue, const Tensor& values, const Tensor& fill, bool reverse, T type) {
  const Colours<T> colours{
      table(curve), table(saturation), table(hue), data(values, type), data(fill, type), reverse};
  for (int i = 0; colours.hue && i < 256; ++i) {
    STD_TORCH_CHECK(colours.hue[i] < 180, "augment_crop: hue must hold values below 180");
  }
  Tensor out = torch::stable::new_empty(values, {3, crop.out_height, crop.out_width});
  const bool is_done = augment_crop_cpu(data(image, uint8_t{}), crop, colours, mutable_data(out, type));
  STD_TORCH_CHECK(is_done, "augment_crop: the image lacks pixels that the window is made of");
  return out;
}

Tensor image_on_cpu(
    const Tensor& image, const Ints& size, const Ints& window, bool flip_x, bool flip_y, const Ints& shape,
    const std::optional<Tensor>& curve, const std::optional<Tensor>& saturation, const std::optional<Tensor>& hue,
    const Tensor& values, const Tensor& fill, bool reverse, const Ints& place) {
  STD_TORCH_CHECK(
      image.dim() == 3 && image.size(2) == 3 && image.scalar_type() == ScalarType::Byte,
      "augment_crop: image must be uint8 (H, W, 3)");
  const Crop crop = checked_crop("augment_crop", image, size, window, flip_x, flip_y, shape, place);
  STD_TORCH_CHECK(
      values.dim() == 2 && values.size(0) == 3 && values.size(1) == 256 && values.is_contiguous() && values.is_cpu() &&
          fill.dim() == 1 && fill.size(0) == 3 && fill.scalar_type() == values.scalar_type() && fill.is_contiguous() &&
          fill.is_cpu(),
      "augment_crop: values must be contiguous (3, 256), and fill (3) of the same type");
  const Tensor pixels = torch::stable::contiguous(image);
  const auto run = [&](auto type) {
    return of_type(pixels, crop, curve, saturation, hue, values, fill, reverse, type);
  };
  if (values.scalar_type() == ScalarType::Byte) return run(uint8_t{});
  STD_TORCH_CHECK(values.scalar_type() == ScalarType::Float, "augment_crop: values must be float32 or uint8");
  return run(float{});
}

Tensor label_on_cpu(
    const Tensor& label, const Ints& size, const Ints& window, bool flip_x, bool flip_y, const Ints& shape,
    int64_t fill, const std::optional<Tensor>& names) {
  STD_TORCH_CHECK(label.dim() == 2, "augment_crop_label: label must be (H, W)");
  STD_TORCH_CHECK(
      !names || (label.scalar_type() == ScalarType::Byte && names->scalar_type() == ScalarType::Long &&
                 names->dim() == 1 && names->size(0) == 256 && names->is_contiguous() && names->is_cpu()),
      "augment_crop_label: names must be contiguous int64 (256), of a label that is uint8");
  const Crop crop = checked_crop("augment_crop_label", label, size, window, flip_x, flip_y, shape);
  const Tensor indices = torch::stable::contiguous(label);
  Tensor out = torch::stable::new_empty(label, {crop.out_height, crop.out_width}, ScalarType::Long);
  visit_integer(label, "augment_crop_label: label", [&](auto type) {
    augment_crop_label_cpu(
        data(indices, type), crop, fill, names ? data(*names, int64_t{}) : nullptr, mutable_data(out, int64_t{}));
  });
  return out;
}

Tensor counts_on_cpu(const Tensor& label, const Ints& size, const Ints& window) {
  STD_TORCH_CHECK(
      label.dim() == 2 && label.scalar_type() == ScalarType::Byte, "crop_label_counts: label must be uint8 (H, W)");
  STD_TORCH_CHECK(window.size() == 4, "crop_label_counts: window must be (top, left, h, w)");
  const Crop crop = checked_crop("crop_label_counts", label, size, window, false, false, {window[2], window[3]});
  const Tensor indices = torch::stable::contiguous(label);
  Tensor counts = torch::stable::new_zeros(label, {256}, ScalarType::Long);
  crop_label_counts_cpu(data(indices, uint8_t{}), crop, mutable_data(counts, int64_t{}));
  return counts;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("augment_crop(Tensor image, int[] size, int[] window, bool flip_x, bool flip_y, int[] shape, Tensor? curve, "
        "Tensor? saturation, Tensor? hue, Tensor values, Tensor fill, bool reverse, int[] place) -> Tensor");
  m.def("augment_crop_label(Tensor label, int[] size, int[] window, bool flip_x, bool flip_y, int[] shape, int fill, "
        "Tensor? names) -> Tensor");
  m.def("crop_label_counts(Tensor label, int[] size, int[] window) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("augment_crop", TORCH_BOX(&mmcv::image_on_cpu));
  m.impl("augment_crop_label", TORCH_BOX(&mmcv::label_on_cpu));
  m.impl("crop_label_counts", TORCH_BOX(&mmcv::counts_on_cpu));
}
