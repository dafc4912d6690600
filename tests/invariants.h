#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/engine.h"

namespace ktriage::test {

/// What docs/architecture.md promises for every input, checked for one. Each gives the first breach in words, or an
/// empty string. Shared by the property tests and the fuzz target.

/// The crashes of `log` when it arrives in pieces that end at `cuts` (ascending offsets).
std::vector<CrashReport> parse_in_pieces(const Engine& engine, std::string_view log, const std::vector<size_t>& cuts);

/// `count` ascending random offsets into a log of `size` bytes; the same for the same seed.
std::vector<size_t> random_cuts(size_t size, size_t count, uint64_t seed);

/// Streaming equals batch: any pieces give `crashes`, which the whole log gave.
std::string streaming_breach(const Engine& engine, std::string_view log, const std::vector<CrashReport>& crashes,
                             const std::vector<size_t>& cuts);

/// Ranges lie inside of the log, start at the line they name, and come in the order of their starts.
std::string range_breach(std::string_view log, const std::vector<CrashReport>& crashes);

/// Detect and parse agree: a crash starts at a line that the detector flags, and every flagged line belongs to a crash.
std::string detection_breach(const Engine& engine, std::string_view log, const std::vector<CrashReport>& crashes);

/// Titles are one line of at most 120 printable bytes; so are the alternatives.
std::string title_breach(const CrashReport& crash);

/// The report's own text, parsed again, gives first of all a crash of the same title. `log`: what `crash` came from.
std::string reparse_breach(const Engine& engine, std::string_view log, const CrashReport& crash);

}  // namespace ktriage::test
