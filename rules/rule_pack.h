#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/pattern.h"
#include "rules/pattern_set.h"

namespace ktriage {

/// Where in a rule file something stands; `line` counts from 1.
struct Location {
  std::string file;
  int line = 0;
};

/// A console that a rule must recognise, with what it must say about it.
struct Example {
  std::string log;
  std::string title;
  std::vector<std::string> alt_titles;  ///< compared only if given
  std::optional<std::string> frame;
  std::optional<bool> corrupted;
  Location where;
};

/// One place where a guilty frame may stand. Sources are visited in order with one cursor that moves down the report; a
/// source that is not found (but for After) leaves the cursor where it is.
struct FrameSource {
  enum class Kind {
    Title,   ///< groups `func` and `func2` of the rule's own line patterns
    Ip,      ///< the next instruction pointer (RIP:, pc :, NIP, …)
    Trace,   ///< the frames below the next header of a crash's stack, to the next header
    Frames,  ///< the frames from the cursor on, to the next header
    At,      ///< group `func` of the next line that fits `pattern`
    After,   ///< moves the cursor past the next line that fits `pattern`; ends the walk if there is none
  };
  Kind kind = Kind::Trace;
  Pattern pattern;
};

/// How a rule finds `{frame}`.
struct Walk {
  std::vector<FrameSource> from;
  std::vector<FrameSource> otherwise;  ///< a second try, from the start, if `from` gives no frame
  std::vector<std::string> skip;       ///< names of frame lists that are machinery here
  PatternSet skip_also;                ///< and single entries that only this rule needs
  std::string above;      ///< a frame list: take the frame just above its first member; empty: take the first frame
  std::string buckets;    ///< a bucket list: its members name themselves, and then all the same; empty: none
  bool optional = false;  ///< a missing frame does not make the report corrupted: the title just goes without
};

/// Recognises one form of report and says how it is called.
struct Rule {
  std::string id;
  std::vector<Pattern>
      match;  ///< on lines of the report: the first on the title line, each other at or after the one before
  std::vector<Pattern> require;  ///< each on some line of the report, in any order
  std::string title;             ///< template: {name} is a group of `match`, {frame} the walk's result
  std::vector<std::string> alt_titles;
  std::optional<Walk> walk;
  std::string corrupted;    ///< a reason: reports of this form are never to be trusted; empty: they may be
  bool needs_trace = true;  ///< a sound report of this form shows a stack trace
  std::vector<Example> examples;
  Location where;
};

/// Reports that announce themselves by the same literals.
struct Family {
  std::string name;
  std::vector<std::string> triggers;  ///< a line that holds one of these opens a crash …
  PatternSet ignore;                  ///< … unless one of these fits it
  PatternSet only;                    ///< if there are any: … and only if one of these does
  std::vector<Rule> rules;            ///< tried in order
  PatternSet continues;  ///< triggers, of any family, that go on with an open crash of this one as long as it has shown
                         ///< no frame
  PatternSet until;      ///< the line that always closes a report of this family; empty: there is none
  bool incident = false;    ///< no crash, but a sign that something is wrong; reported to those who ask for it
  bool after_boot = false;  ///< opens a crash only behind a kernel that was running and did not say it would go down
  Location where;

  /// Does `line` hold one of the triggers, ignored or not?
  bool has_trigger(std::string_view line) const;
};

/// Names of functions, as unanchored patterns (syzbot's way).
struct FrameList {
  std::string name;
  std::string why;
  std::vector<std::string> include;  ///< other lists that belong to it
  PatternSet frames;
  Location where;
};

/// Functions that stand for one and the same reason to wait or spin.
struct Bucket {
  Pattern frame;
  std::string as;
};
struct BucketList {
  std::string name;
  std::vector<Bucket> buckets;
  Location where;
};

/// What a stack says about the crash.
enum class StackRole { Crash, Allocation, Free, Auxiliary, Origin, LockChain, PerCpu, Other };

struct StackHeader {
  StackRole role = StackRole::Crash;
  bool needs_frames = true;  ///< a header without a frame below it is a sign of corruption
};

/// A line that only one architecture prints.
struct Replacement {
  Pattern pattern;
  std::string with;
};

struct TypeRow {
  Pattern title;
  std::string type;
};

/// A line that says something about its whole log: it holds `literal` and fits `line`.
struct LogMark {
  std::string literal;
  Pattern line;
};

/// How the console shows crashes, whichever crash it is.
struct ConsoleRules {
  PatternSet ignore;                 ///< lines that never open a crash
  PatternSet continuations;          ///< triggers that continue an open crash of the same context
  PatternSet info_stacks;            ///< stacks that are no crash, but end what can be trusted without contexts
  PatternSet cpu_backtraces;         ///< from here on, other CPUs' lines belong to the crash
  PatternSet end_markers;            ///< the crash is complete but for what may follow from it
  PatternSet dropped;                ///< lines left out of the cleaned report
  PatternSet panics;                 ///< the kernel gave up
  PatternSet report_marks;           ///< the four above in one: most lines are none of them
  PatternSet consequences;           ///< panics that say that they follow from a crash before them
  PatternSet shutdowns;              ///< the kernel is about to go down as it was told to
  std::vector<LogMark> suppressing;  ///< no crash of such a log is the kernel's fault
  PatternSet instruction_pointers;   ///< group `frame`: the rest of the line from the function on
  PatternSet facts;                  ///< groups cpu, pid, comm, taint, release, hardware, uptime_s …
  PatternSet stack_header_lines;     ///< parallel to stack_headers
  std::vector<StackHeader> stack_headers;
  PatternSet telling_lines;        ///< instruction pointers, facts and stack headers in one: most lines are none
  PatternSet registers;            ///< groups `name` and `value`, wherever they occur in a line that starts with one
  PatternSet arch_marks;           ///< the first that fits a line tells the architecture
  std::vector<std::string> archs;  ///< parallel to arch_marks; as `uname -m` says
  PatternSet corrupted_titles;
  PatternSet corrupted_lines;  ///< inside a stack: end the walk, nothing below can be trusted
};

/// Exact names for the better answer: `*` at an end of an entry stands for anything.
struct GuiltyList {
  std::string name;
  std::string why;
  std::vector<std::string> functions;
  Location where;
};

/// A message in which the kernel itself names the function at fault.
struct NamedGuilty {
  std::string name;
  std::string why;
  Pattern title;               ///< of the crashes that it is about
  std::vector<Pattern> lines;  ///< the first that fits gives the function, as group `func`
  bool fallback = false;       ///< counts only where no stack shows a function at fault
  Location where;
};

/// What kind of mistake a title tells of, whichever detector told it.
struct CrashKind {
  std::string name;
  std::vector<Pattern> titles;
  std::vector<std::string> akin;  ///< kinds that the same mistake may show as, under another detector
  bool settled = false;           ///< the function found holds the mistake; else it only met it
  enum class Anchor { Function, Functions, Title } anchor = Anchor::Function;
  Location where;
};

/// A message that tells which of several mistakes a check has found.
struct DetailRow {
  Pattern line;
  std::string detail;
};

/// What signatures need to know (docs/signatures.md).
struct SignatureRules {
  std::vector<CrashKind> kinds;                    ///< the first whose titles fit
  std::vector<DetailRow> details;                  ///< the first whose line is in the report
  std::vector<GuiltyList> ends;                    ///< what stands below these functions says nothing about the crash
  std::vector<GuiltyList> through;                 ///< passed over
  std::vector<std::string> syscall_prefixes;       ///< one system call has many functions: tried in order
  std::vector<std::string> module_names;           ///< functions that many modules have
  std::vector<GuiltyList> carriers;                ///< functions that only hand requests on: common, counted or not
  std::map<std::string, int, std::less<>> common;  ///< below how many of `sites` crash sites a function stood
  int sites = 0;
};

/// How to tell the source file that a crash is probably about from its symbolized stack.
struct GuiltyFileRules {
  PatternSet generic;        ///< files whose code works for its callers
  PatternSet ignored_lines;  ///< lines whose source positions say nothing about the crash
  PatternSet interrupted;    ///< titles of crashes that a timer interrupt noticed …
  PatternSet interrupts;     ///< … and the lines of stacks below which the interrupted code stands
};

/// Everything the parser knows about the kernel's messages. Immutable after loading; shared by all parsers.
struct RulePack {
  std::vector<Family> families;
  std::vector<FrameList> frame_lists;
  std::vector<BucketList> bucket_lists;
  std::vector<GuiltyList> guilty_lists;
  std::vector<NamedGuilty> guilty_named;
  PatternSet guilty_jumps;  ///< lines that say that the processor was sent to where no code is
  GuiltyFileRules guilty_files;
  std::vector<Replacement> title_replacements;
  std::vector<TypeRow> types;
  std::vector<std::vector<std::string>> severities;  ///< groups of types, gravest first
  PatternSet suppressed_titles;
  /// Wrappers' prefixes, each taken off once, in this order, from the frame that a title names.
  std::vector<std::string> frame_prefixes;
  ConsoleRules console;
  SignatureRules signatures;

  const Family* find_family(std::string_view name) const;
  const FrameList* find_frame_list(std::string_view name) const;
  const BucketList* find_bucket_list(std::string_view name) const;
};

}  // namespace ktriage
