#include "bisect/lab_json.h"

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "signatures/signature_json.h"

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kOutcomes = {RunOutcome::TargetCrash, RunOutcome::OtherCrash, RunOutcome::NoCrash,
                                  RunOutcome::NotTestable};

/// Something in an entry is not as this version writes it.
struct NotOurs : std::runtime_error {
  using std::runtime_error::runtime_error;
};

RunOutcome outcome_from(const std::string& text) {
  for (const RunOutcome outcome : kOutcomes) {
    if (to_string(outcome) == text) return outcome;
  }
  throw NotOurs("there is no outcome '" + text + "'");
}

/// Casting what does not fit is undefined.
int count_from(const Json& entry, const char* name) {
  const Json& value = entry.at(name);
  if (!value.is_number_integer() || value < 0 || value > 1000000000) throw NotOurs(std::string(name) + " is no count");
  return value.get<int>();
}

Seconds seconds_from(const Json& entry) {
  const double value = entry.at("seconds").get<double>();
  if (!(value >= 0 && value <= 1e9)) throw NotOurs("seconds are out of range");
  return Seconds(value);
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

BuildRecord build_from(const Json& entry) {
  return {key_from(entry),          entry.at("ok"),         entry.value("reason", ""),        seconds_from(entry),
          entry.value("image", ""), entry.value("log", ""), entry.value("backports", Texts())};
}

RunRecord run_from(const Json& entry) {
  RunRecord run;
  run.key = key_from(entry);
  run.index = count_from(entry, "index");
  run.outcome = outcome_from(entry.at("outcome"));
  run.title = entry.value("title", "");
  run.alt_titles = entry.value("alt_titles", Texts());
  if (entry.contains("signature")) {
    run.signature = signature_from_json_value(entry["signature"]);
    if (!run.signature) throw NotOurs("the signature is of another version");
  }
  run.why = entry.value("why", "");
  run.reason = entry.value("reason", "");
  run.other_titles = entry.value("other_titles", Texts());
  run.report = entry.value("report", "");
  run.seconds = seconds_from(entry);
  run.log = entry.value("log", "");
  if (entry.contains("retries")) run.retries = count_from(entry, "retries");
  return run;
}

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
  if (record.signature) out["signature"] = to_json_value(*record.signature);
  add(out, "why", record.why);
  add(out, "reason", record.reason);
  add(out, "other_titles", record.other_titles);
  add(out, "report", record.report);
  out["seconds"] = record.seconds.count();
  add(out, "log", record.log);
  if (record.retries > 0) out["retries"] = record.retries;
  return out;
}

bool is_lab_event(const Json& entry) {
  const auto event = entry.find("event");
  return event != entry.end() && (*event == "build" || *event == "run");
}

std::optional<LabEvent> lab_event_from_json(const Json& entry, std::string& problem) {
  LabEvent out;
  try {
    if (entry.contains("slot")) out.slot = count_from(entry, "slot");
    if (entry.at("event") == "build") {
      out.what = build_from(entry);
    } else {
      out.what = run_from(entry);
    }
    return out;
  } catch (const NotOurs& error) {
    problem = error.what();
  } catch (const Json::exception& error) {
    problem = error.what();
  }
  return std::nullopt;
}

}  // namespace ktriage
