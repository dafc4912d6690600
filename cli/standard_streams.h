#pragma once

namespace ktriage {

/// Fills the places of standard streams that the caller has closed, so that no file we open lands there by chance.
/// Using such a stream still fails.
void occupy_closed_standard_streams();

}  // namespace ktriage
