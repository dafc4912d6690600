#pragma once

#include "input/file_descriptor.h"

namespace ktriage {

/// Turns SIGINT, SIGTERM and SIGHUP (unless that is ignored) into a file descriptor that becomes readable, for as long
/// as it lives. The second signal of a kind ends the process as if this were not there, so that nobody has to wait for
/// an orderly end. One at a time per process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// For poll(2): readable once a signal has come, and from then on.
  int fd() const { return read_end_.get(); }
  bool raised() const;

 private:
  FileDescriptor read_end_;
  FileDescriptor write_end_;
};

}  // namespace ktriage
