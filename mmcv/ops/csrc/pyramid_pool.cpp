#include "pyramid_pool.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "tensors.h"

namespace mmcv {
namespace {

// The borders of all bins over one axis, each once.
Cells cut(int64_t length, const std::vector<int64_t>& sizes) {
  std::vector<int64_t> borders;
  for (const int64_t size : sizes) {
    for (int64_t i = 0; i < size; ++i) {
      borders.push_back(bin_first(i, length, size));
      borders.push_back(bin_last(i, length, size));
    }
  }
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  Cells cells;
  cells.count = static_cast<int>(borders.size()) - 1;
  std::copy(borders.begin(), borders.end(), cells.border);
  return cells;
}

Pyramid pyramid(
    int64_t samples, int64_t channels, int64_t height, int64_t width, const std::vector<int64_t>& sizes,
    bool channels_last) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max() / kSizes;
  STD_TORCH_CHECK(
      channels > 0 && height > 0 && width > 0 && height < kMost && width < kMost,
      "pyramid_pool: x needs at least one channel and one pixel, and at most ", kMost, " pixels an axis");
  STD_TORCH_CHECK(!sizes.empty() && sizes.size() <= kLevels, "pyramid_pool: there must be 1 to ", kLevels, " sizes");
  Pyramid p{samples, channels, height, width, channels_last, 0, 0, {}, {}, {}};
  int64_t sum = 0;
  for (const int64_t size : sizes) {
    STD_TORCH_CHECK(size > 0 && (sum += size) <= kSizes, "pyramid_pool: sizes must be positive and sum to at most ", kSizes);
    p.size[p.levels++] = static_cast<int>(size);
    p.bins += static_cast<int>(size * size);
  }
  p.y = cut(height, sizes);
  p.x = cut(width, sizes);
  return p;
}

bool is_channels_last(const Tensor& x) {
  return x.stride(1) == 1 && x.stride(3) == x.size(1) && x.stride(2) == x.size(3) * x.size(1) &&
      x.stride(0) == x.size(2) * x.stride(2);
}

// x as the kernels read it: channels_last if it is, else contiguous.
struct Map {
  bool channels_last;
  Tensor x;
  Pyramid p;

  Map(const Tensor& map, const std::vector<int64_t>& sizes)
      : channels_last(map.dim() == 4 && is_channels_last(map) && !map.is_contiguous()),
        x(channels_last ? map : torch::stable::contiguous(map)) {
    STD_TORCH_CHECK(map.dim() == 4, "pyramid_pool: x must be (N, C, H, W)");
    p = pyramid(map.size(0), map.size(1), map.size(2), map.size(3), sizes, channels_last);
  }
};

// The gradient as it comes, and room for the result: (N, C, H, W) that lies in memory as the map did.
struct Gradient {
  Pyramid p;
  Tensor grad, storage;

  Gradient(const Tensor& pooled, const std::vector<int64_t>& sizes, int64_t height, int64_t width, bool channels_last)
      : grad(torch::stable::contiguous(pooled)), storage(pooled) {
    STD_TORCH_CHECK(pooled.dim() == 3, "pyramid_pool_backward: the gradient must be (N, C, bins)");
    p = pyramid(pooled.size(0), pooled.size(1), height, width, sizes, channels_last);
    STD_TORCH_CHECK(pooled.size(2) == p.bins, "pyramid_pool_backward: the gradient must have ", p.bins, " bins");
    storage = channels_last ? torch::stable::new_empty(pooled, {p.samples, height, width, p.channels})
                            : torch::stable::new_empty(pooled, {p.samples, p.channels, height, width});
  }

  Tensor result() const {
    return p.channels_last ? nchw(storage) : storage;
  }
};

Tensor on_cpu(const Tensor& x, std::vector<int64_t> sizes) {
  const Map map(x, sizes);
  Tensor pooled = torch::stable::new_empty(x, {map.p.samples, map.p.channels, map.p.bins});
  visit_floating<true>(x, "pyramid_pool: x", [&](auto type) {
    pyramid_pool_cpu(map.p, data(map.x, type), mutable_data(pooled, type));
  });
  return pooled;
}

Tensor backward_on_cpu(
    const Tensor& pooled, std::vector<int64_t> sizes, int64_t height, int64_t width, bool channels_last) {
  const Gradient g(pooled, sizes, height, width, channels_last);
  visit_floating<true>(pooled, "pyramid_pool_backward: the gradient", [&](auto type) {
    pyramid_pool_backward_cpu(g.p, data(g.grad, type), mutable_data(g.storage, type));
  });
  return g.result();
}

#ifdef USE_CUDA
// Sums of halves are floats.
Tensor new_cells(const Tensor& like, const Pyramid& p) {
  const auto type = like.scalar_type() == ScalarType::Double ? ScalarType::Double : ScalarType::Float;
  return torch::stable::new_empty(like, {p.samples * p.channels * p.cells()}, type);
}

Tensor on_cuda(const Tensor& x, std::vector<int64_t> sizes) {
  const torch::stable::accelerator::DeviceGuard guard(x.get_device_index());
  const Map map(x, sizes);
  Tensor pooled = torch::stable::new_empty(x, {map.p.samples, map.p.channels, map.p.bins});
  const Tensor cells = new_cells(x, map.p);
  visit_floating<true>(x, "pyramid_pool: x", [&](auto type) {
    const char* error = pyramid_pool_cuda(
        map.p, data(map.x, type), cells.mutable_data_ptr(), mutable_data(pooled, type), current_stream(x));
    STD_TORCH_CHECK(error == nullptr, "pyramid_pool: CUDA says: ", error);
  });
  return pooled;
}

Tensor backward_on_cuda(
    const Tensor& pooled, std::vector<int64_t> sizes, int64_t height, int64_t width, bool channels_last) {
  const torch::stable::accelerator::DeviceGuard guard(pooled.get_device_index());
  const Gradient g(pooled, sizes, height, width, channels_last);
  const Tensor cells = new_cells(pooled, g.p);
  visit_floating<true>(pooled, "pyramid_pool_backward: the gradient", [&](auto type) {
    const char* error = pyramid_pool_backward_cuda(
        g.p, data(g.grad, type), cells.mutable_data_ptr(), mutable_data(g.storage, type), current_stream(pooled));
    STD_TORCH_CHECK(error == nullptr, "pyramid_pool_backward: CUDA says: ", error);
  });
  return g.result();
}
#endif

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("pyramid_pool(Tensor x, int[] sizes) -> Tensor");
  m.def("pyramid_pool_backward(Tensor grad, int[] sizes, SymInt height, SymInt width, bool channels_last) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("pyramid_pool", TORCH_BOX(&mmcv::on_cpu));
  m.impl("pyramid_pool_backward", TORCH_BOX(&mmcv::backward_on_cpu));
}

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) {
  m.impl("pyramid_pool", TORCH_BOX(&mmcv::on_cuda));
  m.impl("pyramid_pool_backward", TORCH_BOX(&mmcv::backward_on_cuda));
}
#endif
