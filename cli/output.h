#pragma once

#include <string_view>

namespace ktriage {

/// The standard output, with the memory of whether all of it arrived.
class Output {
 public:
  void write(std::string_view text);
  /// False once anything could not be written; said on stderr the first time.
  bool flush();
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

}  // namespace ktriage
