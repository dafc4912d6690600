#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "symbolizer/unit_index.h"

namespace ktriage {

/// Answers what source lines an address of one file comes from.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// "libdw" and so on, for messages.
  virtual std::string_view name() const = 0;

  /// The frames of `address`, innermost first: inlined calls, then the function that holds the code. Empty if nothing
  /// is known. Views live until the next call.
  virtual std::vector<SourceFrame> look_up(uint64_t address) = 0;

  /// Gets all ready that can be asked for, `jobs` threads at a time, where that pays.
  virtual void prepare(unsigned /*jobs*/) {}
};

}  // namespace ktriage
