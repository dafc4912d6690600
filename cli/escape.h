#pragma once

#include <string>
#include <string_view>

namespace ktriage {

/// `text` as one line that is safe to send to a terminal. Anyone who can write to a kernel console can write escape
/// sequences into it: bytes that are no UTF-8 and control characters (C0, DEL, C1) become \xNN, line separators and
/// characters that change the direction of text \u{NNNN}; a tab becomes a blank. All else stays as it is.
std::string escape_for_terminal(std::string_view text);

}  // namespace ktriage
