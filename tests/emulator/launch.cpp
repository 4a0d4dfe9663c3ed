// Launches and blocks, their shared memory, and the mistakes that have been made.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <stdexcept>

#include "machine.h"
#include "races.h"

namespace emulator {

Machine machine;

namespace {

constexpr unsigned int kThreadsOfBlock = 1024, kDepthOfBlock = 64, kWidthOfGrid = 0x7fffffff, kHeightOfGrid = 65535;
constexpr size_t kSharedBytes = 48 << 10, kParameterBytes = 4096;

template <class T>
void shuffle_in_place(std::vector<T>& values) {
  for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random_below(i)]);
}

void* allocate(size_t size, size_t alignment) {
  Block& block = machine.block;
  block.shared_bytes = (block.shared_bytes + alignment - 1) / alignment * alignment + size;
  if (block.shared_bytes > kSharedBytes) give_up("a block has more than 48 KiB of shared memory");
  // The exact size, for a sanitizer to see its end.
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment < 16 ? 16 : alignment, size)) std::abort();
  std::memset(memory, 0xff, size);
  fresh(memory, size);
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) return;
  stale(memory);
  std::free(memory);
}

bool fits(const Launch& how) {
  const dim3 &block = how.block, &grid = how.grid;
  const uint64_t threads = uint64_t{block.x} * block.y * block.z;
  const char* const wrong = threads == 0 || threads > kThreadsOfBlock || block.z > kDepthOfBlock
      ? "a block has 1 to 1024 threads, 64 of them deep"
      : threads > how.most_threads ? "a block has more threads than __launch_bounds__ allows"
      : grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > kWidthOfGrid || grid.y > kHeightOfGrid ||
              grid.z > kHeightOfGrid
          ? "a grid has 1 to 2^31 - 1 blocks, 65535 along y and z"
          : how.shared > kSharedBytes ? "a block has more than 48 KiB of shared memory"
          : how.parameters > kParameterBytes ? "the parameters of a kernel take more than 4 KiB"
          : machine.device != 1 ? "the device of the tensors is not the current one: a guard is missing"
          : how.stream != stream_of(1) ? "this is not the current stream of the tensors' device"
                                       : nullptr;
  if (wrong) report("%s: %s", how.kernel, wrong);
  return wrong == nullptr;
}

// The numbers of the blocks that run, in random order. Only a kernel that has been seen to go round the grid does its
// work with any number of them. Of as many as there can be, the first do it; those where the number of a thread passes
// what 31 or 32 bits hold are idle, unless something counts in fewer than 64.
std::vector<uint64_t> blocks_of(const Launch& how) {
  machine.grid = how.grid;
  const bool is_free = machine.blocks && machine.rounds.count(how.kernel) && how.grid.y == 1 && how.grid.z == 1;
  if (is_free && machine.blocks <= how.grid.x) machine.grid.x = machine.blocks;
  std::vector<uint64_t> blocks(uint64_t{machine.grid.x} * machine.grid.y * machine.grid.z);
  std::iota(blocks.begin(), blocks.end(), 0);
  if (is_free && machine.blocks == kWidthOfGrid) {
    machine.grid.x = kWidthOfGrid;
    const uint64_t threads = uint64_t{how.block.x} * how.block.y * how.block.z;
    for (const int bits : {31, 32}) blocks.push_back((uint64_t{1} << bits) / threads);
    blocks.push_back(kWidthOfGrid - 1);
  }
  shuffle_in_place(blocks);
  return blocks;
}

void run_block(uint64_t number) {
  Block& block = machine.block;
  const dim3 size = machine.how->block;
  block = Block{};
  const auto x = number % machine.grid.x, y = number / machine.grid.x;
  block.index = dim3(static_cast<unsigned int>(x), static_cast<unsigned int>(y % machine.grid.y),
                     static_cast<unsigned int>(y / machine.grid.y));
  block.threads.resize(size_t{size.x} * size.y * size.z);
  block.order.resize(block.threads.size());
  std::iota(block.order.begin(), block.order.end(), 0);
  shuffle_in_place(block.order);
  for (size_t i = 0; i < block.threads.size(); ++i) {
    const auto n = static_cast<unsigned int>(i);
    block.threads[i].number = static_cast<int>(i);
    block.threads[i].index = dim3(n % size.x, n / size.x % size.y, n / size.x / size.y);
  }
  if (machine.how->shared) block.dynamic = allocate(machine.how->shared, 16);
  races::begin_block();
  run_threads();
  for (const auto& [key, memory] : block.variables) release(memory);
  release(block.dynamic);
}

}  // namespace

void report(const char* format, ...) {
  if (!machine.mistake.empty()) return;
  char text[500];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  machine.mistake = text;
}

const char* problem() { return machine.mistake.empty() ? nullptr : machine.mistake.c_str(); }

const char* last_error() { return problem() ? problem() : "this launch was made to fail"; }

int take_error() {
  const bool has_failed = machine.has_failed;
  machine.has_failed = false;
  return has_failed || problem();
}

void blame_cast(bool counts_blocks) {
  constexpr char said[] = "a cast loses the upper half of a number of 64 bits";
  if (machine.how) give_up(said);
  if (!counts_blocks) report(said);
}

Operation::Operation() {
  machine.mistake.clear();
  machine.has_failed = false;
  machine.device = 0;
  races::forget();
}

void Operation::finish() const {
  if (problem()) throw std::runtime_error("emulator: " + machine.mistake);
}

dim3 thread_index() { return machine.thread->index; }
dim3 block_index() { return machine.block.index; }
dim3 block_size() { return machine.how->block; }
dim3 grid_size() {
  machine.goes_round = true;
  return machine.grid;
}

void* dynamic_shared() {
  if (machine.block.dynamic == nullptr) give_up("shared memory of no size: the launch asks for none");
  return machine.block.dynamic;
}

void* static_shared(const void* key, size_t size, size_t alignment) {
  const auto found = machine.block.variables.find(key);
  if (found != machine.block.variables.end()) return found->second;
  void* const memory = allocate(size, alignment);
  machine.block.variables[key] = memory;
  return memory;
}

void set_device(int device) { machine.device = device; }
int device() { return machine.device; }
void* stream_of(int device) { return device == 0 || device == 1 ? &machine.streams[device] : nullptr; }

void launch(const Launch& how, void (*thread)(const void*), const void* context) {
  if (problem() || !fits(how)) return;
  machine.has_failed |= machine.launches_fail;
  if (machine.launches_fail) return;
  machine.how = &how;
  machine.call = thread;
  machine.context = context;
  const std::vector<uint64_t> blocks = blocks_of(how);
  machine.goes_round = false;
  races::begin_launch(how.kernel);
  for (const uint64_t number : blocks) {
    run_block(number);
    if (machine.block.gone < machine.block.threads.size()) break;
  }
  races::end_launch();
  if (machine.goes_round) machine.rounds.insert(how.kernel);
  machine.how = nullptr;
}

}  // namespace emulator

extern "C" __attribute__((visibility("default"))) void emulator_set(
    uint64_t seed, unsigned int blocks, int launches_fail, int unwritten) {
  emulator::machine.random = seed * 2 + 1;
  emulator::machine.blocks = blocks;
  emulator::machine.launches_fail = launches_fail != 0;
  emulator::machine.unwritten = unwritten;
}
