#include "triage/page/page.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "triage/page/page_files.h"
#include "triage/page/page_text.h"
#include "triage/page/page_timeline.h"

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kDetailBytes = 64UL << 20;
constexpr int kKindColors = 9;  // in page.css; one more is for the rest

/// How a Content-Security-Policy names an inline script or style.
std::string source_hash(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> base64{};
  EVP_EncodeBlock(base64.data(), hash.data(), hash.size());
  return "'sha256-" + std::string(reinterpret_cast<const char*>(base64.data())) + "'";
}

std::string policy() {
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
      source_hash(kPage_js), source_hash(kPage_css));
}

/// "1,234 crashes".
std::string counted(uint64_t count, std::string_view one, std::string_view many) {
  std::string digits = std::to_string(count);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits + " " + std::string(count == 1 ? one : many);
}

struct Kind {
  std::string name;
  uint64_t bugs = 0;
  uint64_t crashes = 0;
};

std::string kind_of(const Json& index) {
  const auto kind = index.at("kind").get<std::string>();
  return kind.empty() ? "other" : kind;
}

/// The commonest first.
std::vector<Kind> kinds_of(const std::vector<PageCluster>& clusters) {
  std::map<std::string, Kind> found;
  for (const auto& cluster : clusters) {
    Kind& kind = found[kind_of(cluster.index)];
    kind.name = kind_of(cluster.index);
    ++kind.bugs;
    kind.crashes += cluster.index.value("count", uint64_t{0});
  }
  std::vector<Kind> out;
  out.reserve(found.size());
  for (auto& [name, kind] : found) out.push_back(std::move(kind));
  std::stable_sort(out.begin(), out.end(), [](const Kind& a, const Kind& b) { return a.bugs > b.bugs; });
  return out;
}

int color_of(const std::vector<Kind>& kinds, std::string_view name) {
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == name; });
  return static_cast<int>(std::min<std::ptrdiff_t>(found - kinds.begin(), kKindColors));
}

std::string kinds_html(const std::vector<Kind>& kinds) {
  uint64_t bugs = 0;
  for (const auto& kind : kinds) bugs += kind.bugs;
  if (bugs == 0) return "<p class=\"quiet\">None.</p>";
  constexpr double kWidth = 1000;
  std::string bar;
  std::string legend;
  double at = 0;
  for (size_t i = 0; i < kinds.size(); ++i) {
    const Kind& kind = kinds[i];
    const size_t color = std::min<size_t>(i, kKindColors);
    const double width = kWidth * static_cast<double>(kind.bugs) / static_cast<double>(bugs);
    const std::string words = counted(kind.bugs, "bug", "bugs") + ", " + counted(kind.crashes, "crash", "crashes");
    const std::string name = escape_html(kind.name);
    bar += fmt::format(
        "<rect class=\"k{}\" x=\"{:.2f}\" y=\"0\" width=\"{:.2f}\" height=\"10\"><title>{}: {}</title></rect>", color,
        at, std::max(1.0, width - 3), name, words);
    legend += fmt::format(
        "<li data-kind=\"{0}\" title=\"{2}\"><span class=\"dot k{1}\" aria-hidden=\"true\"></span><span>{0}</span>"
        "<span class=\"count\">{3}</span></li>",
        name, color, words, kind.bugs);
    at += width;
  }
  return "<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Share of each kind\">" +
         bar + "</svg><ul>" + legend + "</ul>";
}

std::string subline(const PageFacts& facts, const std::vector<PageCluster>& clusters) {
  std::string first;
  std::string last;
  std::map<std::string, size_t> statuses;
  for (const auto& cluster : clusters) {
    const auto begin = cluster.index.value("first_seen", std::string());
    const auto end = cluster.index.value("last_seen", std::string());
    if (!begin.empty() && (first.empty() || begin < first)) first = begin;
    last = std::max(last, end);
    ++statuses[cluster.index.value("status", std::string())];
  }
  std::string out = counted(facts.logs, "log", "logs");
  if (facts.without_crash > 0) out += fmt::format(", {} without a crash", facts.without_crash);
  if (facts.unreadable > 0) out += fmt::format(", {} not read to the end", facts.unreadable);
  if (!first.empty())
    out += " · " + first.substr(0, 10) + (first.substr(0, 10) == last.substr(0, 10) ? "" : " to " + last.substr(0, 10));
  for (const char* status : {"returned", "new"}) {
    if (statuses.contains(status)) out += fmt::format(" · {} {}", statuses[status], status);
  }
  if (!facts.subject.empty()) out += " · " + visible_text(facts.subject);
  return escape_html(out);
}

/// When the clusters' crashes happened, on one scale: gives each index its bars and returns the whole as HTML.
class Timeline {
 public:
  explicit Timeline(const std::vector<PageCluster>& clusters) : scale_(times_of(clusters)) {
    for (const auto& cluster : clusters) {
      for (const auto& [bin, count] : bins_of(cluster)) total_[bin] += count;
    }
  }

  std::map<int, uint64_t> bins_of(const PageCluster& cluster) const {
    std::map<int, uint64_t> out;
    for (const auto& [time, count] : cluster.crashes) out[scale_.bin_of(time)] += count;
    return out;
  }

  Json to_json() const {
    uint64_t highest = 1;
    for (const auto& [bin, count] : total_) highest = std::max(highest, count);
    return {{"bins", scale_.bins()}, {"highest", highest}};
  }

  std::string html() const { return timeline_html(scale_, total_); }

 private:
  static std::vector<int64_t> times_of(const std::vector<PageCluster>& clusters) {
    std::vector<int64_t> out;
    for (const auto& cluster : clusters) {
      for (const auto& [time, count] : cluster.crashes) out.push_back(time);
    }
    return out;
  }

  TimeScale scale_;
  std::map<int, uint64_t> total_;
};

std::string index_json(const std::vector<PageCluster>& clusters, const Timeline& timeline) {
  Json out = Json::object();
  out["timeline"] = timeline.to_json();
  out["clusters"] = Json::array();
  for (const auto& cluster : clusters) {
    Json entry = cluster.index;
    for (const auto& [bin, count] : timeline.bins_of(cluster)) entry["bins"].push_back({bin, count});
    out["clusters"].push_back(std::move(entry));
  }
  return escape_script_json(out.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string details_html(const std::vector<PageCluster>& clusters) {
  std::string out;
  for (const auto& cluster : clusters) {
    out += "<script type=\"application/json\" id=\"data-" + escape_html(cluster.index.at("name").get<std::string>()) +
           "\">";
    out.append(cluster.detail).append("</script>\n");
  }
  return out;
}

}  // namespace

void PageBuilder::add(std::string_view cluster) {
  const Depth depth = detail_bytes_ < kDetailBytes ? Depth::Full : Depth::WithoutCrash;
  clusters_.push_back(read_page_cluster(Json::parse(cluster), depth));
  detail_bytes_ += clusters_.back().detail.size();
}

std::string PageBuilder::finish(const PageFacts& facts) const {
  const auto kinds = kinds_of(clusters_);
  const Timeline timeline(clusters_);
  uint64_t crashes = 0;
  std::string rows;
  for (size_t i = 0; i < clusters_.size(); ++i) {
    const Json& index = clusters_[i].index;
    crashes += index.value("count", uint64_t{0});
    rows += row_html(index, i + 1, color_of(kinds, kind_of(index)));
  }
  const std::string headline = counted(clusters_.size(), "bug", "bugs") + " in " + counted(crashes, "crash", "crashes");
  return fill_template(kPage_html, [&](std::string_view name) -> std::string {
    if (name == "policy") return policy();
    if (name == "style") return std::string(kPage_css);
    if (name == "script") return std::string(kPage_js);
    if (name == "title") return headline + " – ktriage";
    if (name == "headline") return headline;
    if (name == "subline") return subline(facts, clusters_);
    if (name == "timeline") return timeline.html();
    if (name == "kinds") return kinds_html(kinds);
    if (name == "rows") return rows;
    if (name == "index") return index_json(clusters_, timeline);
    if (name == "details") return details_html(clusters_);
    return {};
  });
}

}  // namespace ktriage
