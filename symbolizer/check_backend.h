#pragma once

#include <functional>
#include <memory>
#include <string>

#include "symbolizer/backend.h"

namespace ktriage {

/// Gives the first backend's answers, and says where the second one's differ in line, file name, or depth of inlining.
class CheckBackend : public Backend {
 public:
  using Warn = std::function<void(const std::string&)>;

  CheckBackend(std::unique_ptr<Backend> trusted, std::unique_ptr<Backend> other, Warn warn)
      : trusted_(std::move(trusted)), other_(std::move(other)), warn_(std::move(warn)) {}
  ~CheckBackend() override;

  std::string_view name() const override { return "check"; }
  std::vector<SourceFrame> look_up(uint64_t address) override;
  void prepare(unsigned jobs) override { trusted_->prepare(jobs); }

 private:
  std::unique_ptr<Backend> trusted_;
  std::unique_ptr<Backend> other_;
  Warn warn_;
  size_t asked_ = 0;
  size_t different_ = 0;
};

}  // namespace ktriage
