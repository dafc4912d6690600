#include "cli/output.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/messages.h"

namespace ktriage {

void Output::write(std::string_view text) {
  if (failed_ || std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return;
  failed_ = true;
  say("cannot write the output: " + std::generic_category().message(errno));
}

bool Output::flush() {
  if (!failed_ && std::fflush(stdout) != 0) {
    failed_ = true;
    say("cannot write the output: " + std::generic_category().message(errno));
  }
  return !failed_;
}

}  // namespace ktriage
