#include "parser/byte_scan.h"

#include <algorithm>

// The same code once more for wider registers, chosen when the program is loaded. Sanitizers do not get along with
// that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define KTRIAGE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define KTRIAGE_WIDE
#endif

namespace ktriage {
namespace {

constexpr size_t kLanes = 32;
constexpr size_t kGroup = 16 * kLanes;

/// Without branches, for the vectorizer. `next` is the byte behind `c`.
constexpr unsigned is_inner_control(unsigned char c, unsigned char next) {
  const unsigned control = static_cast<unsigned>(c < 0x20) | static_cast<unsigned>(c == 0x7f);
  const unsigned blank = static_cast<unsigned>(c == '\t') | static_cast<unsigned>(c == '\n');
  const unsigned line_end =
      static_cast<unsigned>(c == '\r') & (static_cast<unsigned>(next == '\n') | static_cast<unsigned>(next == '\r'));
  return control & (1U ^ (blank | line_end));
}

inline bool any_inner_control(const char* bytes) {
  unsigned char found = 0;
  for (size_t i = 0; i < kLanes; ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    const auto next = static_cast<unsigned char>(bytes[i + 1]);
    found = static_cast<unsigned char>(found | is_inner_control(c, next));
  }
  return found != 0;
}

/// The same for a whole group, cheaper, and wrong about carriage returns only: most consoles are done with here.
inline bool any_suspect(const char* bytes) {
  unsigned char lanes[kLanes] = {};
  for (size_t i = 0; i < kGroup; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const auto c = static_cast<unsigned char>(bytes[i + lane]);
      const unsigned control = static_cast<unsigned>(c < 0x20) | static_cast<unsigned>(c == 0x7f);
      const unsigned blank = static_cast<unsigned>(c == '\t') | static_cast<unsigned>(c == '\n');
      lanes[lane] = static_cast<unsigned char>(lanes[lane] | (control & (1U ^ blank)));
    }
  }
  unsigned char found = 0;
  for (const unsigned char lane : lanes) found = static_cast<unsigned char>(found | lane);
  return found != 0;
}

}  // namespace

KTRIAGE_WIDE uint64_t count_newlines(std::string_view bytes) {
  uint64_t total = 0;
  while (!bytes.empty()) {
    const size_t run = std::min<size_t>(bytes.size(), 255 * kLanes);  // a lane counts to 255
    uint8_t lanes[kLanes] = {};
    size_t i = 0;
    for (; i + kLanes <= run; i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] = static_cast<uint8_t>(lanes[lane] + (bytes[i + lane] == '\n'));
    }
    for (; i < run; ++i) total += bytes[i] == '\n';
    for (const uint8_t lane : lanes) total += lane;
    bytes.remove_prefix(run);
  }
  return total;
}

KTRIAGE_WIDE size_t find_inner_control(std::string_view bytes, size_t at) {
  for (size_t end = at + kGroup; end < bytes.size(); end = at + kGroup) {
    if (any_suspect(bytes.data() + at)) {
      while (at < end && !any_inner_control(bytes.data() + at)) at += kLanes;
      if (at < end) break;
    }
    at = end;
  }
  while (at + kLanes < bytes.size() && !any_inner_control(bytes.data() + at)) at += kLanes;
  for (; at < bytes.size(); ++at) {
    const char next = at + 1 < bytes.size() ? bytes[at + 1] : '\n';
    if (is_inner_control(static_cast<unsigned char>(bytes[at]), static_cast<unsigned char>(next)) != 0) return at;
  }
  return std::string_view::npos;
}

}  // namespace ktriage
