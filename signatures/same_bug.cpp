#include "signatures/same_bug.h"

#include <algorithm>
#include <cmath>

#include "signatures/frame_alignment.h"

namespace ktriage {
namespace {

constexpr double kGap = 0.2;           // a missing frame, measured against a contradicting one
constexpr double kSettled = 4.0;       // what the site weighs where it holds the mistake itself
constexpr double kUnsettled = 1.5;     // and where it only met it
constexpr double kAkin = 0.93;         // another detector
constexpr double kForeign = 0.65;      // kinds that do not go together
constexpr double kObjects = 0.5;       // how much allocation and free stacks count beside the crash's own
constexpr double kCorrupted = 0.8;     // a report that is known to be damaged
constexpr double kMessage = 0.8;       // a message in common, and nothing else to go by
constexpr double kOtherDetail = 0.65;  // the same check in the same function, but another mistake
constexpr double kDoubt = 0.2;         // what any agreement is measured against: a common function alone proves little
constexpr double kTelling = 0.5;

const CrashKind* find_kind(const SignatureRules& rules, const std::string& name) {
  const auto found =
      std::find_if(rules.kinds.begin(), rules.kinds.end(), [&](const CrashKind& kind) { return kind.name == name; });
  return found == rules.kinds.end() ? nullptr : &*found;
}

bool is_akin(const CrashKind* a, const std::string& b) {
  return a != nullptr && std::find(a->akin.begin(), a->akin.end(), b) != a->akin.end();
}

std::string shared_title(const Signature& a, const Signature& b) {
  std::vector<std::string> common;
  std::set_intersection(a.titles.begin(), a.titles.end(), b.titles.begin(), b.titles.end(), std::back_inserter(common));
  return common.empty() ? std::string() : common.front();
}

/// What a detail is about: "heap memory" of "heap memory, freed twice".
std::string_view topic(std::string_view detail) { return detail.substr(0, detail.find(',')); }

/// Gathers the argument and its weight.
class Argument {
 public:
  /// `explain`: words cost more than numbers.
  Argument(const Signature& a, const Signature& b, const FrameModel& model, const SignatureRules& rules, bool explain)
      : a_(a),
        b_(b),
        model_(model),
        kind_a_(find_kind(rules, a.kind)),
        kind_b_(find_kind(rules, b.kind)),
        explain_(explain) {}

  /// To three digits, so that what is printed explains the verdict.
  double score() {
    const double exact = identical() ? 1 : with_damage(with_kinds(with_objects(site_and_path())));
    return std::round(exact * 1000) / 1000;
  }

  Judgement judge() {
    const double score = this->score();
    const Verdict verdict = score >= kSameScore     ? Verdict::Same
                            : score >= kLikelyScore ? Verdict::Likely
                                                    : Verdict::Different;
    return {verdict, score, std::move(why_)};
  }

 private:
  void say(const std::string& reason) { why_ += (why_.empty() ? "" : "; ") + reason; }

  /// Alike in all that is known, if anything is. Judged by weight alone two crashes in a common function would not do.
  bool identical() {
    if (a_.id != b_.id || !(a_ == b_) || (a_.anchor.empty() && a_.evidence.empty())) return false;
    if (explain_) say("the same in everything: " + (a_.anchor.empty() ? "a message without frames" : a_.anchor));
    return true;
  }

  bool settled() const { return (kind_a_ == nullptr || kind_a_->settled) && (kind_b_ == nullptr || kind_b_->settled); }

  bool modules_differ() const { return !a_.module.empty() && !b_.module.empty() && a_.module != b_.module; }

  /// Named by a message or by both functions of a race rather than by its innermost frame.
  static bool named_otherwise(const Signature& s) { return s.frames.empty() || s.anchor != s.frames.front().function; }

  /// What it says that both have this crash site.
  static double anchor_weight(const Signature& s, const FrameModel& model) {
    return named_otherwise(s) ? 1 : model.weight(s.anchor);
  }

  double site_and_path() {
    const bool same_site = !a_.anchor.empty() && a_.anchor == b_.anchor && !modules_differ();
    if (explain_) explain_site(same_site);
    if (a_.frames.empty() || b_.frames.empty()) return without_frames(same_site);
    const Alignment path = align(a_, b_, model_);
    double matched = path.matched;
    double against = kDoubt + path.conflict + kGap * path.gap;
    if (same_site) {
      const double weight = std::min(anchor_weight(a_, model_), anchor_weight(b_, model_));
      const bool matched_already = !named_otherwise(a_) && !named_otherwise(b_);
      matched += weight * (settled() ? kSettled : kUnsettled) - (matched_already ? weight : 0);
    } else if (!starts_inside()) {
      // Two crash sites, each the other's equal: what lies below is how one gets there, not what is wrong.
      against += (anchor_weight(a_, model_) + anchor_weight(b_, model_)) / 2;
    }
    if (explain_) explain_path(path, same_site);
    return matched / (matched + against);
  }

  /// One stack begins in the middle of the other: the difference may be inlining.
  bool starts_inside() const {
    if (named_otherwise(a_) || named_otherwise(b_)) return false;
    const auto inside = [](const Signature& outer, const Signature& inner) {
      const auto& first = inner.frames.front().function;
      return std::any_of(outer.frames.begin(), outer.frames.end(),
                         [&](const SignatureFrame& f) { return f.function == first; });
    };
    return inside(a_, b_) || inside(b_, a_);
  }

  double without_frames(bool same_site) {
    if (!a_.evidence.empty() && a_.evidence == b_.evidence) {
      if (explain_) say("the same message, no frames to compare");
      return 1;
    }
    if (same_site && a_.frames.empty() && b_.frames.empty()) return 1;
    // A function that many crashes pass through is little to go by.
    if (same_site) return model_.weight(a_.anchor) >= kTelling ? kMessage : kSameScore / 2 + kLikelyScore / 2;
    if (explain_ && !shared_title(a_, b_).empty()) say("same title, but no frames to compare");
    return 0;
  }

  void explain_site(bool same_site) {
    if (a_.anchor.empty() || b_.anchor.empty()) return say("a crash site is unknown");
    if (same_site) return say("same crash site " + a_.anchor);
    if (modules_differ()) {
      say("modules differ: " + a_.module + " / " + b_.module);
    } else {
      say("crash sites differ: " + a_.anchor + " / " + b_.anchor);
    }
  }

  void explain_path(const Alignment& path, bool same_site) {
    say(std::to_string(path.matches.size()) + " of " + std::to_string(std::max(a_.frames.size(), b_.frames.size())) +
        " significant frames shared");
    if (!same_site && starts_inside()) say("one stack begins inside the other, as inlining makes it");
    if (same_site && path.callers_differ) {
      say("called from " + a_.frames[1].function + " / " + b_.frames[1].function);
    }
  }

  /// For a use after free it matters more who freed than who used.
  double with_objects(double score) {
    if (a_.free.empty() || b_.free.empty() || a_.frames.empty() || b_.frames.empty()) return score;
    const double freed = a_.free.front() == b_.free.front() ? 1 : 0;
    const double allocated =
        !a_.allocation.empty() && !b_.allocation.empty() && a_.allocation.front() == b_.allocation.front() ? 1 : 0;
    if (explain_) {
      say(freed > 0 ? "freed by the same function " + a_.free.front()
                    : "freed by " + a_.free.front() + " / " + b_.free.front());
    }
    if (explain_ && allocated > 0) say("allocated by the same function " + a_.allocation.front());
    return (score + kObjects * (0.7 * freed + 0.3 * allocated)) / (1 + kObjects);
  }

  double with_kinds(double score) {
    if (mistakes_differ(a_, b_)) {
      if (explain_) say("not the same mistake: " + a_.detail + " / " + b_.detail);
      score *= kOtherDetail;
    }
    if (a_.kind == b_.kind) {
      if (explain_ && a_.what != b_.what) say("seen as " + a_.what + " / " + b_.what);
      return score;
    }
    if (explain_) say("kinds differ: " + a_.what + " / " + b_.what);
    return score * (is_akin(kind_a_, b_.kind) || is_akin(kind_b_, a_.kind) ? kAkin : kForeign);
  }

  /// A damaged report joins a sound one only for a crash site and a way to it that few crashes have.
  double with_damage(double score) {
    if (a_.corrupted != b_.corrupted) {
      if (explain_) say("one report is corrupted");
      const bool grounded = a_.anchor == b_.anchor && !a_.frames.empty() && !b_.frames.empty() &&
                            model_.weight(a_.frames.front().function) >= kTelling;
      return grounded ? std::min(score * kCorrupted, kSameScore - 0.001) : 0;
    }
    if (a_.corrupted && a_.anchor.empty() && a_.evidence != b_.evidence) return 0;
    return score;
  }

  const Signature& a_;
  const Signature& b_;
  const FrameModel& model_;
  const CrashKind* kind_a_;
  const CrashKind* kind_b_;
  bool explain_;
  std::string why_;
};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  if (verdict == Verdict::Same) return "same";
  return verdict == Verdict::Likely ? "likely" : "different";
}

bool mistakes_differ(const Signature& a, const Signature& b) {
  const bool compatible = a.detail.starts_with(b.detail) || b.detail.starts_with(a.detail);
  return !compatible && (a.kind == b.kind || topic(a.detail) == topic(b.detail));
}

Judgement judge(const Signature& a, const Signature& b, const FrameModel& model, const SignatureRules& rules) {
  return Argument(a, b, model, rules, true).judge();
}

double same_bug_score(const Signature& a, const Signature& b, const FrameModel& model, const SignatureRules& rules) {
  return Argument(a, b, model, rules, false).score();
}

}  // namespace ktriage
