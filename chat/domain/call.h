#pragma once

#include <array>
#include <cstdint>

namespace parley::chat {

/// What two guests send each other to ring, and to hang up. Ice candidates never change the state of a call.
enum class Signal { offer, answer, candidate, reject, timeout, end };
enum class Call { none, ringing, active };
enum class By { caller, callee, either };

struct CallRule {
  Call when;
  Signal signal;
  By by;
  Call then;
};

/// Every step a call can take. Whatever is not listed leaves the state as it is; relaying does not ask it.
constexpr std::array call_rules{
    CallRule{Call::none, Signal::offer, By::either, Call::ringing},
    // Both rang at once: the guest with the smaller id stays the caller, the other answers.
    CallRule{Call::ringing, Signal::offer, By::callee, Call::ringing},
    CallRule{Call::ringing, Signal::answer, By::callee, Call::active},
    CallRule{Call::ringing, Signal::reject, By::callee, Call::none},
    CallRule{Call::ringing, Signal::timeout, By::caller, Call::none},  // or the clock, in the caller's name
    CallRule{Call::ringing, Signal::end, By::either, Call::none},
    CallRule{Call::active, Signal::end, By::either, Call::none},
};

/// The rule for a signal; null when it changes nothing. `by` is what the sender is in the present call.
constexpr CallRule const* rule_for(Call when, Signal signal, By by) {
  for (auto const& rule : call_rules) {
    if (rule.when == when && rule.signal == signal && (rule.by == by || rule.by == By::either)) return &rule;
  }
  return nullptr;
}

}  // namespace parley::chat
