// Stacks, and how to go from one to another.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace emulator {

constexpr size_t kStackBytes = 1 << 17, kMostStacks = 1200;  // more than the threads of a block

// All stacks lie side by side.
inline char* stacks() {
  static char* const memory = static_cast<char*>(mmap(
      nullptr, kStackBytes * kMostStacks, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (memory == MAP_FAILED) std::abort();
  return memory;
}

inline bool is_on_a_stack(const void* address) {
  return static_cast<uintptr_t>(static_cast<const char*>(address) - stacks()) < kStackBytes * kMostStacks;
}

#ifdef __x86_64__
// Leaves what a called function must keep on the stack, stores where that is, and goes on from where another was left.
extern "C" void emulator_switch(void** left, void* entered);
asm(R"(
.text
.type emulator_switch, @function
emulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulator_switch, .-emulator_switch
)");

class Fiber {
  void* at_ = nullptr;

 public:
  void start(char* stack, void (*entry)()) {
    auto* top = reinterpret_cast<void**>(stack + kStackBytes) - 8;  // six registers, where to go, and no way back
    for (int i = 0; i < 8; ++i) top[i] = nullptr;
    top[6] = reinterpret_cast<void*>(entry);
    at_ = top;
  }
  void go_to(Fiber& other) { emulator_switch(&at_, other.at_); }
};
#else
class Fiber {
  ucontext_t at_;

 public:
  void start(char* stack, void (*entry)()) {
    getcontext(&at_);
    at_.uc_stack = {stack, 0, kStackBytes};
    at_.uc_link = nullptr;
    makecontext(&at_, entry, 0);
  }
  void go_to(Fiber& other) { swapcontext(&at_, &other.at_); }
};
#endif

}  // namespace emulator
