#pragma once

#include <cstddef>

namespace ktriage {

/// Archives of `count` members of two bytes are read whole, and could be interrupted at each member.
void expect_tiny_members_read(size_t count);

}  // namespace ktriage
