// What the operators share: the element type of a tensor as a C++ type, checks, and the current CUDA stream.
#pragma once

#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>
#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Exception.h>
#include <torch/headeronly/util/Half.h>
#include <torch/headeronly/util/shim_utils.h>

#include <cstdint>
#include <string>

#ifdef USE_CUDA
#include <torch/csrc/stable/accelerator.h>

// Only a CUDA build of torch has this function. Weak, so that the same mmcv._ext also loads under a CPU build of torch,
// where no CUDA kernel can be reached.
#pragma weak aoti_torch_get_current_cuda_stream
#endif

namespace mmcv {

using torch::headeronly::ScalarType;
using torch::stable::Tensor;

// visit(T{}) with T the element type of `tensor`; `what` names the tensor in the error.
template <class Visitor>
void visit_integer(const Tensor& tensor, const char* what, const Visitor& visit) {
  switch (tensor.scalar_type()) {
    case ScalarType::Byte: return visit(uint8_t{});
    case ScalarType::Short: return visit(int16_t{});
    case ScalarType::Int: return visit(int32_t{});
    case ScalarType::Long: return visit(int64_t{});
    default: STD_TORCH_CHECK(false, what, " must hold uint8, int16, int32 or int64");
  }
}

// The same for float and double, and, where `halves`, for Half and BFloat16.
template <bool halves = false, class Visitor>
void visit_floating(const Tensor& tensor, const char* what, const Visitor& visit) {
  const auto type = tensor.scalar_type();
  if (type == ScalarType::Float) return visit(float{});
  if (type == ScalarType::Double) return visit(double{});
  if constexpr (halves) {
    if (type == ScalarType::Half) return visit(torch::headeronly::Half{});
    if (type == ScalarType::BFloat16) return visit(torch::headeronly::BFloat16{});
  }
  STD_TORCH_CHECK(false, what, " must hold float32 or float64", halves ? ", float16 or bfloat16" : "");
}

// The elements of a contiguous tensor, as the type of the second argument.
template <class T>
const T* data(const Tensor& tensor, T /*type*/) {
  return static_cast<const T*>(tensor.const_data_ptr());
}

template <class T>
T* mutable_data(const Tensor& tensor, T /*type*/) {
  return static_cast<T*>(tensor.mutable_data_ptr());
}

// Whether a tensor holds what the values of another are computed in: float64 for float64, else float32.
inline bool is_wide_of(const Tensor& tensor, const Tensor& values) {
  const bool is_double = values.scalar_type() == ScalarType::Double;
  return tensor.scalar_type() == (is_double ? ScalarType::Double : ScalarType::Float);
}

// Views of (N, C, H, W) as (N, H, W, C), and back.
inline Tensor nhwc(const Tensor& map) {
  return torch::stable::transpose(torch::stable::transpose(map, 1, 2), 2, 3);
}

inline Tensor nchw(const Tensor& map) {
  return torch::stable::transpose(torch::stable::transpose(map, 2, 3), 1, 2);
}

// Room for (samples, channels, height, width) whose channels lie side by side. An operator must not return a view of
// (samples, height, width, channels): autograd lets nobody change that in place, as activations do.
inline Tensor empty_channels_last(
    const Tensor& like, int64_t samples, int64_t channels, int64_t height, int64_t width) {
  return torch::stable::empty(
      {samples, channels, height, width}, like.scalar_type(), std::nullopt, like.device(), std::nullopt,
      torch::headeronly::MemoryFormat::ChannelsLast);
}

#ifdef USE_CUDA
inline void* current_stream(const Tensor& tensor) {
  void* stream = nullptr;
  TORCH_ERROR_CODE_CHECK(aoti_torch_get_current_cuda_stream(tensor.get_device_index(), &stream));
  return stream;
}
#endif

// Runs an operator's kernel for the device and the type of its contiguous `input`: on_cpu(T{}), or
// on_cuda(T{}, stream), which returns nullptr or what went wrong.
template <class OnCpu, class OnCuda>
void run_floating(const std::string& name, const Tensor& input, const OnCpu& on_cpu, const OnCuda& on_cuda) {
#ifdef USE_CUDA
  if (input.is_cuda()) {
    const torch::stable::accelerator::DeviceGuard guard(input.get_device_index());
    return visit_floating<true>(input, (name + ": input").c_str(), [&](auto type) {
      const char* error = on_cuda(type, current_stream(input));
      STD_TORCH_CHECK(error == nullptr, name, ": CUDA says: ", error);
    });
  }
#else
  (void)on_cuda;
#endif
  visit_floating(input, (name + ": input").c_str(), on_cpu);
}

}  // namespace mmcv
