#include "cli/triage_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/escape.h"
#include "triage/cluster_json.h"

namespace ktriage {
namespace {

constexpr size_t kLeastTitle = 20;
constexpr size_t kMembersShown = 10;

/// How many columns escaped text takes: its code points; wide letters are rare in consoles.
size_t columns_of(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string cut(std::string_view text, size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  std::string out;
  size_t used = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    if (begins && ++used >= columns) break;
    out += c;
  }
  return out + "…";
}

std::string day_of(const std::optional<SeenTime>& time) { return time ? to_iso(*time).substr(0, 10) : std::string(); }

std::string seen_of(const Cluster& cluster) {
  const std::string first = day_of(cluster.first_seen);
  const std::string last = day_of(cluster.last_seen);
  return first == last ? last : first + ".." + last;
}

std::string status_of(const Cluster& cluster) {
  if (cluster.mark.empty()) return cluster.status;
  return cluster.status == "returned" ? "returned, was " + cluster.mark : cluster.mark;
}

struct Row {
  std::string rank, count, severity, name, seen, status, title, guilty;
};

Row row_of(const Cluster& cluster, size_t rank) {
  Row out;
  out.rank = std::to_string(rank);
  out.count = std::to_string(cluster.count);
  out.severity = cluster.severity > 0 ? std::to_string(cluster.severity) : "-";
  out.name = escape_for_terminal(cluster.name);
  out.seen = seen_of(cluster);
  out.status = escape_for_terminal(status_of(cluster));
  out.title = escape_for_terminal(cluster.title);
  if (cluster.guilty) out.guilty = escape_for_terminal(cluster.guilty->function);
  if (!cluster.near.empty()) out.title += fmt::format(" (near {})", escape_for_terminal(cluster.near.front().name));
  return out;
}

size_t widest(const std::vector<Row>& rows, std::string Row::*field, size_t least) {
  for (const auto& row : rows) least = std::max(least, columns_of(row.*field));
  return least;
}

std::string pad(std::string text, size_t columns) {
  text.append(columns - std::min(columns, columns_of(text)), ' ');
  return text;
}

/// The guilty function's file and line; without a symbolizer, the file that the crash is about.
std::string file_of(const Cluster& cluster) {
  if (!cluster.guilty || cluster.guilty->line == 0) return cluster.guilty_file;
  return fmt::format("{}:{}", cluster.guilty->file, cluster.guilty->line);
}

/// What --explain adds below a cluster's line.
std::string explanation_of(const Cluster& cluster) {
  std::string out;
  const auto line = [&out](std::string_view label, std::string_view text) {
    out += fmt::format("      {:<9}{}\n", label, escape_for_terminal(text));
  };
  if (const auto file = file_of(cluster); !file.empty()) line("file", file);
  line("log", fmt::format("{}, byte {}", cluster.representative.member.file, cluster.representative.member.start_byte));
  for (const auto& title : cluster.alt_titles) line("also", title);
  for (const auto& [why, count] : cluster.merged_because)
    line("merged", fmt::format("{} of {}: {}", count, cluster.count, why));
  for (const auto& near : cluster.near)
    line("near", fmt::format("{} ({:.2f}): {}; {}", near.name, near.score, near.title, near.why));
  for (size_t i = 0; i < cluster.members.size() && i < kMembersShown; ++i) line("in", cluster.members[i].file);
  if (cluster.members.size() > kMembersShown) {
    line("", fmt::format("and {} more (--json lists all)", cluster.members.size() - kMembersShown));
  }
  return out;
}

}  // namespace

std::string clusters_to_table(const TriageResult& result, const TableLayout& layout, const Style& style) {
  const size_t all = result.clusters.size();
  const size_t shown = layout.limit == 0 ? all : std::min(all, layout.limit);
  std::vector<Row> rows = {{"RANK", "COUNT", "SEV", "NAME", "SEEN", "STATUS", "BUG", "GUILTY"}};
  for (size_t i = 0; i < shown; ++i) rows.push_back(row_of(result.clusters[i], i + 1));
  if (shown == 0) return {};
  const size_t rank = widest(rows, &Row::rank, 0);
  const size_t count = widest(rows, &Row::count, 0);
  const size_t name = widest(rows, &Row::name, 0);
  const size_t seen = widest(rows, &Row::seen, 0);
  const size_t status = widest(rows, &Row::status, 0);
  const size_t guilty = std::min<size_t>(widest(rows, &Row::guilty, 0), 32);
  const size_t before = rank + count + 3 + name + seen + status + guilty + 7 * 2;
  const size_t room = layout.width > before + kLeastTitle ? layout.width - before : kLeastTitle;
  const size_t title = layout.width == 0 ? widest(rows, &Row::title, 0) : std::min(room, widest(rows, &Row::title, 0));
  std::string out;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const std::string bug = pad(cut(row.title, title), title);
    out += fmt::format("{:>{}}  {:>{}}  {:>3}  {}  {}  {}  {}  {}\n", row.rank, rank, row.count, count, row.severity,
                       i == 0 ? bug : style.paint(Color::Title, bug), pad(cut(row.guilty, guilty), guilty),
                       pad(row.seen, seen), pad(row.name, name), row.status);
    while (out.ends_with(" \n")) out.erase(out.size() - 2, 1);
    if (layout.explained && i > 0) out += explanation_of(result.clusters[i - 1]);
  }
  if (shown < all) out += fmt::format("{} more (--limit 0 shows all)\n", all - shown);
  return out;
}

}  // namespace ktriage
