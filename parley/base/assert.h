#pragma once

namespace parley::base {

/// Ends the process after printing what was expected and where: a broken invariant is our own fault,
/// and going on would spread it.
[[noreturn]] void assertion_failed(char const* condition, char const* file, int line);

}  // namespace parley::base

/// States what must hold if this code is right. Checked in every build.
#define PARLEY_ASSERT(condition)                     \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? void()                                      \
       : ::parley::base::assertion_failed(#condition, __FILE__, __LINE__))
