// Launches, blocks and threads; barriers and what the lanes of a warp do together.
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "emulator.h"
#include "fiber.h"
#include "races.h"

// There where AddressSanitizer is.
extern "C" __attribute__((weak)) void __asan_unpoison_memory_region(const volatile void* address, size_t size);

namespace emulator {
namespace {

constexpr int kWarp = 32;
constexpr unsigned int kThreadsOfBlock = 1024, kDepthOfBlock = 64, kWidthOfGrid = 0x7fffffff, kHeightOfGrid = 65535;
constexpr size_t kSharedBytes = 48 << 10, kParameterBytes = 4096;

enum class State { unborn, ready, at_barrier, in_warp, gone };

struct Thread {
  dim3 index;
  int number = 0;
  State state = State::unborn;
  Fiber* fiber = nullptr;  // while it waits
  Site site{};
  // While it waits for its warp: what it gives, and what it gets.
  uint32_t mask = 0, votes = 0;
  bool predicate = false;
  int source = -1;  // -1: a vote
  uint64_t value = 0, result = 0;
};

struct Block {
  dim3 index;
  std::vector<Thread> threads;
  std::vector<int> order, ready;
  size_t started = 0, gone = 0, at_barrier = 0, in_warp = 0, shared_bytes = 0;
  Thread* first = nullptr;  // at the barrier
  void* dynamic = nullptr;
  std::unordered_map<const void*, void*> variables;
};

struct Machine {
  std::string mistake;
  uint64_t random = 1;
  bool launches_fail = false, has_failed = false;
  unsigned int most_blocks = 0;  // of a launch that goes round the grid; 0: as many as it asks for
  std::set<std::string> rounds;  // the kernels that do
  bool goes_round = false;       // the running one
  int device = 0;
  const Launch* how = nullptr;
  void (*call)(const void*) = nullptr;
  const void* context = nullptr;
  dim3 grid;
  Block block;
  Thread* thread = nullptr;
  Fiber main;
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Fiber*> idle;
  Fiber* running = nullptr;
  int streams[2] = {};
};

Machine machine;

uint64_t random_below(uint64_t bound) {
  machine.random ^= machine.random << 13;
  machine.random ^= machine.random >> 7;
  machine.random ^= machine.random << 17;
  return machine.random % bound;
}

template <class T>
void shuffle_in_place(std::vector<T>& values) {
  for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random_below(i)]);
}

std::string name(const Thread& thread) {
  const auto [x, y, z] = thread.index;
  return "thread (" + std::to_string(x) + ", " + std::to_string(y) + ", " + std::to_string(z) + ")";
}

std::string name(Site site) {
  const std::string file(site.file);
  return file.substr(file.rfind('/') + 1) + ":" + std::to_string(site.line);
}

bool same(Site a, Site b) { return a.line == b.line && std::strcmp(a.file, b.file) == 0; }

void enter(Fiber* fiber) {
  Fiber* const left = machine.running;
  machine.running = fiber;
  left->go_to(*fiber);
}

void leave_for_main() {
  Fiber* const left = machine.running;
  machine.running = nullptr;
  left->go_to(machine.main);
}

// The running thread never goes on.
[[noreturn]] void give_up(const std::string& mistake) {
  report("%s: %s", machine.how->kernel, mistake.c_str());
  leave_for_main();
  __builtin_unreachable();
}

std::string who_waits() {
  std::string said;
  int told = 0;
  for (const Thread& thread : machine.block.threads) {
    if (thread.state != State::at_barrier && thread.state != State::in_warp) continue;
    if (++told > 3) return said + ", ...";
    said += (said.empty() ? "" : ", ") + name(thread) + " at " + name(thread.site);
  }
  return said;
}

// A thread that goes on: one that has waited, taken off the list; nullptr for one that has not begun.
Thread* choose() {
  Block& block = machine.block;
  const size_t unborn = block.threads.size() - block.started, ready = block.ready.size();
  if (unborn + ready == 0) give_up("deadlock: " + who_waits() + " wait for each other");
  if (unborn && (ready == 0 || random_below(2))) return nullptr;
  const size_t at = random_below(ready);
  Thread* const thread = &block.threads[block.ready[at]];
  block.ready[at] = block.ready.back();
  block.ready.pop_back();
  return thread;
}

void wake(Thread& thread) {
  --(thread.state == State::in_warp ? machine.block.in_warp : machine.block.at_barrier);
  thread.state = State::ready;
  machine.block.ready.push_back(thread.number);
}

Thread* lane_of(const Thread& thread, int lane) {
  const size_t number = static_cast<size_t>(thread.number / kWarp * kWarp + lane);
  return number < machine.block.threads.size() ? &machine.block.threads[number] : nullptr;
}

[[noreturn]] void blame(const Thread& waiting, const Thread& gone) {
  give_up("a barrier or shuffle in a branch: " + name(gone) + " has ended, " + name(waiting) + " waits at " +
          name(waiting.site));
}

void end(Thread& thread) {
  Block& block = machine.block;
  thread.state = State::gone;
  ++block.gone;
  if (block.at_barrier) blame(*block.first, thread);
  if (block.in_warp == 0) return;
  for (int i = 0; i < kWarp; ++i) {
    const Thread* const other = lane_of(thread, i);
    if (other && other->state == State::in_warp && (other->mask >> thread.number % kWarp & 1)) {
      blame(*other, thread);
    }
  }
}

void work();

Fiber* idle_fiber() {
  if (machine.idle.empty()) {
    if (machine.fibers.size() == kMostStacks) give_up("more threads wait than the emulator has stacks");
    machine.fibers.push_back(std::make_unique<Fiber>());
    machine.idle.push_back(machine.fibers.back().get());
    machine.idle.back()->start(stacks() + kStackBytes * (machine.fibers.size() - 1), work);
  }
  Fiber* const fiber = machine.idle.back();
  machine.idle.pop_back();
  return fiber;
}

// What a stack does that belongs to no waiting thread: it lets others run, on itself where they begin.
void work() {
  for (;;) {
    Block& block = machine.block;
    if (block.gone == block.threads.size()) {
      machine.idle.push_back(machine.running);
      leave_for_main();
      continue;
    }
    Thread* const next = choose();
    if (next == nullptr) {
      Thread& thread = block.threads[block.order[block.started++]];
      thread.state = State::ready;
      machine.thread = &thread;
      machine.call(machine.context);
      end(*machine.thread);
    } else {
      machine.idle.push_back(machine.running);
      machine.thread = next;
      enter(next->fiber);
    }
  }
}

// Comes back when somebody has woken the thread.
void wait(Thread& thread) {
  thread.fiber = machine.running;
  Thread* const next = choose();
  if (next != &thread) {
    machine.thread = next;
    enter(next ? next->fiber : idle_fiber());
  }
  machine.thread = &thread;
}

// Lets the lanes of a mask go on if all are there.
void meet(Thread& last, bool orders_memory) {
  bool whole = true;
  for (int i = 0; i < kWarp; ++i) {
    Thread* const other = lane_of(last, i);
    if (other == nullptr) continue;
    if (!(last.mask >> i & 1)) {
      whole = false;
      continue;
    }
    if (other->state == State::gone) blame(last, *other);
    if (other->state != State::in_warp) return;
    if (other->mask != last.mask || !same(other->site, last.site)) {
      give_up("the lanes of a warp are in different places: " + name(last) + " at " + name(last.site) + ", " +
              name(*other) + " at " + name(other->site) + ", or their masks differ");
    }
  }
  uint32_t votes = 0;
  for (int i = 0; i < kWarp; ++i) {
    Thread* const other = last.mask >> i & 1 ? lane_of(last, i) : nullptr;
    if (other && other->predicate) votes |= 1u << i;
  }
  for (int i = 0; i < kWarp; ++i) {
    Thread* const other = last.mask >> i & 1 ? lane_of(last, i) : nullptr;
    if (other == nullptr) continue;
    other->votes = votes;
    if (other->source >= 0) {
      const Thread* const source = lane_of(last, other->source);
      if (source == nullptr || !(last.mask >> other->source & 1)) {
        give_up(name(*other) + " takes the value of a lane that is not in the mask, at " + name(other->site));
      }
      other->result = source->value;
    }
    wake(*other);
  }
  if (orders_memory && whole) races::next_epoch_of_warp(last.number / kWarp);
}

void join_warp(uint32_t mask, int source, bool predicate, uint64_t value, Site site, bool orders_memory) {
  Thread& thread = *machine.thread;
  if (!(mask >> thread.number % kWarp & 1)) give_up(name(thread) + " is not in its own mask, at " + name(site));
  thread.mask = mask;
  thread.source = source;
  thread.predicate = predicate;
  thread.value = value;
  thread.site = site;
  thread.state = State::in_warp;
  ++machine.block.in_warp;
  meet(thread, orders_memory);
  wait(thread);
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
  races::begin_block(number);
  machine.running = idle_fiber();
  machine.main.go_to(*machine.running);
  for (const auto& [key, memory] : block.variables) release(memory);
  release(block.dynamic);
  machine.thread = nullptr;
}

// After a mistake the stacks are somewhere in a kernel: they begin anew.
void forget_fibers() {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(stacks(), kStackBytes * machine.fibers.size());
  machine.idle.clear();
  machine.fibers.clear();
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

const char* last_error() { return machine.has_failed ? "this launch was made to fail" : problem(); }

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
int lane() { return machine.thread->number % kWarp; }

void barrier(Site site) {
  Block& block = machine.block;
  Thread& thread = *machine.thread;
  thread.site = site;
  thread.state = State::at_barrier;
  if (block.at_barrier++ == 0) block.first = &thread;
  if (!same(block.first->site, site)) {
    give_up("threads of a block wait at different barriers: " + name(thread) + " at " + name(site) + ", " +
            name(*block.first) + " at " + name(block.first->site));
  }
  for (const Thread& other : block.threads) {
    if (block.gone == 0) break;
    if (other.state == State::gone) blame(thread, other);
  }
  if (block.at_barrier == block.threads.size()) {
    races::next_epoch();
    for (Thread& other : block.threads) wake(other);
  }
  wait(thread);
}

void shuffle(uint32_t mask, void* value, size_t size, int source, Site site) {
  uint64_t bits = 0;
  std::memcpy(&bits, value, size);
  join_warp(mask, source, false, bits, site, false);
  std::memcpy(value, &machine.thread->result, size);
}

uint32_t ballot(uint32_t mask, bool predicate, Site site, bool orders_memory) {
  join_warp(mask, -1, predicate, 0, site, orders_memory);
  return machine.thread->votes;
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
  machine.grid = how.grid;
  // Only a kernel that has been seen to go round the grid does its work with any number of blocks.
  if (machine.most_blocks && how.grid.x > machine.most_blocks && machine.rounds.count(how.kernel)) {
    machine.grid.x = machine.most_blocks;
  }
  machine.goes_round = false;
  races::begin_launch(how.kernel);
  std::vector<uint64_t> blocks(uint64_t{machine.grid.x} * machine.grid.y * machine.grid.z);
  std::iota(blocks.begin(), blocks.end(), 0);
  shuffle_in_place(blocks);
  for (const uint64_t number : blocks) {
    run_block(number);
    if (machine.block.gone != machine.block.threads.size()) {
      forget_fibers();
      break;
    }
  }
  races::end_launch();
  if (machine.goes_round) machine.rounds.insert(how.kernel);
  machine.how = nullptr;
}

}  // namespace emulator

extern "C" __attribute__((visibility("default"))) void emulator_set(
    uint64_t seed, unsigned int most_blocks, int launches_fail) {
  emulator::machine.random = seed * 2 + 1;
  emulator::machine.most_blocks = most_blocks;
  emulator::machine.launches_fail = launches_fail != 0;
}
