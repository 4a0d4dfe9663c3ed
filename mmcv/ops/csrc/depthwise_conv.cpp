#include "depthwise_conv.h"

#include <optional>
#include <vector>

#include "tensors.h"

namespace mmcv {
namespace {

constexpr int64_t kMost = 1 << 24;  // of any size, lest a product of three overflow

DepthwiseAxis axis(int64_t inputs, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation) {
  STD_TORCH_CHECK(
      inputs > 0 && inputs < kMost && kernel > 0 && kernel < kMost && stride > 0 && stride < kMost && padding >= 0 &&
          padding < kMost && dilation > 0 && dilation < kMost,
      "depthwise_conv: a size, stride, padding or dilation is out of range");
  STD_TORCH_CHECK(
      inputs + 2 * padding > dilation * (kernel - 1), "depthwise_conv: the kernel is larger than the padded map");
  return {inputs, kernel, stride, padding, dilation};
}

std::optional<Tensor> per_channel(const std::optional<Tensor>& values, const Tensor& weight) {
  if (!values) return std::nullopt;
  STD_TORCH_CHECK(
      values->dim() == 1 && values->size(0) == weight.size(0) && values->scalar_type() == weight.scalar_type(),
      "depthwise_conv: bias and slope must have a value per kernel, of the type of weight");
  return torch::stable::contiguous(*values);
}

Tensor convolve(
    const Tensor& map, const Tensor& weight, const std::optional<Tensor>& bias, const std::optional<Tensor>& slope,
    std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation) {
  STD_TORCH_CHECK(map.dim() == 4 && map.size(1) > 0, "depthwise_conv: x must be (N, C, H, W) with at least one channel");
  const int64_t branches = padding.size() / 2, channels = map.size(1);
  STD_TORCH_CHECK(
      stride.size() == 2 && branches > 0 && padding.size() % 2 == 0 && dilation.size() == padding.size(),
      "depthwise_conv: stride must have two values, padding and dilation two per branch");
  STD_TORCH_CHECK(
      weight.dim() == 4 && weight.size(0) == branches * channels && weight.size(1) == 1,
      "depthwise_conv: weight must be (branches * C, 1, h, w)");
  STD_TORCH_CHECK(weight.scalar_type() == map.scalar_type(), "depthwise_conv: x and weight must be of one type");
  std::vector<DepthwiseAxis> y, x;
  for (int64_t i = 0; i < branches; ++i) {
    y.push_back(axis(map.size(2), weight.size(2), stride[0], padding[2 * i], dilation[2 * i]));
    x.push_back(axis(map.size(3), weight.size(3), stride[1], padding[2 * i + 1], dilation[2 * i + 1]));
    STD_TORCH_CHECK(
        y[i].outputs() == y[0].outputs() && x[i].outputs() == x[0].outputs(),
        "depthwise_conv: the branches must give maps of one size");
  }
  const Tensor last = map.stride(1) == 1 ? map : nchw(torch::stable::contiguous(nhwc(map)));
  const Tensor taps = torch::stable::contiguous(weight);
  const std::optional<Tensor> shift = per_channel(bias, weight), below = per_channel(slope, weight);
  const Depthwise d{
      map.size(0), channels, branches, y[0].outputs(), x[0].outputs(), last.stride(0), last.stride(2), last.stride(3),
      y.data(), x.data()};
  Tensor packed = torch::stable::new_empty(weight, {branches, d.groups(), d.taps(), kDepthwiseGroup});
  Tensor out = torch::stable::new_empty(map, {d.samples, d.height, d.width, branches * channels});
  visit_floating(map, "depthwise_conv: x", [&](auto type) {
    depthwise_pack_cpu(d, data(taps, type), mutable_data(packed, type));
    depthwise_conv_cpu(
        d, data(last, type), data(packed, type), shift ? data(*shift, type) : nullptr,
        below ? data(*below, type) : nullptr, mutable_data(out, type));
  });
  return nchw(out);
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("depthwise_conv(Tensor x, Tensor weight, Tensor? bias, Tensor? slope, int[] stride, int[] padding, "
        "int[] dilation) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("depthwise_conv", TORCH_BOX(&mmcv::convolve));
}
