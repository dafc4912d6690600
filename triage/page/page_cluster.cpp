#include "triage/page/page_cluster.h"

#include <fmt/format.h>

#include "triage/page/page_text.h"
#include "triage/page/page_timeline.h"

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMembers = 200;             // of a cluster, in the page
constexpr size_t kFrames = 200;              // of a stack
constexpr size_t kReportBytes = 64UL << 10;  // of a crash's text

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json array_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : Json::array();
}

Json object_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : Json::object();
}

void copy(const Json& from, Json& to, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (from.contains(key)) to[key] = from[key];
  }
}

/// What people said of the bug goes before what this run found.
std::string status_of(const Json& cluster) {
  const std::string status = text_at(cluster, "status");
  if (status == "returned") return status;
  const std::string mark = text_at(object_at(cluster, "mark"), "state");
  if (mark == "fixed") return mark;
  if (mark == "ignore") return "ignored";
  if (mark == "duplicate-of") return "duplicate";
  return status;
}

std::string place_of(const Json& object) {
  std::string out = text_at(object, "file");
  if (!out.empty() && object.contains("line")) out += fmt::format(":{}", object.value("line", 0));
  return out;
}

Json index_of(const Json& cluster) {
  Json out = Json::object();
  copy(cluster, out, {"name", "title", "alt_titles", "type", "severity", "count", "first_seen", "last_seen"});
  const Json signature = object_at(cluster, "signature");
  const Json guilty = object_at(cluster, "guilty");
  out["kind"] = text_at(signature, "kind");
  out["family"] = text_at(signature, "family");
  out["functions"] = array_at(signature, "frames");
  out["kernels"] = array_at(cluster, "kernels");
  out["arches"] = array_at(cluster, "arches");
  out["status"] = status_of(cluster);
  out["guilty"] = text_at(guilty, "function");
  const std::string place = place_of(guilty);
  out["file"] = place.empty() ? text_at(cluster, "guilty_file") : place;
  return out;
}

std::map<int64_t, uint64_t> crashes_of(const Json& cluster) {
  std::map<int64_t, uint64_t> out;
  for (const auto& member : array_at(cluster, "members")) {
    if (const auto time = seconds_of(text_at(member, "seen"))) ++out[*time];
  }
  return out;
}

void cut_members(Json& cluster) {
  Json members = array_at(cluster, "members");
  if (members.size() <= kMembers) return;
  cluster["members_left_out"] = members.size() - kMembers;
  members.erase(members.begin() + kMembers, members.end());
  cluster["members"] = std::move(members);
}

/// Of the crash shown, the page needs the stacks, the code and the text.
Json slim_crash(const Json& crash) {
  Json out = Json::object();
  for (auto stack : array_at(crash, "stacks")) {
    Json frames = array_at(stack, "frames");
    if (frames.size() > kFrames) {
      stack["left_out"] = frames.size() - kFrames;
      frames.erase(frames.begin() + kFrames, frames.end());
    }
    stack["frames"] = std::move(frames);
    out["stacks"].push_back(std::move(stack));
  }
  const Json code = object_at(crash, "code");
  if (code.contains("disassembly")) out["code"]["disassembly"] = code["disassembly"];
  std::string report = text_at(crash, "report");
  if (report.size() > kReportBytes) {
    const size_t line_end = report.find_last_of('\n', kReportBytes);
    report.resize(line_end == std::string::npos ? kReportBytes : line_end + 1);
    report += "… the rest is left out\n";
  }
  if (!report.empty()) out["report"] = std::move(report);
  return out;
}

std::string day_of(const std::string& moment) { return moment.substr(0, 10); }

std::string kernels_text(const Json& kernels) {
  constexpr size_t kShown = 2;
  std::string out;
  for (size_t i = 0; i < kernels.size() && i < kShown; ++i) {
    out += (i > 0 ? ", " : "") + escape_html(kernels[i].get<std::string>());
  }
  if (kernels.size() > kShown) out += fmt::format(" and {} more", kernels.size() - kShown);
  return out;
}

std::string under_title(const Json& index, int kind_color) {
  const std::string kind = text_at(index, "kind");
  std::string out = fmt::format("<span class=\"kind\"><span class=\"dot k{}\"></span>{}</span>", kind_color,
                                kind.empty() ? "other" : escape_html(kind));
  const std::string guilty = text_at(index, "guilty");
  if (!guilty.empty()) out += "<span>in <code>" + escape_html(guilty) + "</code></span>";
  const std::string file = text_at(index, "file");
  if (!file.empty()) out += "<span><code>" + escape_html(file) + "</code></span>";
  return out;
}

std::string severity_html(const Json& index) {
  const int severity = index.value("severity", 0);
  const Gravity gravity = gravity_of(severity);
  std::string bars;
  for (int i = 0; i < 4; ++i) {
    bars += fmt::format("<rect{} x=\"{}\" y=\"{}\" width=\"6\" height=\"{}\"/>",
                        i < gravity.level ? " class=\"on\"" : "", i * 8, 12 - i * 4, 4 + i * 4);
  }
  return fmt::format("<span class=\"sev s{}\"><svg viewBox=\"0 0 30 16\" aria-hidden=\"true\">{}</svg>{}</span>",
                     gravity.level, bars, gravity.word);
}

std::string when_html(const Json& index) {
  const std::string first = day_of(text_at(index, "first_seen"));
  const std::string last = day_of(text_at(index, "last_seen"));
  std::string out = escape_html(last);
  if (!first.empty() && first != last) out += "<span>since " + escape_html(first) + "</span>";
  return out;
}

}  // namespace

Gravity gravity_of(int severity) {
  // The rule pack orders types into 19 ranks: memory written, memory read, checks and locks, losses.
  if (severity >= 16) return {4, "severe"};
  if (severity >= 12) return {3, "high"};
  if (severity >= 5) return {2, "medium"};
  if (severity >= 1) return {1, "low"};
  return {};
}

PageCluster read_page_cluster(Json cluster, Depth depth) {
  PageCluster out;
  out.crashes = crashes_of(cluster);
  cut_members(cluster);
  Json representative = object_at(cluster, "representative");
  Json crash = slim_crash(object_at(representative, "crash"));
  representative.erase("crash");
  if (depth == Depth::Full) {
    representative["crash"] = std::move(crash);
  } else {
    cluster["left_out"] =
        "The page is large, so this crash's stacks and text are left out; ktriage triage --json has them.";
  }
  if (cluster.contains("representative")) cluster["representative"] = std::move(representative);
  make_visible(cluster);
  out.index = index_of(cluster);
  out.detail = escape_script_json(cluster.dump(-1, ' ', false, Json::error_handler_t::replace));
  return out;
}

std::string row_html(const Json& index, size_t rank, int kind_color) {
  const std::string status = text_at(index, "status");
  const auto count = index.value("count", uint64_t{0});
  return fmt::format(
      "<tr class=\"row\" id=\"{}\"><td class=\"number\">{}</td><td><div class=\"title\">{}</div><div class=\"under\">{}"
      "</div></td><td>{}</td><td class=\"number crashes\" data-unit=\"{}\">{}</td><td class=\"when\">{}</td>"
      "<td class=\"kernels\">{}</td><td>{}</td></tr>\n",
      escape_html(text_at(index, "name")), rank, escape_html(text_at(index, "title")), under_title(index, kind_color),
      severity_html(index), count == 1 ? " crash" : " crashes", count, when_html(index), kernels_text(index["kernels"]),
      status.empty() ? "" : fmt::format("<span class=\"tag {0}\">{0}</span>", escape_html(status)));
}

}  // namespace ktriage
