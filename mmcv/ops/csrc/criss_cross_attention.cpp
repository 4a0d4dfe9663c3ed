#include "criss_cross_attention.h"

#include "tensors.h"

namespace mmcv {
namespace {

void check_pair(const std::string& name, const Tensor& a, const Tensor& b) {
  STD_TORCH_CHECK(
      a.dim() == 4 && b.dim() == 4 && a.size(0) == b.size(0) && a.size(2) == b.size(2) && a.size(3) == b.size(3), name,
      ": both tensors must have four dimensions, and the same batch, height and width");
  STD_TORCH_CHECK(a.size(2) > 0 && a.size(3) > 0, name, ": the maps must not be empty");
  STD_TORCH_CHECK(
      a.device() == b.device() && a.scalar_type() == b.scalar_type(), name,
      ": both tensors must have the same type and be on the same device");
}

Cross describe(const Tensor& maps) { return {maps.size(0), maps.size(1), maps.size(2), maps.size(3)}; }

Tensor ca_weight(const Tensor& query, const Tensor& key) {
  check_pair("ca_weight", query, key);
  STD_TORCH_CHECK(query.size(1) == key.size(1), "ca_weight: query and key must have the same number of channels");
  const Tensor q = torch::stable::contiguous(query), k = torch::stable::contiguous(key);
  const Cross cross = describe(q);
  Tensor out = torch::stable::new_empty(q, {cross.samples, cross.reach(), cross.height, cross.width});
  run_floating(
      "ca_weight", q,
      [&](auto type) { ca_weight_cpu(data(q, type), data(k, type), cross, mutable_data(out, type)); },
      [&](auto type, void* stream) {
        return ca_weight_cuda(data(q, type), data(k, type), cross, mutable_data(out, type), stream);
      });
  return out;
}

Tensor ca_map(const Tensor& weight, const Tensor& value) {
  check_pair("ca_map", weight, value);
  const Tensor w = torch::stable::contiguous(weight), v = torch::stable::contiguous(value);
  const Cross cross = describe(v);
  STD_TORCH_CHECK(w.size(1) == cross.reach(), "ca_map: weight must have width + height - 1 channels");
  Tensor out = torch::stable::new_empty(v, {cross.samples, cross.channels, cross.height, cross.width});
  run_floating(
      "ca_map", v, [&](auto type) { ca_map_cpu(data(w, type), data(v, type), cross, mutable_data(out, type)); },
      [&](auto type, void* stream) {
        return ca_map_cuda(data(w, type), data(v, type), cross, mutable_data(out, type), stream);
      });
  return out;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("ca_weight(Tensor query, Tensor key) -> Tensor");
  m.def("ca_map(Tensor weight, Tensor value) -> Tensor");
}

#define MMCV_IMPLEMENT(m)                           \
  m.impl("ca_weight", TORCH_BOX(&mmcv::ca_weight)); \
  m.impl("ca_map", TORCH_BOX(&mmcv::ca_map));

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) { MMCV_IMPLEMENT(m) }

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) { MMCV_IMPLEMENT(m) }
#endif
