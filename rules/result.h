#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ktriage {

/// What went wrong, where, and what to do about it. `line` and `column` count from 1; 0 means unknown.
struct Diagnostic {
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;

  /// "file:line:column: message", without the parts that are unknown.
  std::string to_string() const {
    std::string out = file;
    if (line > 0) out += ":" + std::to_string(line);
    if (line > 0 && column > 0) out += ":" + std::to_string(column);
    if (!out.empty()) out += ": ";
    return out + message;
  }
};

using Diagnostics = std::vector<Diagnostic>;

/// A value, or why there is none. Errors that a user can cause travel as values; exceptions are for bugs.
template <typename T>
class Result {
 public:
  Result(T value) : state_(std::move(value)) {}                        // NOLINT: implicit by design
  Result(Diagnostic error) : state_(Diagnostics{std::move(error)}) {}  // NOLINT: implicit by design
  Result(Diagnostics errors) : state_(std::move(errors)) {}            // NOLINT: implicit by design

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  /// REQUIRES: ok().
  T& value() { return std::get<T>(state_); }
  const T& value() const { return std::get<T>(state_); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// REQUIRES: !ok(). Never empty.
  const Diagnostics& errors() const { return std::get<Diagnostics>(state_); }

 private:
  std::variant<T, Diagnostics> state_;
};

}  // namespace ktriage
