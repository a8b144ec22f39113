#pragma once

#include <array>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "chat/domain/profile.h"

namespace parley::chat {

/// Whom a guest would rather meet. What is absent does not matter; nobody ever waits for it.
struct Preference {
  std::optional<std::string> language, country;
};

/// Who waits for a partner. Entering and leaving take the same time however many wait; choosing takes longer only for
/// whom the guest must not meet.
class MatchQueue {
 public:
  /// Entering twice keeps the first place, but what is known of the guest from then on is the newer profile.
  void enter(GuestId const& guest, Profile const& profile);
  void leave(GuestId const& guest);

  struct Wish {
    Preference prefer{};
    std::optional<GuestId> avoided{};   ///< not this one unless nobody else waits
    std::span<GuestId const> barred{};  ///< none of these, ever
  };
  /// One of the others by chance, one that fits the preference if there is any. The chosen one still waits.
  std::optional<GuestId> choose_for(GuestId const& guest, Wish const& wish, base::RandomSource& random) const;

  bool contains(GuestId const& guest) const { return places_.contains(guest); }
  std::size_t size() const { return places_.size(); }

 private:
  /// A guest stands in several lines at once: that of all, of its language, of its country, and of both.
  using Line = std::vector<GuestId>;
  struct Place {
    std::string line;  ///< the key in `lines_`
    std::size_t at = 0;
  };
  using Places = std::vector<Place>;
  static std::string line_of(std::optional<std::string> const& language, std::optional<std::string> const& country);
  std::optional<GuestId> choose_from(std::string const& line, std::vector<GuestId> const& barred,
                                     base::RandomSource& random) const;

  std::unordered_map<std::string, Line> lines_;
  std::unordered_map<GuestId, Places> places_;
};

}  // namespace parley::chat
