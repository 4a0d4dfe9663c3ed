// The emulated device: its launch, its block and its threads.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "emulator.h"
#include "fiber.h"

namespace emulator {

constexpr int kWarp = 32;

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
  int unwritten = 0xff;  // each byte of a tensor that nobody has written to
  unsigned int blocks = 0;  // of a launch that goes round the grid; 0: as many as it asks for
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

extern Machine machine;

inline uint64_t random_below(uint64_t bound) {
  machine.random ^= machine.random << 13;
  machine.random ^= machine.random >> 7;
  machine.random ^= machine.random << 17;
  return machine.random % bound;
}

// Lets the threads of the block run; comes back when all have ended, or one has made a mistake.
void run_threads();

// The running thread never goes on.
[[noreturn]] void give_up(const std::string& mistake);

}  // namespace emulator
