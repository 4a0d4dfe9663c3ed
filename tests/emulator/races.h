// Who has written and read what, in the build that looks for races; in the others these do nothing.
#pragma once

#include <cstdint>

namespace emulator::races {

void begin_launch(const char* kernel);
void end_launch();
void begin_block();
void next_epoch();  // a barrier of the block
void next_epoch_of_warp(int warp);
void forget();  // what is fresh, and everything else

}  // namespace emulator::races
