// Keeps the architecture from rotting: a folder may include itself and the folders to its left in
//   rules <- input <- parser <- symbolizer <- signatures <- {bisect, triage} <- cli
// and no source file grows past the length at which it surely holds more than one idea.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Folder {
  std::string_view name;
  int rank;
};
// Folders of the same rank do not see each other.
constexpr std::array<Folder, 8> kFolders = {{{"rules", 0},
                                             {"input", 1},
                                             {"parser", 2},
                                             {"symbolizer", 3},
                                             {"signatures", 4},
                                             {"bisect", 5},
                                             {"triage", 5},
                                             {"cli", 6}}};
constexpr int kMaxLines = 600;

// Our folder of that name; null for one that is not ours.
const Folder* find_folder(std::string_view name) {
  const auto* found = std::find_if(kFolders.begin(), kFolders.end(), [&](const Folder& f) { return f.name == name; });
  return found == kFolders.end() ? nullptr : found;
}

// What a line includes, in quotes or angle brackets, without them; nothing for any other line.
std::optional<std::string> extract_include(std::string_view line) {
  const auto skip_blanks = [&line] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
  for (const std::string_view token : {"#", "include"}) {
    skip_blanks();
    if (!line.starts_with(token)) return std::nullopt;
    line.remove_prefix(token.size());
  }
  skip_blanks();
  if (line.empty() || (line[0] != '"' && line[0] != '<')) return std::nullopt;
  const size_t end = line.find(line[0] == '"' ? '"' : '>', 1);
  if (end == std::string_view::npos || end == 1) return std::nullopt;
  return std::string(line.substr(1, end - 1));
}

// Whether `file` (relative to the root) may include `target`; a relative path is no way round.
bool is_allowed(const fs::path& file, const fs::path& target) {
  const auto from_root = target.native().starts_with('.') ? file.parent_path() / target : target;
  const Folder* to = find_folder(from_root.lexically_normal().begin()->native());
  const Folder* from = find_folder(file.begin()->native());
  return to == nullptr || to == from || (from != nullptr && to->rank < from->rank);
}

struct Findings {
  int files = 0;
  std::vector<std::string> errors;  // file:line: what is wrong
};

void check_file(const fs::path& root, const fs::path& path, Findings& findings) {
  const fs::path file = path.lexically_relative(root);
  const auto at = [&](int line) { return file.string() + ":" + std::to_string(line) + ": "; };
  ++findings.files;
  std::ifstream in(path);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto target = extract_include(line);
    if (target && !is_allowed(file, *target)) {
      findings.errors.push_back(at(number) + "may not include " + *target);
    }
  }
  if (number > kMaxLines) {
    findings.errors.push_back(at(number) + "longer than " + std::to_string(kMaxLines) + " lines");
  }
}

Findings check_tree(const fs::path& root) {
  constexpr std::array<std::string_view, 5> kExtensions = {".h", ".hpp", ".cpp", ".cc", ".inc"};
  Findings findings;
  for (const Folder& folder : kFolders) {
    if (!fs::is_directory(root / folder.name)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder.name)) {
      const std::string extension = entry.path().extension();
      const bool source = std::count(kExtensions.begin(), kExtensions.end(), extension) > 0;
      if (source && entry.is_regular_file()) check_file(root, entry.path(), findings);
    }
  }
  return findings;
}

TEST(IncludeDirection, SourcesFollowIt) {
  const Findings findings = check_tree(fs::path(KTRIAGE_SOURCE_DIR).lexically_normal());
  EXPECT_GT(findings.files, 0) << "no sources under " << KTRIAGE_SOURCE_DIR;
  for (const std::string& error : findings.errors) ADD_FAILURE() << error;
}

TEST(IncludeDirection, ExtractsIncludes) {
  for (const std::string_view line : {"#include \"a/b.h\"", "  #  include\t\"a/b.h\"  // why", "#include<a/b.h>"}) {
    EXPECT_EQ(extract_include(line), "a/b.h") << line;
  }
  for (const std::string_view line :
       {"", "   ", "#", "#include", "#include \"a/b.h", "#include NAME", "#include \"\"", "// #include \"a/b.h\"",
        "#define include \"a/b.h\"", "#include_next \"a/b.h\"", "x #include \"a/b.h\""}) {
    EXPECT_EQ(extract_include(line), std::nullopt) << line;
  }
}

TEST(IncludeDirection, KnowsLeftFromRight) {
  for (const auto& [file, target, allowed] :
       std::vector<std::tuple<const char*, const char*, bool>>{{"parser/a.cpp", "parser/a.h", true},
                                                               {"parser/a.cpp", "rules/r.h", true},
                                                               {"cli/main.cpp", "cli/options.h", true},
                                                               {"cli/main.cpp", "bisect/plan.h", true},
                                                               {"parser/sub/a.cpp", "../a.h", true},
                                                               {"parser/a.cpp", "gtest/gtest.h", true},
                                                               {"parser/a.cpp", "rules", true},
                                                               {"rules/r.cpp", "parser/a.h", false},
                                                               {"bisect/b.cpp", "cli/options.h", false},
                                                               {"bisect/b.cpp", "triage/batch.h", false},
                                                               {"triage/t.cpp", "bisect/b.h", false},
                                                               {"triage/page/p.cpp", "triage/t.h", true},
                                                               {"triage/t.cpp", "signatures/s.h", true},
                                                               {"input/i.cpp", "parser/p.h", false},
                                                               {"symbolizer/s.h", "signatures/x.h", false},
                                                               {"parser/a.cpp", "../cli/options.h", false},
                                                               {"parser/a.cpp", "rules/../cli/o.h", false}}) {
    EXPECT_EQ(is_allowed(file, target), allowed) << file << " includes " << target;
  }
}

TEST(IncludeDirection, ReportsFileAndLine) {
  const fs::path root = fs::path(testing::TempDir()) / ("include_direction_" + std::to_string(std::random_device{}()));
  fs::create_directories(root / "rules" / "deep");
  std::ofstream(root / "rules" / "deep" / "bad.cpp") << "#include <vector>\n#include \"cli/x.h\"\n";
  std::ofstream(root / "rules" / "long.h") << std::string(kMaxLines + 1, '\n');
  std::ofstream(root / "rules" / "full.h") << std::string(kMaxLines, '\n');
  std::ofstream(root / "rules" / "data.yaml") << "#include \"cli/x.h\"\n";
  Findings findings = check_tree(root);
  fs::remove_all(root);
  std::sort(findings.errors.begin(), findings.errors.end());
  EXPECT_EQ(findings.files, 3);
  EXPECT_EQ(findings.errors, (std::vector<std::string>{"rules/deep/bad.cpp:2: may not include cli/x.h",
                                                       "rules/long.h:601: longer than 600 lines"}));
}

}  // namespace
