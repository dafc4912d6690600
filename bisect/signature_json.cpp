#include "bisect/signature_json.h"

#include <nlohmann/json.hpp>

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;
using Texts = std::vector<std::string>;

template <typename T>
void add(Json& out, const char* name, const T& value) {
  if (!value.empty()) out[name] = value;
}

Json to_json(const SignatureFrame& frame) {
  Json out = {{"function", frame.function}};
  add(out, "module", frame.module);
  if (frame.inlined) out["inline"] = true;
  return out;
}

}  // namespace

Json to_json(const Signature& signature) {
  Json out = {{"version", signature.version}, {"id", signature.id}, {"family", signature.family}};
  add(out, "kind", signature.kind);
  add(out, "anchor", signature.anchor);
  add(out, "module", signature.module);
  add(out, "what", signature.what);
  add(out, "detail", signature.detail);
  Json frames = Json::array();
  for (const auto& frame : signature.frames) frames.push_back(to_json(frame));
  add(out, "frames", frames);
  add(out, "hints", signature.hints);
  add(out, "allocation", signature.allocation);
  add(out, "free", signature.free);
  add(out, "titles", signature.titles);
  if (signature.corrupted) out["corrupted"] = true;
  add(out, "evidence", signature.evidence);
  return out;
}

Signature signature_from_json(const Json& json) {
  Signature out;
  out.version = json.at("version");
  out.id = json.value("id", "");
  out.family = json.value("family", "");
  out.kind = json.value("kind", "");
  out.anchor = json.value("anchor", "");
  out.module = json.value("module", "");
  out.what = json.value("what", "");
  out.detail = json.value("detail", "");
  for (const auto& frame : json.value("frames", Json::array())) {
    out.frames.push_back({frame.at("function"), frame.value("module", ""), frame.value("inline", false)});
  }
  out.hints = json.value("hints", Texts());
  out.allocation = json.value("allocation", Texts());
  out.free = json.value("free", Texts());
  out.titles = json.value("titles", Texts());
  out.corrupted = json.value("corrupted", false);
  out.evidence = json.value("evidence", "");
  return out;
}

}  // namespace ktriage
