// How fast SqliteStorage keeps messages, and how long each waits: bench-storage FILE [PER_SECOND] [SECONDS]
//
// Messages of 500 chats are kept and marked as delivered, as in the server: asked for on one thread, written on
// another. PER_SECOND 0 keeps 1000 under way at all times.

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "chat/storage/sqlite_storage.h"
#include "parley/net/blocking_pool.h"

using namespace parley;
using namespace parley::chat;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t chats = 500;
constexpr std::size_t under_way_max = 1000;

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto const seconds = [](timeval const& time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// The thread that asks, and what it has measured.
struct Asker {
  explicit Asker(SqliteStorage& kept_in) : storage(kept_in) {
    for (std::size_t i = 0; i < chats; ++i) rooms.push_back(std::string(84 - 4, 'r') + std::to_string(1000 + i));
  }

  base::Task<void> keep_chat(std::string room) {
    ChatRecord chat{RoomId(std::move(room)), GuestId(author), GuestId(reader), {}};
    auto keeping = storage.keep_chat(std::move(chat));
    static_cast<void>(co_await std::move(keeping));
  }
  base::Task<void> keep_one() {
    auto const number = asked++;
    auto const said = std::make_shared<Message>();
    auto& message = *said;
    message.id = MessageId("msg_" + std::to_string(1'800'000'000'000 + number) + "_abcdefghijkl");
    message.room = RoomId(rooms[number % chats]);
    message.sender = GuestId(author);
    message.sender_username = "BraveOwl417";
    message.recipient = GuestId(reader);
    message.content = Json("hello there, how are you doing today? this is a text");
    message.timestamp = "2027-01-15T08:00:00.000Z";
    message.client_message_id = "c-" + std::to_string(number);
    message.seq = number / chats + 1;
    auto const begun = Clock::now();
    auto keeping = storage.keep(said);
    auto const kept = co_await std::move(keeping);
    if (!kept) {
      std::fprintf(stderr, "%s\n", kept.error().cause.c_str());
      std::exit(1);
    }
    waited.push_back(Clock::now() - begun);
    std::vector<Delivery> delivered{{said->room, said->seq, base::Timestamp(std::chrono::milliseconds(number))}};
    auto marking = storage.mark_delivered(std::move(delivered));
    static_cast<void>(co_await std::move(marking));
    ++settled;
  }
  void ask(std::size_t count) {
    for (; count > 0; --count) base::start(keep_one(), [](std::exception_ptr) {});
  }

  SqliteStorage& storage;
  std::string const author = std::string(42, 'a'), reader = std::string(42, 'b');
  std::vector<std::string> rooms;
  std::size_t asked = 0, settled = 0;
  std::vector<Clock::duration> waited;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench-storage FILE [PER_SECOND] [SECONDS]\n");
    return 2;
  }
  std::size_t const per_second = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 0;
  std::chrono::seconds const length(count > 3 ? std::strtol(arguments[3], nullptr, 10) : 10);

  base::WorkQueue<base::Function<void()>> home(1 << 20);
  net::BlockingPool disk(1, 16);
  SqliteStorage storage(arguments[1], [&](base::Function<void()> work) { return disk.post(std::move(work)); });
  storage.answer_through([&](base::Function<void()> call) { return home.post(std::move(call)); });
  if (auto const loaded = storage.load_now(); !loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().cause.c_str());
    return 1;
  }

  Asker asker(storage);
  // What is begun first is done first.
  for (auto const& room : asker.rooms) base::start(asker.keep_chat(room), [](std::exception_ptr) {});
  auto const begun = Clock::now();
  auto const cpu_before = cpu_seconds();
  std::thread clock([&] {
    using namespace std::chrono_literals;
    for (auto next = begun; next < begun + length; next += 1ms) {
      std::this_thread::sleep_until(next);
      static_cast<void>(home.post([] {}));
    }
    home.close();
  });
  while (auto call = home.take()) {
    (*call)();
    auto const passed = std::chrono::duration<double>(Clock::now() - begun).count();
    auto const wanted = per_second == 0 ? asker.settled + under_way_max : std::size_t(passed * double(per_second));
    asker.ask(wanted - std::min(wanted, asker.asked));
  }
  clock.join();
  disk.finish();
  auto const seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  auto const cpu = cpu_seconds() - cpu_before;

  auto& waited = asker.waited;
  std::ranges::sort(waited);
  auto const ms = [&](double part) {
    auto const at = std::size_t(part * double(waited.size() - 1));
    return std::chrono::duration<double, std::milli>(waited[at]).count();
  };
  std::printf("%zu messages in %.1f s: %.0f per second, %.1f us of CPU each\n", waited.size(), seconds,
              double(waited.size()) / seconds, cpu * 1e6 / double(waited.size()));
  std::printf("kept after p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, at most %.2f ms\n", ms(0.5), ms(0.99), ms(0.999),
              ms(1));
  storage.abandon();
  return 0;
}
