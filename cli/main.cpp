#include <cstdio>
#include <exception>

#include "cli/command_line.h"
#include "cli/standard_streams.h"

int main(int argc, char** argv) {
  try {
    ktriage::occupy_closed_standard_streams();
    return static_cast<int>(ktriage::run_command_line({argv + (argc > 0 ? 1 : 0), argv + argc}));
  } catch (const std::exception& error) {  // a bug, or no memory
    std::fprintf(stderr, "ktriage: internal error: %s\n", error.what());
    return static_cast<int>(ktriage::ExitCode::Input);
  }
}
