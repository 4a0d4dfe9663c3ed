#include "add_resized.h"

#include <vector>

#include "tensors.h"

namespace mmcv {
namespace {

void check(const Tensor& x) {
  STD_TORCH_CHECK(
      x.dim() == 4 && x.size(1) > 0 && x.size(2) > 0 && x.size(3) > 0,
      "add_resized: x and the maps must be (N, C, H, W) with at least one channel and pixel");
}

Tensor add(const Tensor& x, std::vector<Tensor> maps, bool align_corners) {
  check(x);
  STD_TORCH_CHECK(!maps.empty(), "add_resized: there must be a map");
  for (Tensor& map : maps) {
    check(map);
    STD_TORCH_CHECK(
        map.size(0) == x.size(0) && map.size(1) == x.size(1) && map.scalar_type() == x.scalar_type(),
        "add_resized: the maps must have as many images and channels as x, and its type");
    map = torch::stable::contiguous(nhwc(map));
  }
  const Tensor fine = torch::stable::contiguous(nhwc(x));
  Tensor out = empty_channels_last(x, x.size(0), x.size(1), x.size(2), x.size(3));
  visit_floating(x, "add_resized: x", [&](auto type) {
    std::vector<Coarse<decltype(type)>> coarse;
    for (const Tensor& map : maps) {
      coarse.push_back(
          {data(map, type), {map.size(1), x.size(2), align_corners}, {map.size(2), x.size(3), align_corners}});
    }
    add_resized_cpu(x.size(0), x.size(2), x.size(3), x.size(1), coarse, data(fine, type), mutable_data(out, type));
  });
  return out;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("add_resized(Tensor x, Tensor[] maps, bool align_corners) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("add_resized", TORCH_BOX(&mmcv::add));
}
