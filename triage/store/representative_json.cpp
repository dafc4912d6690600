#include "triage/store/representative_json.h"

#include <nlohmann/json.hpp>

namespace ktriage {
namespace {

using Json = nlohmann::json;

// The members of each part, once for both directions.

template <typename M, typename Visit>
void for_each_of_member(M& member, const Visit& visit) {
  visit("file", member.file);
  visit("start_byte", member.start_byte);
  visit("end_byte", member.end_byte);
  visit("title", member.title);
  visit("kernel", member.kernel);
  visit("arch", member.arch);
}

template <typename C, typename Visit>
void for_each_of_cleanness(C& cleanness, const Visit& visit) {
  visit("sound", cleanness.sound);
  visit("cause", cleanness.cause);
  visit("symbolized", cleanness.symbolized);
  visit("uninterleaved", cleanness.uninterleaved);
  visit("completeness", cleanness.completeness);
}

template <typename G, typename Visit>
void for_each_of_guilty(G& guilty, const Visit& visit) {
  visit("function", guilty.function);
  visit("module", guilty.module);
  visit("file", guilty.file);
  visit("line", guilty.line);
  visit("why", guilty.why);
}

template <typename R, typename Visit>
void for_each_of_rest(R& rest, const Visit& visit) {
  visit("alt_titles", rest.alt_titles);
  visit("type", rest.type);
  visit("severity", rest.severity);
  visit("guilty_file", rest.guilty_file);
}

auto into(Json& json) {
  return [&json](const char* name, const auto& value) { json[name] = value; };
}

auto from(const Json& json) {
  return [&json](const char* name, auto& value) { json.at(name).get_to(value); };
}

}  // namespace

std::string representative_to_json(const Representative& representative) {
  Json out = Json::object();
  for_each_of_rest(representative, into(out));
  for_each_of_member(representative.member, into(out["member"]));
  if (const auto seen = representative.member.seen) out["member"]["seen"] = seen->time_since_epoch().count();
  for_each_of_cleanness(representative.cleanness, into(out["cleanness"]));
  if (representative.guilty) for_each_of_guilty(*representative.guilty, into(out["guilty"]));
  return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::optional<Representative> representative_from_json(std::string_view json) {
  try {
    const Json in = Json::parse(json);
    Representative out;
    for_each_of_rest(out, from(in));
    const Json& member = in.at("member");
    for_each_of_member(out.member, from(member));
    if (member.contains("seen")) out.member.seen = SeenTime(std::chrono::seconds(member["seen"].get<int64_t>()));
    for_each_of_cleanness(out.cleanness, from(in.at("cleanness")));
    if (in.contains("guilty")) for_each_of_guilty(out.guilty.emplace(), from(in["guilty"]));
    return out;
  } catch (const Json::exception&) {  // the file was tampered with; the caller says so
    return std::nullopt;
  }
}

}  // namespace ktriage
