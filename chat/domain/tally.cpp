#include "chat/domain/tally.h"

namespace parley::chat {

void Tally::signalled(Signal signal, Call before, Call after) {
  if (before == Call::none || after != Call::none) return;
  if (before == Call::active) return end_call(CallOutcome::completed);
  if (signal == Signal::reject) return end_call(CallOutcome::rejected);
  end_call(signal == Signal::timeout ? CallOutcome::unanswered : CallOutcome::cancelled);
}

}  // namespace parley::chat
