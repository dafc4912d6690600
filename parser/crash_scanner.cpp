#include "parser/crash_scanner.h"

#include <hs/hs.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "parser/byte_scan.h"
#include "parser/search_keys.h"

namespace ktriage {
namespace {

struct Literal {
  std::string text;
  uint16_t family;

  /// Does it stand in `bytes` with its first `length` bytes before `end`?
  bool stands_in(std::string_view bytes, size_t end, size_t length) const {
    return end >= length && bytes.substr(end - length).starts_with(text);
  }
};

std::vector<Literal> literals_of(const RulePack& pack) {
  std::vector<Literal> literals;
  for (size_t i = 0; i < pack.families.size(); ++i) {
    for (const auto& trigger : pack.families[i].triggers) {
      // LogLine takes control bytes out, so that no line holds such a trigger; vectorscan takes no NUL.
      if (std::any_of(trigger.begin(), trigger.end(), is_control)) continue;
      literals.push_back({trigger, static_cast<uint16_t>(i)});
    }
  }
  for (const auto& mark : pack.console.suppressing) literals.push_back({mark.literal, CrashScanner::kSuppressing});
  literals.push_back({std::string(CrashScanner::kBannerText), CrashScanner::kBanner});
  return literals;
}

std::vector<std::string> texts_of(const std::vector<Literal>& literals) {
  std::vector<std::string> texts;
  texts.reserve(literals.size());
  for (const auto& literal : literals) texts.push_back(literal.text);
  return texts;
}

/// An offset for each line that holds bytes which LogLine would remove.
template <typename OnLine>
void for_each_unclean_line(std::string_view bytes, OnLine on_line) {
  for (size_t at = find_inner_control(bytes, 0); at != std::string_view::npos;) {
    on_line(at + 1);
    const size_t newline = bytes.find('\n', at);
    at = newline == std::string_view::npos ? newline : find_inner_control(bytes, newline);
  }
}

hs_database_t* compile(const std::vector<SearchKey>& keys) {
  std::vector<const char*> texts;
  std::vector<size_t> lengths;
  std::vector<unsigned> ids;
  for (const auto& key : keys) {
    texts.push_back(key.text.data());
    lengths.push_back(key.text.size());
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  const std::vector<unsigned> flags(texts.size(), 0);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(), static_cast<unsigned>(texts.size()),
                           HS_MODE_BLOCK, nullptr, &database, &error) != HS_SUCCESS) {
    const std::string message = error != nullptr ? error->message : "unknown error";
    hs_free_compile_error(error);
    throw std::logic_error("cannot compile the trigger literals: " + message);
  }
  return database;
}

}  // namespace

struct CrashScanner::Database {
  std::vector<Literal> literals;
  std::vector<SearchKey> keys;
  hs_database_t* compiled = nullptr;  // of the keys

  ~Database() { hs_free_database(compiled); }

  /// Calls `visit(literal, end)` for each literal that stands in `bytes`, nearly in order of their ends.
  template <typename Visit>
  void search(std::string_view bytes, hs_scratch_t* memory, Visit visit) const {
    struct Search {
      const Database& database;
      std::string_view bytes;
      Visit& visit;
    } search{*this, bytes, visit};
    const auto on_key = [](unsigned id, unsigned long long, unsigned long long end, unsigned, void* context) {
      const auto& found = *static_cast<Search*>(context);
      for (const auto& [index, key_end] : found.database.keys[id].places) {
        const Literal& literal = found.database.literals[index];
        if (!literal.stands_in(found.bytes, end, key_end)) continue;
        found.visit(literal, static_cast<size_t>(end) - key_end + literal.text.size());
      }
      return 0;
    };
    const auto size = static_cast<unsigned>(bytes.size());
    const auto status = hs_scan(compiled, bytes.data(), size, 0, memory, on_key, &search);
    if (status != HS_SUCCESS) throw std::logic_error("vectorscan failed with status " + std::to_string(status));
  }
};

class CrashScanner::Scratch {
 public:
  explicit Scratch(const hs_database_t* database) {
    if (hs_alloc_scratch(database, &memory) != HS_SUCCESS) throw std::bad_alloc();
  }
  ~Scratch() { hs_free_scratch(memory); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  hs_scratch_t* memory = nullptr;
};

CrashScanner::CrashScanner(const RulePack& pack) : database_(std::make_unique<Database>()) {
  database_->literals = literals_of(pack);
  database_->keys = search_keys(texts_of(database_->literals));
  database_->compiled = compile(database_->keys);
}

CrashScanner::~CrashScanner() = default;

std::unique_ptr<CrashScanner::Scratch, void (*)(CrashScanner::Scratch*)> CrashScanner::new_scratch() const {
  return {new Scratch(database_->compiled), [](Scratch* scratch) { delete scratch; }};
}

void CrashScanner::find_candidates(std::string_view bytes, Scratch& scratch, std::vector<size_t>& ends) const {
  const auto before = static_cast<std::ptrdiff_t>(ends.size());
  database_->search(bytes, scratch.memory, [&](const Literal&, size_t end) { ends.push_back(end); });
  for_each_unclean_line(bytes, [&](size_t end) { ends.push_back(end); });
  std::sort(ends.begin() + before, ends.end());
}

void CrashScanner::scan(std::string_view bytes, Scratch& scratch, std::vector<Hit>& hits) const {
  const auto before = static_cast<std::ptrdiff_t>(hits.size());
  database_->search(bytes, scratch.memory, [&](const Literal& literal, size_t end) {
    hits.push_back({end, literal.family, static_cast<uint16_t>(literal.text.size())});
  });
  for_each_unclean_line(bytes, [&](size_t end) { hits.push_back({end, kUnclean, 1}); });
  std::stable_sort(hits.begin() + before, hits.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
}

}  // namespace ktriage
