#include "triage/guilty_json.h"

#include <nlohmann/json.hpp>
#include <string>

namespace ktriage {

nlohmann::ordered_json to_json(const Guilty& guilty) {
  auto out = nlohmann::ordered_json::object();
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) out[key] = text;
  };
  add("function", guilty.function);
  add("module", guilty.module);
  add("file", guilty.file);
  if (guilty.line > 0) out["line"] = guilty.line;
  add("why", guilty.why);
  return out;
}

}  // namespace ktriage
