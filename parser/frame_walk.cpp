#include "parser/frame_walk.h"

#include <algorithm>

#include "parser/demangle.h"

namespace ktriage {
namespace {

class Walker {
 public:
  Walker(const Walk& walk, const ReportText& text, size_t start, const BucketList* buckets, const FrameLists& lists)
      : walk_(walk), lines_(text.lines()), cursor_(start), buckets_(buckets), lists_(lists) {}

  WalkResult run(const std::vector<FrameSource>& sources, const std::vector<std::string_view>& title_frames) {
    for (const auto& source : sources) {
      if (done_ || result_.broken) break;
      if (source.kind == FrameSource::Kind::After) {
        if (!visit_line(source.pattern, false)) break;
        continue;
      }
      visit(source, title_frames);
    }
    // Without a generic dispatcher on the stack there is nothing that says how deep to look.
    if (!walk_.above.empty() && !done_) result_.frame.clear();
    return std::move(result_);
  }

 private:
  void visit(const FrameSource& source, const std::vector<std::string_view>& title_frames) {
    switch (source.kind) {
      case FrameSource::Kind::Title:
        for (const auto function : title_frames) offer(function);
        break;
      case FrameSource::Kind::Ip:
        visit_instruction_pointer();
        break;
      case FrameSource::Kind::Trace:
        if (skip_to_trace() || bare_stack_follows()) visit_frames();
        break;
      case FrameSource::Kind::Frames:
        visit_frames();
        break;
      case FrameSource::Kind::At:
        visit_line(source.pattern, true);
        break;
      case FrameSource::Kind::After:
        break;
    }
  }

  /// Titles name symbols: a crash must be called the same with and without a symbolizer's inlined functions.
  void offer(const FrameView& frame) {
    if (!frame.inlined) offer(frame.function);
  }

  void offer(std::string_view name) {
    const std::string demangled = demangle(name);
    const auto function = strip_compiler_suffix(demangled);
    if (function.empty() || done_) return;
    const bool dispatcher = !walk_.above.empty() && lists_.find(walk_.above, function);
    const bool bucketed = in_bucket(function);
    if (bucketed || dispatcher) {
      if (bucketed || result_.frame.empty()) result_.frame = function;
      done_ = true;
      return;
    }
    if (auto skipped = machinery(function)) {
      result_.skipped.push_back(std::move(*skipped));
      return;
    }
    result_.frame = function;
    done_ = walk_.above.empty();
  }

  bool in_bucket(std::string_view function) const {
    return buckets_ != nullptr && std::any_of(buckets_->buckets.begin(), buckets_->buckets.end(),
                                              [&](const Bucket& bucket) { return bucket.frame.matches(function); });
  }

  std::optional<SkippedFrame> machinery(std::string_view function) const {
    for (const auto& list : walk_.skip) {
      if (auto found = lists_.find(list, function)) return found;
    }
    if (const auto entry = walk_.skip_also.first_match(function)) {
      return SkippedFrame{std::string(function), "skip_also", walk_.skip_also.patterns()[*entry].source()};
    }
    return std::nullopt;
  }

  bool corrupted_at(size_t i) {
    if (lines_[i].kind == LineKind::Corruption) result_.broken = true;
    return result_.broken;
  }

  /// The instruction pointer that belongs to the next trace stands above its header.
  void visit_instruction_pointer() {
    for (size_t i = cursor_; i < lines_.size() && lines_[i].kind != LineKind::StackHeader && !corrupted_at(i); ++i) {
      if (lines_[i].kind != LineKind::InstructionPointer || !lines_[i].frame) continue;
      // A symbolizer prints the inlined functions at the same address on lines of their own: one answer, many lines.
      for (; i < lines_.size() && lines_[i].kind == LineKind::InstructionPointer && lines_[i].frame; ++i) {
        offer(*lines_[i].frame);
        if (!lines_[i].frame->inlined) break;
      }
      cursor_ = std::min(i + 1, lines_.size());
      return;
    }
  }

  /// Moves the cursor below the next header of a stack of the crash itself. Stray frames above it are other tasks'.
  bool skip_to_trace() {
    for (size_t i = cursor_; i < lines_.size() && !corrupted_at(i); ++i) {
      if (lines_[i].kind != LineKind::StackHeader || lines_[i].header->role != StackRole::Crash) continue;
      cursor_ = i + 1;
      return true;
    }
    return false;
  }

  /// Where the header is printed at another log level than the frames (riscv), the console may lack it. Addresses and
  /// their number tell such a stack from stray frames of another task. (On arm a missing header means missing lines.)
  bool bare_stack_follows() const {
    constexpr size_t kBareStackFrames = 4;
    size_t run = 0;
    for (size_t i = cursor_; i < lines_.size() && lines_[i].kind != LineKind::StackHeader; ++i) {
      const auto& frame = lines_[i].frame;
      const bool counts = lines_[i].kind == LineKind::Frame && frame->address && frame->caller.empty();
      run = counts ? run + 1 : 0;
      if (run == kBareStackFrames) return true;
    }
    return false;
  }

  void visit_frames() {
    size_t i = cursor_;
    std::string_view outermost;  // arm names each caller twice, but for the last one
    while (i < lines_.size() && lines_[i].kind == LineKind::StackHeader) ++i;  // "stack backtrace:", then "Call Trace:"
    for (bool any = false; i < lines_.size() && !done_; ++i) {
      if (corrupted_at(i) || (any && lines_[i].kind == LineKind::StackHeader)) break;
      if (!lines_[i].frame) continue;
      any = true;
      // Inside of a trace an instruction pointer is where an interrupt or exception struck.
      if (!lines_[i].frame->reliable) continue;
      offer(*lines_[i].frame);
      outermost = lines_[i].frame->caller;
    }
    offer(outermost);
    cursor_ = i;
  }

  bool visit_line(const Pattern& pattern, bool take_frame) {
    Captures captures;
    for (size_t i = cursor_; i < lines_.size() && !corrupted_at(i); ++i) {
      if (!pattern.find(lines_[i].text, captures)) continue;
      cursor_ = i + 1;
      if (take_frame) offer(captures.named("func"));
      return true;
    }
    return false;
  }

  const Walk& walk_;
  const std::vector<ReportLine>& lines_;
  size_t cursor_;
  const BucketList* buckets_;
  const FrameLists& lists_;
  WalkResult result_;
  bool done_ = false;
};

void collect(const RulePack& pack, const FrameList& list, std::vector<const FrameList*>& out) {
  for (const auto* seen : out) {
    if (seen == &list) return;
  }
  out.push_back(&list);
  for (const auto& name : list.include) {
    if (const auto* included = pack.find_frame_list(name)) collect(pack, *included, out);
  }
}

}  // namespace

FrameLists::FrameLists(const RulePack& pack) {
  for (const auto& list : pack.frame_lists) collect(pack, list, resolved_[list.name]);
}

std::optional<SkippedFrame> FrameLists::find(std::string_view list, std::string_view function) const {
  const auto found = resolved_.find(list);
  if (found == resolved_.end()) return std::nullopt;
  for (const auto* part : found->second) {
    if (const auto entry = part->frames.first_match(function)) {
      return SkippedFrame{std::string(function), part->name, part->frames.patterns()[*entry].source()};
    }
  }
  return std::nullopt;
}

WalkResult walk_frames(const Walk& walk, const ReportText& text, size_t start,
                       const std::vector<std::string_view>& title_frames, const RulePack& pack,
                       const FrameLists& lists) {
  const BucketList* buckets = pack.find_bucket_list(walk.buckets);
  WalkResult result = Walker(walk, text, start, buckets, lists).run(walk.from, title_frames);
  if (!result.frame.empty() || walk.otherwise.empty()) return result;
  return Walker(walk, text, start, buckets, lists).run(walk.otherwise, title_frames);
}

}  // namespace ktriage
