#include "parser/crash_scanner.h"

#include <hs/hs.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>

#include "parser/byte_scan.h"

namespace ktriage {
namespace {

struct Literal {
  std::string text;
  uint16_t family;
};

std::vector<Literal> literals_of(const RulePack& pack) {
  std::vector<Literal> literals;
  for (size_t i = 0; i < pack.families.size(); ++i) {
    for (const auto& trigger : pack.families[i].triggers) literals.push_back({trigger, static_cast<uint16_t>(i)});
  }
  literals.push_back({"Linux version ", CrashScanner::kBanner});
  return literals;
}

/// How often a byte occurs in consoles, roughly.
int commonness(char c) {
  if (c == ' ') return 12;
  if (std::strchr("etaoinsr", c) != nullptr) return 8;
  if (c >= 'a' && c <= 'z') return 3;
  if (c >= '0' && c <= '9') return 6;
  if (c >= 'A' && c <= 'Z') return 1;
  return std::strchr(":.-[]", c) != nullptr ? 4 : 1;
}

/// The part of a literal that is searched for in whole blocks. vectorscan looks at the last bytes of its literals
/// first: the rarer these are, and the shorter the literals, the less it has to look twice (2.4 GB/s became 4.9 on a
/// clean log). A part is enough, for scan() has the last word on each line that is found.
std::string search_key(const std::string& literal) {
  constexpr size_t kKey = 5;
  constexpr size_t kTail = 3;
  if (literal.size() <= kKey) return literal;
  size_t best = kKey;
  int least = std::numeric_limits<int>::max();
  for (size_t end = kKey; end <= literal.size(); ++end) {
    int product = 1;
    for (size_t i = end - kTail; i < end; ++i) product *= commonness(literal[i]);
    if (product < least) {
      least = product;
      best = end;
    }
  }
  return literal.substr(best - kKey, kKey);
}

/// Those of `texts` that contain no other, each once: wherever any of them stands, one of these does.
std::vector<std::string> without_covered(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const auto& text : texts) {
    const bool covered = std::any_of(texts.begin(), texts.end(), [&](const std::string& other) {
      return other.size() < text.size() && text.find(other) != std::string::npos;
    });
    if (!covered && std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  }
  return out;
}

std::vector<std::string> texts_of(const std::vector<Literal>& literals) {
  std::vector<std::string> texts;
  for (const auto& literal : literals) texts.push_back(literal.text);
  return texts;
}

std::vector<std::string> search_keys(const std::vector<Literal>& literals) {
  std::vector<std::string> keys;
  for (const auto& text : without_covered(texts_of(literals))) keys.push_back(search_key(text));
  return without_covered(keys);
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

hs_database_t* compile(const std::vector<std::string>& literals) {
  std::vector<const char*> texts;
  std::vector<size_t> lengths;
  std::vector<unsigned> ids;
  for (const auto& literal : literals) {
    texts.push_back(literal.data());
    lengths.push_back(literal.size());
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

void run(const hs_database_t* database, std::string_view bytes, hs_scratch_t* memory, match_event_handler on_match,
         void* context) {
  const auto status =
      hs_scan(database, bytes.data(), static_cast<unsigned>(bytes.size()), 0, memory, on_match, context);
  if (status != HS_SUCCESS) throw std::logic_error("vectorscan failed with status " + std::to_string(status));
}

}  // namespace

struct CrashScanner::Database {
  std::vector<Literal> literals;
  hs_database_t* all = nullptr;
  hs_database_t* keys = nullptr;

  ~Database() {
    hs_free_database(all);
    hs_free_database(keys);
  }
};

class CrashScanner::Scratch {
 public:
  explicit Scratch(const Database& database) {
    if (hs_alloc_scratch(database.all, &memory) != HS_SUCCESS) throw std::bad_alloc();
    if (hs_alloc_scratch(database.keys, &memory) != HS_SUCCESS) throw std::bad_alloc();  // grows it where needed
  }
  ~Scratch() { hs_free_scratch(memory); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  hs_scratch_t* memory = nullptr;
};

CrashScanner::CrashScanner(const RulePack& pack) : database_(std::make_unique<Database>()) {
  database_->literals = literals_of(pack);
  database_->all = compile(texts_of(database_->literals));
  database_->keys = compile(search_keys(database_->literals));
}

CrashScanner::~CrashScanner() = default;

std::unique_ptr<CrashScanner::Scratch, void (*)(CrashScanner::Scratch*)> CrashScanner::new_scratch() const {
  return {new Scratch(*database_), [](Scratch* scratch) { delete scratch; }};
}

void CrashScanner::find_candidates(std::string_view bytes, Scratch& scratch, std::vector<size_t>& ends) const {
  const size_t before = ends.size();
  const auto on_match = [](unsigned, unsigned long long, unsigned long long end, unsigned, void* context) {
    static_cast<std::vector<size_t>*>(context)->push_back(static_cast<size_t>(end));
    return 0;
  };
  run(database_->keys, bytes, scratch.memory, on_match, &ends);
  const size_t matched = ends.size();
  for_each_unclean_line(bytes, [&](size_t end) { ends.push_back(end); });
  if (ends.size() != matched) std::sort(ends.begin() + static_cast<std::ptrdiff_t>(before), ends.end());
}

void CrashScanner::scan(std::string_view bytes, Scratch& scratch, std::vector<Hit>& hits) const {
  struct Sink {
    const std::vector<Literal>& literals;
    std::vector<Hit>& hits;
  } sink{database_->literals, hits};
  const size_t before = hits.size();
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long end, unsigned, void* context) {
    auto& to = *static_cast<Sink*>(context);
    const Literal& literal = to.literals[id];
    to.hits.push_back({static_cast<size_t>(end), literal.family, static_cast<uint16_t>(literal.text.size())});
    return 0;
  };
  run(database_->all, bytes, scratch.memory, on_match, &sink);
  const size_t matched = hits.size();
  for_each_unclean_line(bytes, [&](size_t end) { hits.push_back({end, kUnclean, 1}); });
  if (hits.size() == matched) return;
  std::stable_sort(hits.begin() + static_cast<std::ptrdiff_t>(before), hits.end(),
                   [](const auto& a, const auto& b) { return a.end < b.end; });
}

}  // namespace ktriage
