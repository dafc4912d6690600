// Any bytes are a console: the signatures of its crashes, the judgement of each two and their clusters must keep their
// promises (signatures/same_bug.h, signatures/clusterer.h).

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "signatures/clusterer.h"

namespace {

using ktriage::FrameModel;
using ktriage::Judgement;
using ktriage::Signature;
using ktriage::SignatureRules;
using ktriage::Verdict;

constexpr size_t kCrashes = 12;  // of one console: judging is quadratic in them

void demand(bool holds, const char* promise, const Signature& a, const Signature& b) {
  if (holds) return;
  std::fprintf(stderr, "promise broken: %s: '%s' and '%s'\n", promise, a.anchor.c_str(), b.anchor.c_str());
  std::abort();
}

/// Nothing at all is known: a damaged report without frames or lines.
bool is_blank(const Signature& s) { return s.frames.empty() && s.anchor.empty() && s.evidence.empty(); }

void check_pair(const Signature& a, const Signature& b, const FrameModel& model, const SignatureRules& rules) {
  const Judgement forth = ktriage::judge(a, b, model, rules);
  const Judgement back = ktriage::judge(b, a, model, rules);
  demand(forth.score == back.score && forth.verdict == back.verdict, "judgement is symmetric", a, b);
  demand(forth.score >= 0 && forth.score <= 1, "scores lie between 0 and 1", a, b);
  demand(!forth.why.empty(), "each judgement has a reason", a, b);
  if (a.corrupted != b.corrupted) {
    demand(forth.verdict != Verdict::Same, "a damaged report is never the same as a sound one", a, b);
    demand(a.id != b.id, "a damaged report never has the id of a sound one", a, b);
  }
  if (a == b && !is_blank(a)) demand(forth.verdict == Verdict::Same, "a signature is the same as itself", a, b);
}

std::vector<std::string> clusters_of(const std::vector<Signature>& signatures, const FrameModel& model,
                                     const SignatureRules& rules) {
  ktriage::Clusterer clusterer(rules, model);
  std::vector<std::string> out;
  for (const auto& signature : signatures) {
    const auto placement = clusterer.place(signature);
    out.push_back(std::to_string(placement.cluster) + " " + placement.why);
  }
  for (size_t i = 0; i < clusterer.size(); ++i) {
    for (const auto& miss : clusterer.near_misses(i, 3)) out.push_back(std::to_string(miss.cluster) + " " + miss.why);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const ktriage::Engine engine(ktriage::load_default_pack());
  static const ktriage::Signer signer(engine.pack());
  const SignatureRules& rules = engine.pack().signatures;
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  auto crashes = ktriage::parse_log(engine, log);
  if (crashes.size() > kCrashes) crashes.resize(kCrashes);

  FrameModel model(rules);
  std::vector<Signature> signatures;
  for (const auto& crash : crashes) {
    signatures.push_back(signer.sign(crash));
    model.add_site(signatures.back());
  }
  const auto again = ktriage::parse_log(engine, log);
  for (size_t i = 0; i < signatures.size(); ++i) {
    demand(signer.sign(again[i]) == signatures[i], "the same text has the same signature", signatures[i],
           signatures[i]);
    for (size_t j = 0; j <= i; ++j) check_pair(signatures[i], signatures[j], model, rules);
  }
  if (clusters_of(signatures, model, rules) != clusters_of(signatures, model, rules)) std::abort();
  return 0;
}
