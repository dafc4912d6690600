#pragma once

#include <optional>
#include <string>

#include "input/budget.h"
#include "input/byte_stream.h"
#include "input/input.h"

namespace ktriage {

/// Where bytes come from: the member's name ("" is the unit itself) and its time.
struct Origin {
  std::string member;
  std::optional<int64_t> time_s;
  uint64_t count = 1;     ///< as LogSink::Start
  int archives = 0;       ///< how many archives they are in
  bool unpacked = false;  ///< whether a decoder made them
};

/// What all stages of reading one unit share.
struct ReadContext {
  const InputLimits& limits;
  LogSink& sink;
  Budget& budget;
};

/// What reading one piece of content came to. Damage has been told to the sink.
enum class ContentEnd { Whole, Damaged, Interrupted };

/// Reads the logs in `reader`, whatever it holds: a log, compressed or not, an archive, a journal.
ContentEnd read_content(ByteStream& reader, const Origin& origin, ReadContext& context);

/// Hands a log to the sink.
ContentEnd read_log_content(ByteStream& reader, const Origin& origin, ReadContext& context);

}  // namespace ktriage
