// torch's own functions about devices, as they would answer for tensors on a GPU: the second of two, so that it shows
// whether somebody forgets to go there. The rest of torch is as it is, and sees tensors of a CPU.
#include <dlfcn.h>

#include <cstring>
#include <stdexcept>
#include <string>

#include "emulator.h"
#include "machine.h"

namespace {

constexpr int kDevice = 1, kCuda = 1;

template <class Function>
Function* of_torch(const char* name) {
  static void* const library = dlopen("libtorch_cpu.so", RTLD_LAZY | RTLD_NOLOAD);
  void* const found = library ? dlsym(library, name) : nullptr;
  if (found == nullptr) throw std::runtime_error(std::string("emulator: torch has no ") + name);
  return reinterpret_cast<Function*>(found);
}

}  // namespace

extern "C" {
int32_t aoti_torch_get_data_ptr(void* tensor, void** data);
int32_t aoti_torch_get_numel(void* tensor, int64_t* numel);
int32_t aoti_torch_get_dtype(void* tensor, int32_t* type);
size_t aoti_torch_dtype_element_size(int32_t type);

EMULATOR_HIDDEN int32_t aoti_torch_get_device_type(void*, int32_t* type) {
  *type = kCuda;
  return 0;
}

EMULATOR_HIDDEN int32_t aoti_torch_get_device_index(void*, int32_t* index) {
  *index = kDevice;
  return 0;
}

EMULATOR_HIDDEN int32_t aoti_torch_get_current_cuda_stream(int32_t device, void** stream) {
  *stream = emulator::stream_of(device);
  return 0;
}

EMULATOR_HIDDEN int32_t aoti_torch_create_device_guard(int32_t device, void** guard) {
  *guard = new int(emulator::device());
  emulator::set_device(device);
  return 0;
}

EMULATOR_HIDDEN int32_t aoti_torch_device_guard_set_index(void*, int32_t device) {
  emulator::set_device(device);
  return 0;
}

EMULATOR_HIDDEN int32_t aoti_torch_delete_device_guard(void* guard) {
  emulator::set_device(*static_cast<int*>(guard));
  delete static_cast<int*>(guard);
  return 0;
}

// What is empty holds NaN, or -1, until somebody writes there, unless it was to be something else.
EMULATOR_HIDDEN int32_t torch_call_dispatcher(const char* name, const char* overload, uint64_t* stack, uint64_t version) {
  using Call = int32_t(const char*, const char*, uint64_t*, uint64_t);
  static Call* const call = of_torch<Call>("torch_call_dispatcher");
  const int32_t error = call(name, overload, stack, version);
  const bool is_empty = std::strcmp(name, "aten::new_empty") == 0 || std::strcmp(name, "aten::empty_like") == 0;
  if (error || !is_empty) return error;
  void *tensor = nullptr, *data = nullptr;
  int64_t numel = 0;
  int32_t type = 0;
  std::memcpy(&tensor, stack, sizeof tensor);
  aoti_torch_get_data_ptr(tensor, &data);
  aoti_torch_get_numel(tensor, &numel);
  aoti_torch_get_dtype(tensor, &type);
  const size_t size = static_cast<size_t>(numel) * aoti_torch_dtype_element_size(type);
  if (size == 0) return error;
  std::memset(data, emulator::machine.unwritten, size);
  emulator::fresh(data, size);
  return error;
}
}
