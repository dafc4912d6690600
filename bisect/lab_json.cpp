#include "bisect/lab_json.h"

#include <array>
#include <nlohmann/json.hpp>

#include "bisect/signature_json.h"

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kOutcomes = {RunOutcome::TargetCrash, RunOutcome::OtherCrash, RunOutcome::NoCrash,
                                  RunOutcome::NotTestable};

RunOutcome outcome_from(const std::string& text) {
  for (const RunOutcome outcome : kOutcomes) {
    if (to_string(outcome) == text) return outcome;
  }
  return RunOutcome::NotTestable;
}

Json start(const char* event, const BuildKey& key) {
  Json out = {{"event", event}, {"commit", key.commit}};
  if (!key.revert.empty()) out["revert"] = key.revert;
  return out;
}

void add(Json& out, const char* name, const std::string& text) {
  if (!text.empty()) out[name] = text;
}

void add(Json& out, const char* name, const std::vector<std::string>& texts) {
  if (!texts.empty()) out[name] = texts;
}

using Texts = std::vector<std::string>;

BuildKey key_from(const Json& entry) { return {entry.at("commit"), entry.value("revert", "")}; }

}  // namespace

Json to_json(const BuildRecord& record) {
  Json out = start("build", record.key);
  out["ok"] = record.ok;
  add(out, "reason", record.reason);
  out["seconds"] = record.seconds.count();
  add(out, "image", record.image);
  add(out, "log", record.log);
  add(out, "backports", record.backports);
  return out;
}

Json to_json(const RunRecord& record) {
  Json out = start("run", record.key);
  out["index"] = record.index;
  out["outcome"] = std::string(to_string(record.outcome));
  add(out, "title", record.title);
  add(out, "alt_titles", record.alt_titles);
  if (record.signature) out["signature"] = to_json(*record.signature);
  add(out, "why", record.why);
  add(out, "reason", record.reason);
  add(out, "other_titles", record.other_titles);
  add(out, "report", record.report);
  out["seconds"] = record.seconds.count();
  add(out, "log", record.log);
  if (record.retries > 0) out["retries"] = record.retries;
  return out;
}

std::optional<LabEvent> lab_event_from_json(const Json& entry) {
  const std::string event = entry.value("event", "");
  LabEvent out;
  out.slot = entry.value("slot", 0);
  if (event == "build") {
    out.what = BuildRecord{key_from(entry),
                           entry.at("ok"),
                           entry.value("reason", ""),
                           Seconds(entry.at("seconds").get<double>()),
                           entry.value("image", ""),
                           entry.value("log", ""),
                           entry.value("backports", Texts())};
    return out;
  }
  if (event != "run") return std::nullopt;
  RunRecord run;
  run.key = key_from(entry);
  run.index = entry.at("index");
  run.outcome = outcome_from(entry.at("outcome"));
  run.title = entry.value("title", "");
  run.alt_titles = entry.value("alt_titles", Texts());
  if (entry.contains("signature")) run.signature = signature_from_json(entry["signature"]);
  run.why = entry.value("why", "");
  run.reason = entry.value("reason", "");
  run.other_titles = entry.value("other_titles", Texts());
  run.report = entry.value("report", "");
  run.seconds = Seconds(entry.at("seconds").get<double>());
  run.log = entry.value("log", "");
  run.retries = entry.value("retries", 0);
  out.what = std::move(run);
  return out;
}

}  // namespace ktriage
