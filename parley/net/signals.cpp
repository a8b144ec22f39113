#include "parley/net/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace parley::net {
namespace {

sigset_t to_set(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (int const signal : signals) sigaddset(&set, signal);
  return set;
}

}  // namespace

void Signals::block(std::initializer_list<int> signals) {
  auto const set = to_set(signals);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::Signals(EventLoop& loop, std::initializer_list<int> signals, base::Function<void(int)> on_signal)
    : on_signal_(std::move(on_signal)) {
  auto const set = to_set(signals);
  descriptor_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  loop.watch(descriptor_, *this);
}

Signals::~Signals() { close(descriptor_); }

void Signals::on_ready(std::uint32_t) {
  signalfd_siginfo info{};
  while (read(descriptor_, &info, sizeof info) == sizeof info) on_signal_(static_cast<int>(info.ssi_signo));
}

}  // namespace parley::net
