#include "bench/chat/crowd.h"

#include <stdexcept>

#include "bench/chat/json_text.h"
#include "bench/load/meter.h"

namespace bench {
namespace {

constexpr std::size_t scratch_bytes = 256 * 1024;
constexpr std::size_t desks_max = 64;
constexpr std::uint64_t desk_tag = std::uint64_t{1} << 63;

}  // namespace

Crowd::Crowd(ChatOptions const& options, std::size_t arriving_max, Conductor& conductor)
    : options_(options), conductor_(conductor), scratch_(scratch_bytes), arriving_max_(arriving_max) {
  for (std::size_t at = 0; at < std::min(desks_max, arriving_max); ++at) {
    desks_.push_back({HttpClient{options.endpoint}});
    poller_.add(desks_.back().http.fd(), desk_tag | at);
  }
}

void Crowd::invite(std::size_t guests) {
  invited_ += guests;
  ask_for_more();
}

void Crowd::ask_for_more() {
  for (auto& desk : desks_) {
    if (invited_ == 0 || arriving_ == arriving_max_) return;
    if (desk.http.busy()) continue;
    --invited_;
    ++arriving_;
    desk.number = guests_.size();
    guests_.emplace_back();
    invited_at_.push_back(now_ns());
    desk.http.post("/api/guest", R"({"username":"Guest)" + std::to_string(desk.number) + R"("})", "application/json");
  }
}

void Crowd::take_answer(Desk& desk) {
  if (!desk.http.busy()) return;
  auto const body = desk.http.receive();
  if (!body) return;
  Account account{std::string(text_member(*body, "id")), std::string(text_member(*body, "token"))};
  if (account.id.empty() || account.token.empty()) throw std::runtime_error("not a guest session: " + *body);
  auto& guest = guests_[desk.number];
  guest = std::make_unique<Guest>(desk.number, options_.endpoint, std::move(account), options_.text_bytes, conductor_);
  by_id_[guest->id()] = guest.get();
  poller_.add(guest->fd(), desk.number);
}

void Crowd::forget(Guest const& guest) {
  by_id_.erase(guest.id());
  leaving_.push_back(std::move(guests_[guest.number()]));
}

void Crowd::turn(int milliseconds) {
  for (auto const& event : poller_.wait(milliseconds)) {
    auto const tag = static_cast<std::uint64_t>(event.data.u64);
    if (tag & desk_tag) {
      if (event.events & EPOLLIN) take_answer(desks_[tag & ~desk_tag]);
      continue;
    }
    auto* const guest = guests_[tag].get();
    if (!guest) continue;
    if (event.events & EPOLLOUT) guest->flush();
    bool const hung_up = event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    if (event.events & EPOLLIN || hung_up) guest->receive(scratch_, hung_up);
  }
  leaving_.clear();
  ask_for_more();
}

}  // namespace bench
