#include "winograd_conv.h"

#include <torch/csrc/inductor/aoti_torch/generated/c_shim_cpu.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "tensors.h"

namespace mmcv {
namespace {

// Transformed values of a block of tiles on the side with fewer channels, and of a group of channels on the other. The
// larger, the faster are the matrix products; but these values are all the memory that a convolution takes besides its maps.
constexpr int64_t kBlock = 6 << 20, kGroup = 3 << 20;
// Of few channels the products are no faster for that: their blocks stay in the cache of a core.
constexpr int64_t kFewChannels = 128, kBlockOfFew = 3 << 17;
constexpr int64_t kLeast = 128;  // tiles of a block and channels of a group, lest the matrix products get too narrow

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
  const auto y = WinogradAxis::of(edge, x.size(2), padding[0], dilation[0]);
  const auto narrow = WinogradAxis::of(2, x.size(3), padding[1], dilation[1]);
  const auto wide = WinogradAxis::of(4, x.size(3), padding[1], dilation[1]);
  // Tiles of four columns take 6 products a column where those of two take 4; the last ones reach beyond the map.
  return {x.size(0), y, edge == 4 || 6 * wide.tiles < 4 * narrow.tiles ? wide : narrow};
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

// Item `index` of `count` that share `size` between them.
struct Share {
  int64_t first, size;

  static Share of(int64_t size, int64_t count, int64_t index) {
    const int64_t first = size * index / count;
    return {first, size * (index + 1) / count - first};
  }
};

// Some channels of a contiguous (N, height, width, channels).
template <class T>
Map<const T> pixels(const Tensor& map, const Share& channels, T type) {
  return {data(map, type) + channels.first, map.size(1), map.size(2), map.size(3), channels.size};
}

// out (positions, m, n) = beta * out + a (positions, m, k) b (positions, k, n)
void multiply(const Tensor& out, const Tensor& a, const Tensor& b, double beta) {
  TORCH_ERROR_CODE_CHECK(aoti_torch_cpu_baddbmm_out(out.get(), out.get(), a.get(), b.get(), beta, 1));
}

// How a convolution is cut: the tiles into blocks, and the channels of the side that has more of them into groups.
struct Cut {
  int64_t tiles, blocks, input_groups = 1, output_groups = 1;

  Cut(const Winograd& w, int64_t inputs, int64_t outputs) : tiles(w.tiles()) {
    const int64_t few = std::min(inputs, outputs), many = std::max(inputs, outputs);
    const int64_t values = few <= kFewChannels ? kBlockOfFew : kBlock;
    const int64_t fit = std::max(values / (w.positions() * few), kLeast);
    blocks = std::max<int64_t>((tiles + fit - 1) / fit, 1);  // of none the gradient is zero
    const int64_t side = std::max(std::min(fit, tiles), few);
    const int64_t group = std::max(kGroup / (w.positions() * side), kLeast);
    (outputs < inputs ? input_groups : output_groups) = (many + group - 1) / group;
  }

  int64_t groups() const { return input_groups * output_groups; }
  Share block(int64_t index) const { return Share::of(tiles, blocks, index); }
  Share input(int64_t inputs, int64_t index) const { return Share::of(inputs, input_groups, index); }
  Share output(int64_t outputs, int64_t index) const { return Share::of(outputs, output_groups, index); }
};

// Room for (positions, rows, columns) of what is transformed, up to a size.
class Room {
 public:
  Room(const Tensor& like, int64_t positions, int64_t rows, int64_t columns)
      : storage_(torch::stable::new_empty(like, {positions * rows * columns})), positions_(positions) {}

  Tensor of(int64_t rows, int64_t columns) {
    Tensor part = torch::stable::narrow(storage_, 0, 0, positions_ * rows * columns);
    return torch::stable::view(part, {positions_, rows, columns});
  }

 private:
  Tensor storage_;
  int64_t positions_;
};

// For the inputs, the outputs and the kernels of a block and a group.
struct Rooms {
  Room v, m, u;

  Rooms(const Tensor& like, const Winograd& w, const Cut& cut, int64_t inputs, int64_t outputs)
      : Rooms(like, w.positions(), most(cut.tiles, cut.blocks), most(inputs, cut.input_groups),
              most(outputs, cut.output_groups)) {}

 private:
  Rooms(const Tensor& like, int64_t positions, int64_t tiles, int64_t inputs, int64_t outputs)
      : v(like, positions, tiles, inputs), m(like, positions, tiles, outputs), u(like, positions, inputs, outputs) {}

  static int64_t most(int64_t size, int64_t count) { return (size + count - 1) / count; }
};

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
  // Its rows are the inputs, its columns the outputs: a matrix product is fastest where these lie side by side.
  const Tensor taps = weight.stride(2) == 3 * weight.stride(3) ? weight : torch::stable::contiguous(weight);
  const int64_t row_stride = taps.stride(side), column_stride = taps.stride(1 - side);
  Tensor y = empty_channels_last(x, w.samples, outputs, w.y.outputs, w.x.outputs);
  visit_floating(x, "winograd_conv: x", [&](auto type) {
    using T = decltype(type);
    const T* added = shift ? data(*shift, type) : nullptr;
    const Cut cut(w, inputs, outputs);
    Rooms rooms(x, w, cut, inputs, outputs);
    for (int64_t i = 0; i < cut.blocks; ++i) {
      const Share block = cut.block(i);
      for (int64_t j = 0; j < cut.output_groups; ++j) {
        const Share to = cut.output(outputs, j);
        const Tensor m = rooms.m.of(block.size, to.size);
        for (int64_t k = 0; k < cut.input_groups; ++k) {
          const Share from = cut.input(inputs, k);
          const Tensor v = rooms.v.of(block.size, from.size), u = rooms.u.of(from.size, to.size);
          if (j == 0) winograd_input_cpu(w, pixels(x, from, type), Block<T>{mutable_data(v, type), block.first, block.size});
          const Kernels kernels{from.size, to.size, row_stride, column_stride, taps.stride(3), transposed};
          const T* first = data(taps, type) + from.first * row_stride + to.first * column_stride;
          if (i == 0 || cut.groups() > 1) winograd_weight_cpu(w, kernels, first, mutable_data(u, type));
          multiply(m, v, u, k == 0 ? 0 : 1);
        }
        const Map<T> result{mutable_data(y, type) + to.first, w.y.outputs, w.x.outputs, outputs, to.size};
        winograd_output_cpu(
            w, Block<const T>{data(m, type), block.first, block.size}, added ? added + to.first : nullptr, result);
      }
    }
  });
  return is_channels_last(map) && !map.is_contiguous() ? y : channels_first(nhwc(y));
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
  Tensor weight = torch::stable::new_empty(x, {outputs, inputs, 3, 3});
  visit_floating(x, "winograd_conv_weight: x", [&](auto type) {
    using T = decltype(type);
    const Cut cut(w, inputs, outputs);
    Rooms rooms(x, w, cut, inputs, outputs);
    for (int64_t j = 0; j < cut.output_groups; ++j) {
      for (int64_t k = 0; k < cut.input_groups; ++k) {
        const Share to = cut.output(outputs, j), from = cut.input(inputs, k);
        const Tensor u = rooms.u.of(to.size, from.size);
        for (int64_t i = 0; i < cut.blocks; ++i) {
          const Share block = cut.block(i);
          const Tensor v = rooms.v.of(block.size, from.size), m = rooms.m.of(block.size, to.size);
          if (j == 0 || cut.blocks > 1) {
            winograd_input_cpu(w, pixels(x, from, type), Block<T>{mutable_data(v, type), block.first, block.size});
          }
          if (k == 0 || cut.blocks > 1) {
            winograd_output_backward_cpu(
                w, pixels(grad, to, type), Block<T>{mutable_data(m, type), block.first, block.size});
          }
          multiply(u, torch::stable::transpose(m, 1, 2), v, i == 0 ? 0 : 1);
        }
        T* first = mutable_data(weight, type) + 9 * (to.first * inputs + from.first);
        winograd_weight_backward_cpu(w, to.size, from.size, data(u, type), first, 9 * inputs);
      }
    }
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
