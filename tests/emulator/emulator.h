// A GPU on one CPU thread: what the stand-ins for CUDA's header and for torch's device functions are made of.
//
// The threads of a block run one after the other, in random order, each until it waits for others (a barrier, a shuffle)
// or ends. One that waits keeps its stack, and another stack goes on: a thread that never waits costs no switch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>

#define EMULATOR_HIDDEN __attribute__((visibility("hidden")))
// Not for the race detector to see: it is told by `access`.
#define EMULATOR_UNSEEN __attribute__((noinline, no_sanitize("thread")))

struct dim3 {
  unsigned int x, y, z;
  constexpr dim3(unsigned int x = 1, unsigned int y = 1, unsigned int z = 1) : x(x), y(y), z(z) {}
};

namespace emulator EMULATOR_HIDDEN {

// The first mistake of an operation; `Operation` throws it.
[[gnu::format(printf, 1, 2)]] void report(const char* format, ...);
const char* problem();  // nullptr: none
int take_error();  // whether a launch went wrong since the last call; CUDA forgets it, too
const char* last_error();  // what went wrong

void blame_cast(bool counts_blocks);

// A call of an operator: from here no mistake is known, and no memory is fresh.
struct Operation {
  Operation();
  void finish() const;  // throws std::runtime_error with the mistake
};

// Casts to 32 bits or less. To cut 64 bits so, of which no compiler warns, is a mistake, as no map of a test is so large
// that it shows; but for the host, which counts blocks in unsigned int.
template <class To, class From>
constexpr To narrow(From value) {
  if constexpr (std::is_integral_v<From> && sizeof(From) == 8 && sizeof(To) < 8) {
    if (!__builtin_is_constant_evaluated()) blame_cast(std::is_same_v<To, unsigned int>);
  }
  return static_cast<To>(value);
}

// Where the running thread is.
dim3 thread_index();
dim3 block_index();
dim3 block_size();
dim3 grid_size();  // whoever asks goes round the grid: such kernels also run with few blocks

struct Site {
  const char* file;
  int line;
};

void barrier(Site site);

// `value` of the lane `source`; of the own one where that is outside of the warp's part of `width` lanes.
void shuffle(uint32_t mask, void* value, size_t size, int source, Site site);
uint32_t ballot(uint32_t mask, bool predicate, Site site, bool orders_memory);
int lane();

void* dynamic_shared();
// The variable of a block at a place in the source, for which `key` stands.
void* static_shared(const void* key, size_t size, size_t alignment);

template <class T>
T& shared(const void* key) {
  return *static_cast<T*>(static_shared(key, sizeof(T), alignof(T)));
}

enum class Access { read, write, atomic };
void access(const void* address, size_t size, Access kind);  // nothing, unless this is the build that looks for races

// Memory that nobody has written, and its end.
void fresh(const void* address, size_t size);
void stale(const void* address);

void set_device(int device);
int device();
void* stream_of(int device);

struct Launch {
  const char* kernel;
  dim3 grid, block;
  size_t shared;
  void* stream;
  unsigned int most_threads;  // of __launch_bounds__
  size_t parameters;  // bytes
};

void launch(const Launch& how, void (*thread)(const void*), const void* context);

// What stands between <<< and >>>.
struct Configuration {
  dim3 grid, block;
  size_t shared = 0;
  void* stream = nullptr;
  unsigned int most_threads = 1024;
};

template <class... Parameters>
constexpr size_t bytes_of() {
  size_t end = 0;
  ((end = (end + alignof(Parameters) - 1) / alignof(Parameters) * alignof(Parameters) + sizeof(Parameters)), ...);
  return end;
}

// `call` gets the parameters as constants: the kernel makes its own copies, as on a device.
template <class Call, class... Parameters>
void launch(const char* kernel, const Configuration& how, const Call& call, const Parameters&... parameters) {
  static_assert((std::is_trivially_copyable_v<Parameters> && ...), "parameters of kernels are copied byte by byte");
  const auto thread = [&] { call(parameters...); };
  launch({kernel, how.grid, how.block, how.shared, how.stream, how.most_threads, bytes_of<Parameters...>()},
         [](const void* context) { (*static_cast<const decltype(thread)*>(context))(); }, &thread);
}

}  // namespace emulator
