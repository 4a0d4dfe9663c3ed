// The threads of a block: who runs, who waits, and for what.
#include <cstring>

#include "machine.h"
#include "races.h"

// There where AddressSanitizer is.
extern "C" __attribute__((weak)) void __asan_unpoison_memory_region(const volatile void* address, size_t size);

namespace emulator {
namespace {

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

// After a mistake the stacks are somewhere in a kernel: they begin anew.
void forget_fibers() {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(stacks(), kStackBytes * machine.fibers.size());
  machine.idle.clear();
  machine.fibers.clear();
}

}  // namespace

[[noreturn]] void give_up(const std::string& mistake) {
  report("%s: %s", machine.how->kernel, mistake.c_str());
  leave_for_main();
  __builtin_unreachable();
}

void run_threads() {
  machine.running = idle_fiber();
  machine.main.go_to(*machine.running);
  machine.thread = nullptr;
  if (machine.block.gone < machine.block.threads.size()) forget_fibers();
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

}  // namespace emulator
