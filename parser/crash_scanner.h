#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "rules/rule_pack.h"

namespace ktriage {

/// Finds the trigger literals of all families, and a few marks of the console, in one pass over the bytes. Built once
/// per rule pack and shared; each thread scans with a Scratch of its own.
class CrashScanner {
 public:
  /// Marks other than families' triggers.
  static constexpr std::string_view kBannerText = "Linux version ";  ///< gives a hit kBanner
  enum Mark : uint16_t { kSuppressing = 0xFFFD, kBanner = 0xFFFE, kUnclean = 0xFFFF };

  struct Hit {
    size_t end = 0;       ///< offset just past the literal
    uint16_t family = 0;  ///< index into RulePack::families, or a Mark
    uint16_t length = 0;  ///< of the literal
  };

  class Scratch;

  explicit CrashScanner(const RulePack& pack);
  ~CrashScanner();
  CrashScanner(const CrashScanner&) = delete;
  CrashScanner& operator=(const CrashScanner&) = delete;

  std::unique_ptr<Scratch, void (*)(Scratch*)> new_scratch() const;

  /// Appends to `ends` an offset inside of, or just past, each line of `bytes` for which scan() would give a hit, in
  /// order, perhaps several for a line. Several GB/s where there is nothing to find.
  void find_candidates(std::string_view bytes, Scratch& scratch, std::vector<size_t>& ends) const;

  /// Appends the hits in `bytes` to `hits`, in order of their ends. Linear. Lines with bytes that LogLine would remove
  /// give a hit kUnclean: literals may be torn there, scan them again cleaned.
  void scan(std::string_view bytes, Scratch& scratch, std::vector<Hit>& hits) const;

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace ktriage
