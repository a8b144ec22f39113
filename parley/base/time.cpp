#include "parley/base/time.h"

namespace parley::base {

std::string to_iso8601(Timestamp time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{time - day};
  std::string text = "0000-00-00T00:00:00.000Z";
  // Written for each message that is sent, which is too often for a format that is read anew each time.
  auto const put = [&text](std::size_t from, std::size_t digits, auto value) {
    auto rest = static_cast<unsigned>(value);
    for (std::size_t at = from + digits; at-- > from; rest /= 10) text[at] = static_cast<char>('0' + rest % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return text;
}

}  // namespace parley::base
