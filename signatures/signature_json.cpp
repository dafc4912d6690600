#include "signatures/signature_json.h"

#include <nlohmann/json.hpp>

namespace ktriage {
namespace {

using Json = nlohmann::json;

/// The members of a signature, once for both directions.
template <typename S, typename Visit>
void for_each_member(S& signature, const Visit& visit) {
  visit("version", signature.version);
  visit("id", signature.id);
  visit("family", signature.family);
  visit("kind", signature.kind);
  visit("anchor", signature.anchor);
  visit("module", signature.module);
  visit("what", signature.what);
  visit("detail", signature.detail);
  visit("hints", signature.hints);
  visit("allocation", signature.allocation);
  visit("free", signature.free);
  visit("titles", signature.titles);
  visit("corrupted", signature.corrupted);
  visit("evidence", signature.evidence);
}

}  // namespace

Json to_json_value(const Signature& signature) {
  Json out = Json::object();
  for_each_member(signature, [&](const char* name, const auto& value) { out[name] = value; });
  Json frames = Json::array();
  for (const auto& frame : signature.frames) frames.push_back({frame.function, frame.module, frame.inlined});
  out["frames"] = std::move(frames);
  return out;
}

std::string signature_to_json(const Signature& signature) {
  return to_json_value(signature).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::optional<Signature> signature_from_json(std::string_view json) {
  return signature_from_json_value(Json::parse(json, nullptr, false));
}

std::optional<Signature> signature_from_json_value(const Json& in) {
  try {
    if (!in.at("version").is_number_integer()) return std::nullopt;  // casting a large number is undefined
    Signature out;
    for_each_member(out, [&](const char* name, auto& value) { in.at(name).get_to(value); });
    for (const auto& frame : in.at("frames")) {
      out.frames.push_back({frame.at(0).get<std::string>(), frame.at(1).get<std::string>(), frame.at(2).get<bool>()});
    }
    if (out.version == Signature::kVersion) return out;
  } catch (const Json::exception&) {  // the file was tampered with; the caller says so
  }
  return std::nullopt;
}

}  // namespace ktriage
