#pragma once

#include <set>
#include <string>

#include "parser/crash_report.h"

namespace ktriage {

/// The crash that is being chased, and whether another one is the same. Immutable; thread-safe.
class TargetMatcher {
 public:
  virtual ~TargetMatcher() = default;
  virtual bool matches(const CrashReport& crash) const = 0;
  /// How a run counts that showed no crash, but ended in a way that has a title (kNoOutputTitle).
  virtual bool matches_title(const std::string& title) const = 0;
};

/// By title: two crashes with a title or alternative title in common are the same. No titles: any crash is the target.
class TitleMatcher : public TargetMatcher {
 public:
  explicit TitleMatcher(std::set<std::string> titles) : titles_(std::move(titles)) {}

  bool matches(const CrashReport& crash) const override {
    if (titles_.empty() || titles_.contains(crash.title)) return true;
    for (const auto& title : crash.alt_titles) {
      if (titles_.contains(title)) return true;
    }
    return false;
  }
  bool matches_title(const std::string& title) const override { return titles_.contains(title); }

 private:
  std::set<std::string> titles_;
};

}  // namespace ktriage
