#include "depthwise_conv.h"

#include <optional>
#include <vector>

#include "tensors.h"

namespace mmcv {
namespace {

constexpr int64_t kMost = 1 << 24;  // of any size, lest a product of three overflow

DepthwiseAxis axis(
    const char* name, int64_t inputs, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation) {
  STD_TORCH_CHECK(
      inputs > 0 && inputs < kMost && kernel > 0 && kernel < kMost && stride > 0 && stride < kMost && padding >= 0 &&
          padding < kMost && dilation > 0 && dilation < kMost,
      name, ": a size, stride, padding or dilation is out of range");
  STD_TORCH_CHECK(inputs + 2 * padding > dilation * (kernel - 1), name, ": the kernel is larger than the padded map");
  return {inputs, kernel, stride, padding, dilation};
}

std::optional<Tensor> per_channel(const std::optional<Tensor>& values, const Tensor& weight) {
  if (!values) return std::nullopt;
  STD_TORCH_CHECK(
      values->dim() == 1 && values->size(0) == weight.size(0) && values->scalar_type() == weight.scalar_type(),
      "depthwise_conv: bias and slope must have a value per kernel, of the type of weight");
  return torch::stable::contiguous(*values);
}

// A map whose channels lie side by side, and how the branches' kernels go over it.
struct Problem {
  Tensor map;
  std::vector<DepthwiseAxis> y, x;

  Problem(
      const char* name, const Tensor& given, int64_t height, int64_t width, const std::vector<int64_t>& stride,
      const std::vector<int64_t>& padding, const std::vector<int64_t>& dilation)
      : map(given) {
    STD_TORCH_CHECK(map.dim() == 4 && map.size(1) > 0, name, ": x must be (N, C, H, W) with at least one channel");
    STD_TORCH_CHECK(
        stride.size() == 2 && padding.size() > 0 && padding.size() % 2 == 0 && dilation.size() == padding.size(),
        name, ": stride must have two values, padding and dilation two per branch");
    for (size_t i = 0; i < padding.size(); i += 2) {
      y.push_back(axis(name, map.size(2), height, stride[0], padding[i], dilation[i]));
      x.push_back(axis(name, map.size(3), width, stride[1], padding[i + 1], dilation[i + 1]));
      STD_TORCH_CHECK(
          y.back().outputs() == y[0].outputs() && x.back().outputs() == x[0].outputs(), name,
          ": the branches must give maps of one size");
    }
    if (map.stride(1) != 1) map = nchw(torch::stable::contiguous(nhwc(map)));
  }

  int64_t kernels() const { return map.size(1) * y.size(); }

  Depthwise plan() const {
    return {
        map.size(0), map.size(1), static_cast<int64_t>(y.size()), y[0].outputs(), x[0].outputs(), map.stride(0),
        map.stride(2), map.stride(3), y.data(), x.data()};
  }
};

Tensor convolve(
    const Tensor& map, const Tensor& weight, const std::optional<Tensor>& bias, const std::optional<Tensor>& slope,
    std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation) {
  STD_TORCH_CHECK(weight.dim() == 4 && weight.size(1) == 1, "depthwise_conv: weight must be (branches * C, 1, h, w)");
  STD_TORCH_CHECK(weight.scalar_type() == map.scalar_type(), "depthwise_conv: x and weight must be of one type");
  const Problem problem("depthwise_conv", map, weight.size(2), weight.size(3), stride, padding, dilation);
  STD_TORCH_CHECK(weight.size(0) == problem.kernels(), "depthwise_conv: weight must be (branches * C, 1, h, w)");
  const Depthwise d = problem.plan();
  const Tensor taps = torch::stable::contiguous(weight);
  const std::optional<Tensor> shift = per_channel(bias, weight), below = per_channel(slope, weight);
  Tensor packed = torch::stable::new_empty(weight, {d.branches, d.groups(), d.taps(), kDepthwiseGroup});
  Tensor out = empty_channels_last(map, d.samples, problem.kernels(), d.height, d.width);
  visit_floating(map, "depthwise_conv: x", [&](auto type) {
    depthwise_pack_cpu(d, data(taps, type), mutable_data(packed, type));
    depthwise_conv_cpu(
        d, data(problem.map, type), data(packed, type), shift ? data(*shift, type) : nullptr,
        below ? data(*below, type) : nullptr, mutable_data(out, type));
  });
  return out;
}

Tensor weight_gradient(
    const Tensor& grad, const Tensor& map, std::vector<int64_t> kernel, std::vector<int64_t> stride,
    std::vector<int64_t> padding, std::vector<int64_t> dilation) {
  STD_TORCH_CHECK(kernel.size() == 2, "depthwise_conv_weight: kernel must have two values");
  STD_TORCH_CHECK(grad.scalar_type() == map.scalar_type(), "depthwise_conv_weight: grad and x must be of one type");
  const Problem problem("depthwise_conv_weight", map, kernel[0], kernel[1], stride, padding, dilation);
  const Depthwise d = problem.plan();
  STD_TORCH_CHECK(
      grad.dim() == 4 && grad.size(0) == d.samples && grad.size(1) == problem.kernels() && grad.size(2) == d.height &&
          grad.size(3) == d.width,
      "depthwise_conv_weight: grad must be (N, branches * C, H', W') as the convolution gives it");
  const Tensor of_result = torch::stable::contiguous(nhwc(grad));
  const DepthwisePieces p(d);
  Tensor sums = torch::stable::new_empty(map, {p.rows(d), d.branches, p.groups, p.size()});
  Tensor out = torch::stable::new_empty(map, {problem.kernels(), 1, kernel[0], kernel[1]});
  visit_floating(map, "depthwise_conv_weight: x", [&](auto type) {
    depthwise_weight_cpu(
        d, data(of_result, type), data(problem.map, type), mutable_data(sums, type), mutable_data(out, type));
  });
  return out;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("depthwise_conv(Tensor x, Tensor weight, Tensor? bias, Tensor? slope, int[] stride, int[] padding, "
        "int[] dilation) -> Tensor");
  m.def("depthwise_conv_weight(Tensor grad, Tensor x, int[] kernel, int[] stride, int[] padding, int[] dilation) "
        "-> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("depthwise_conv", TORCH_BOX(&mmcv::convolve));
  m.impl("depthwise_conv_weight", TORCH_BOX(&mmcv::weight_gradient));
}
