#include "winograd_conv.h"

#include <torch/csrc/inductor/aoti_torch/generated/c_shim_cpu.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "tensors.h"

namespace mmcv {
namespace {

constexpr int64_t kBlock = 1 << 20;  // transformed values of a block of tiles: what stays in a cache
constexpr int64_t kLeast = 128;      // tiles of a block, lest the matrix products get too narrow

Winograd describe(
    const std::string& name, int64_t edge, const Tensor& x, const std::vector<int64_t>& padding,
    const std::vector<int64_t>& dilation) {
  constexpr int64_t kMost = 1 << 24;
  STD_TORCH_CHECK(x.dim() == 4 && x.size(1) > 0, name, ": x must be (N, C, H, W) with at least one channel");
  STD_TORCH_CHECK(padding.size() == 2 && dilation.size() == 2, name, ": padding and dilation must have two values each");
  for (int axis = 0; axis < 2; ++axis) {
    const int64_t p = padding[axis], d = dilation[axis], size = x.size(2 + axis);
    STD_TORCH_CHECK(d > 0 && d < kMost && p >= 0 && p < kMost && size < kMost, name, ": padding or dilation is out of range");
    STD_TORCH_CHECK(size > 0 && size + 2 * p > 2 * d, name, ": the kernel is larger than the padded map");
  }
  return {
      static_cast<int>(edge), x.size(0), WinogradAxis::of(edge, x.size(2), padding[0], dilation[0]),
      WinogradAxis::of(edge, x.size(3), padding[1], dilation[1])};
}

// (N, C, H, W) as (N, H, W, C), contiguous. torch's own copy is three times as slow where the map is contiguous.
Tensor channels_last(const Tensor& map) {
  const Tensor view = nhwc(map);
  if (view.is_contiguous() || !map.is_contiguous()) return torch::stable::contiguous(view);
  Tensor out = torch::stable::new_empty(map, view.sizes());
  visit_floating(map, "winograd_conv: a map", [&](auto type) {
    transpose_cpu(map.size(0), map.size(1), map.size(2) * map.size(3), data(map, type), mutable_data(out, type));
  });
  return out;
}

// The way back, into a contiguous (N, C, H, W).
Tensor channels_first(const Tensor& map) {
  Tensor out = torch::stable::new_empty(map, {map.size(0), map.size(3), map.size(1), map.size(2)});
  visit_floating(map, "winograd_conv: a map", [&](auto type) {
    transpose_cpu(map.size(0), map.size(1) * map.size(2), map.size(3), data(map, type), mutable_data(out, type));
  });
  return out;
}

template <class T>
Map<const T> pixels(const Tensor& map, T type) {
  return {data(map, type), map.size(1), map.size(2), map.size(3)};
}

// out (positions, m, n) = beta * out + a (positions, m, k) b (positions, k, n)
void multiply(const Tensor& out, const Tensor& a, const Tensor& b, double beta) {
  TORCH_ERROR_CODE_CHECK(aoti_torch_cpu_baddbmm_out(out.get(), out.get(), a.get(), b.get(), beta, 1));
}

// Room for the transformed tiles of a block, of one side of the convolution.
class Room {
 public:
  Room(const Tensor& like, int64_t positions, int64_t tiles, int64_t channels)
      : storage_(torch::stable::new_empty(like, {positions * tiles * channels})),
        positions_(positions),
        channels_(channels) {}

  // (positions, count, channels)
  Tensor of(int64_t count) {
    Tensor part = torch::stable::narrow(storage_, 0, 0, positions_ * count * channels_);
    return torch::stable::view(part, {positions_, count, channels_});
  }

 private:
  Tensor storage_;
  int64_t positions_, channels_;
};

// run(first, count, v, m) over blocks of tiles, with room for their transformed inputs and outputs.
template <class Run>
void for_blocks(const Winograd& w, const Tensor& like, int64_t inputs, int64_t outputs, const Run& run) {
  const int64_t fit = std::max(kBlock / (w.positions() * std::max(inputs, outputs)), kLeast);
  const int64_t blocks = (w.tiles() + fit - 1) / fit, most = std::min(w.tiles(), fit);
  Room v(like, w.positions(), most, inputs), m(like, w.positions(), most, outputs);
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t first = w.tiles() * block / blocks, count = w.tiles() * (block + 1) / blocks - first;
    run(first, count, v.of(count), m.of(count));
  }
}

// The weight (K, C, 3, 3) transformed, (positions, C, K), or (positions, K, C) for the transposed convolution: a matrix product is
// fastest where the outputs lie side by side.
Tensor transformed(int edge, const Tensor& weight, bool transposed) {
  const Tensor taps = weight.stride(2) == 3 * weight.stride(3) ? weight : torch::stable::contiguous(weight);
  const int64_t row = transposed ? 0 : 1, column = 1 - row;
  Tensor u = torch::stable::new_empty(weight, {winograd_positions(edge), weight.size(row), weight.size(column)});
  visit_floating(weight, "winograd_conv: weight", [&](auto type) {
    const Kernels kernels{
        weight.size(row), weight.size(column), taps.stride(row), taps.stride(column), taps.stride(3), transposed};
    winograd_weight_cpu(edge, kernels, data(taps, type), mutable_data(u, type));
  });
  return u;
}

// Torch's rule for what lies channels last: whole, or a cut of such a map.
bool is_channels_last(const Tensor& map) {
  return map.stride(1) > 0 && map.stride(3) >= map.stride(1) * map.size(1) &&
      map.stride(2) >= map.stride(3) * map.size(3) && map.stride(0) >= map.stride(2) * map.size(2);
}

Tensor convolve(
    const Tensor& map, const Tensor& weight, const std::optional<Tensor>& bias, std::vector<int64_t> padding,
    std::vector<int64_t> dilation, bool transposed, int64_t edge) {
  STD_TORCH_CHECK(edge == 2 || edge == 4, "winograd_conv: edge must be 2 or 4");
  const Winograd w = describe("winograd_conv", edge, map, padding, dilation);
  const int64_t inputs = map.size(1), side = transposed ? 0 : 1;
  STD_TORCH_CHECK(
      weight.dim() == 4 && weight.size(side) == inputs && weight.size(1 - side) > 0 && weight.size(2) == 3 &&
          weight.size(3) == 3,
      "winograd_conv: weight must be (K, C, 3, 3), with the channels of x as C, or as K where transposed");
  const int64_t outputs = weight.size(1 - side);
  STD_TORCH_CHECK(!bias || (bias->dim() == 1 && bias->size(0) == outputs), "winograd_conv: bias must have a value a kernel");
  STD_TORCH_CHECK(
      weight.scalar_type() == map.scalar_type() && (!bias || bias->scalar_type() == map.scalar_type()),
      "winograd_conv: x, weight and bias must be of one type");
  const Tensor x = channels_last(map);
  const std::optional<Tensor> shift = bias ? std::optional(torch::stable::contiguous(*bias)) : std::nullopt;
  const Tensor u = transformed(w.edge, weight, transposed);
  Tensor y = torch::stable::new_empty(x, {w.samples, w.y.outputs, w.x.outputs, outputs});
  visit_floating(x, "winograd_conv: x", [&](auto type) {
    using T = decltype(type);
    const Map<T> result{mutable_data(y, type), w.y.outputs, w.x.outputs, outputs};
    for_blocks(w, x, inputs, outputs, [&](int64_t first, int64_t count, const Tensor& v, const Tensor& m) {
      winograd_input_cpu(w, pixels(x, type), Block<T>{mutable_data(v, type), first, count});
      multiply(m, v, u, 0);
      const T* added = shift ? data(*shift, type) : nullptr;
      winograd_output_cpu(w, Block<const T>{data(m, type), first, count}, added, result);
    });
  });
  return is_channels_last(map) && !map.is_contiguous() ? nchw(y) : channels_first(y);
}

Tensor weight_gradient(
    const Tensor& gradient, const Tensor& map, std::vector<int64_t> padding, std::vector<int64_t> dilation) {
  const Winograd w = describe("winograd_conv_weight", 2, map, padding, dilation);
  STD_TORCH_CHECK(
      gradient.dim() == 4 && gradient.size(0) == w.samples && gradient.size(1) > 0 && gradient.size(2) == w.y.outputs &&
          gradient.size(3) == w.x.outputs,
      "winograd_conv_weight: grad must have the shape of the convolution's result");
  STD_TORCH_CHECK(gradient.scalar_type() == map.scalar_type(), "winograd_conv_weight: grad and x must be of one type");
  const int64_t inputs = map.size(1), outputs = gradient.size(1);
  const Tensor x = channels_last(map), grad = channels_last(gradient);
  const Tensor u = torch::stable::new_zeros(x, {w.positions(), outputs, inputs});
  Tensor weight = torch::stable::new_empty(x, {outputs, inputs, 3, 3});
  visit_floating(x, "winograd_conv_weight: x", [&](auto type) {
    using T = decltype(type);
    for_blocks(w, x, inputs, outputs, [&](int64_t first, int64_t count, const Tensor& v, const Tensor& m) {
      winograd_input_cpu(w, pixels(x, type), Block<T>{mutable_data(v, type), first, count});
      winograd_output_backward_cpu(w, pixels(grad, type), Block<T>{mutable_data(m, type), first, count});
      multiply(u, torch::stable::transpose(m, 1, 2), v, 1);
    });
    winograd_weight_backward_cpu(outputs, inputs, data(u, type), mutable_data(weight, type));
  });
  return weight;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("winograd_conv(Tensor x, Tensor weight, Tensor? bias, int[] padding, int[] dilation, bool transposed, "
        "int edge) -> Tensor");
  m.def("winograd_conv_weight(Tensor grad, Tensor x, int[] padding, int[] dilation) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("winograd_conv", TORCH_BOX(&mmcv::convolve));
  m.impl("winograd_conv_weight", TORCH_BOX(&mmcv::weight_gradient));
}
