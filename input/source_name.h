#pragma once

#include <string_view>

namespace ktriage {

/// Is a file of this name a source, a configuration or a page, which may quote a crash but is no console? Logs lie
/// among such files: reproducers, notes, expected answers. Asked about files that were found; who names one means it.
bool is_source_name(std::string_view name);

}  // namespace ktriage
