#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parser/crash_report.h"
#include "parser/guilty.h"
#include "rules/pattern_set.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// A frame that says something about the crash.
struct SignatureFrame {
  std::string function;  ///< without compiler suffixes; the entries of one system call folded into sys_NAME
  std::string module;    ///< empty: built in, or not shown
  bool inlined = false;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a 0
  auto operator<=>(const SignatureFrame&) const = default;
};

/// What of a crash stays the same when the same bug strikes again: no addresses, offsets, CPUs, PIDs, times.
/// docs/signatures.md argues for it.
struct Signature {
  static constexpr int kVersion = 2;  ///< 2: the detail is no part of the id, functions that messages name are

  int version = kVersion;
  std::string id;      ///< 12 hexadecimal digits of kind and anchor: to search for
  std::string family;  ///< 8 hexadecimal digits of the anchor alone: coarser

  std::string kind;    ///< of rules/linux/04-signatures.yaml; empty: none fitted
  std::string anchor;  ///< the function (for races both, sorted), or the message where that is what is known
  std::string module;  ///< of the anchor's function
  std::string what;    ///< the title without its function: what the detector saw
  std::string detail;  ///< which of several mistakes a check found, where its message tells; else empty
  std::vector<SignatureFrame> frames;   ///< significant, innermost first, each function once; the first is the anchor's
  std::vector<std::string> hints;       ///< significant functions among the frames that the unwinder does not vouch for
  std::vector<std::string> allocation;  ///< significant functions of the stack that allocated the object
  std::vector<std::string> free;        ///< and of the one that freed it
  std::vector<std::string> titles;      ///< title and alternatives, sorted; none of a corrupted report
  bool corrupted = false;
  std::string evidence;  ///< of a corrupted report without frames: the message it can be told by

  bool operator==(const Signature&) const = default;
};

/// Makes signatures. Immutable and thread-safe; built once per rule pack, which must outlive it.
class Signer {
 public:
  explicit Signer(const RulePack& pack);

  /// Linear in the report's frames.
  Signature sign(const CrashReport& report) const;

  /// Why a stack's frame does not count; empty: it does. For explanations.
  std::string_view passed_over(std::string_view function) const;

 private:
  /// Exact names, and globs with `*` at an end.
  class NameSet {
   public:
    void add(const std::vector<GuiltyList>& lists);
    bool has(std::string_view function) const;

   private:
    std::set<std::string, std::less<>> exact_;
    std::vector<std::string> prefixes_;
  };

  const CrashKind* kind_of(std::string_view title) const;
  std::string fold(std::string_view function) const;
  std::string detail_of(std::string_view report) const;
  std::vector<SignatureFrame> significant(const std::vector<Call>& calls, bool reliable) const;
  void set_frames(const CrashReport& report, const CrashKind* kind, Signature& signature) const;
  std::vector<std::string> functions_of(const CrashReport& report, StackRole role) const;
  std::map<std::string, const Stack*> sides_of(const CrashReport& report) const;
  void set_anchor(const CrashReport& report, const CrashKind* kind, Signature& signature) const;
  static void cut_before_anchor(Signature& signature);
  void set_ids(Signature& signature) const;

  const RulePack& pack_;
  GuiltyFinder machinery_;
  std::vector<Pattern> kind_titles_;  // one for each kind of the rule pack
  PatternSet details_;
  NameSet ends_;
  NameSet through_;
  std::set<std::string, std::less<>> module_names_;
};

}  // namespace ktriage
