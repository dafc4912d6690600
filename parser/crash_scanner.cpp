#include "parser/crash_scanner.h"

#include <hs/hs.h>

#include <algorithm>
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

/// One hit for each line that holds bytes which LogLine would remove.
void find_unclean_lines(std::string_view bytes, std::vector<CrashScanner::Hit>& hits) {
  const size_t before = hits.size();
  for (size_t at = find_inner_control(bytes, 0); at != std::string_view::npos;) {
    hits.push_back({at + 1, CrashScanner::kUnclean, 1});
    const size_t newline = bytes.find('\n', at);
    at = newline == std::string_view::npos ? newline : find_inner_control(bytes, newline);
  }
  if (hits.size() != before) {
    std::stable_sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
  }
}

}  // namespace

struct CrashScanner::Database {
  std::vector<Literal> literals;
  hs_database_t* compiled = nullptr;

  ~Database() { hs_free_database(compiled); }
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
  std::vector<const char*> texts;
  std::vector<size_t> lengths;
  std::vector<unsigned> ids;
  for (const auto& literal : database_->literals) {
    texts.push_back(literal.text.data());
    lengths.push_back(literal.text.size());
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  const std::vector<unsigned> flags(texts.size(), 0);
  hs_compile_error_t* error = nullptr;
  if (hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(), static_cast<unsigned>(texts.size()),
                           HS_MODE_BLOCK, nullptr, &database_->compiled, &error) != HS_SUCCESS) {
    const std::string message = error != nullptr ? error->message : "unknown error";
    hs_free_compile_error(error);
    throw std::logic_error("cannot compile the trigger literals: " + message);
  }
}

CrashScanner::~CrashScanner() = default;

std::unique_ptr<CrashScanner::Scratch, void (*)(CrashScanner::Scratch*)> CrashScanner::new_scratch() const {
  return {new Scratch(database_->compiled), [](Scratch* scratch) { delete scratch; }};
}

void CrashScanner::scan(std::string_view bytes, Scratch& scratch, std::vector<Hit>& hits) const {
  struct Sink {
    const std::vector<Literal>& literals;
    std::vector<Hit>& hits;
  } sink{database_->literals, hits};
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long end, unsigned, void* context) {
    auto& to = *static_cast<Sink*>(context);
    const Literal& literal = to.literals[id];
    to.hits.push_back({static_cast<size_t>(end), literal.family, static_cast<uint16_t>(literal.text.size())});
    return 0;
  };
  const auto status = hs_scan(database_->compiled, bytes.data(), static_cast<unsigned>(bytes.size()), 0, scratch.memory,
                              on_match, &sink);
  if (status != HS_SUCCESS) throw std::logic_error("vectorscan failed with status " + std::to_string(status));
  find_unclean_lines(bytes, hits);
}

}  // namespace ktriage
