#include <doctest/doctest.h>

#include <array>
#include <set>

#include "parley/base/function.h"
#include "parley/base/histogram.h"
#include "parley/base/id.h"
#include "parley/base/mailbox.h"
#include "parley/base/result.h"
#include "parley/base/task.h"
#include "parley/base/time.h"

using namespace parley::base;

namespace {

class CountingSource : public RandomSource {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = next_++;
  }

 private:
  std::uint8_t next_ = 7;
};

Task<int> doubled(Completion<int>& later) {
  int const value = co_await later;
  co_return 2 * value;
}

}  // namespace

TEST_CASE("an id names the worker that made it") {
  CountingSource random;
  for (unsigned worker = 0; worker < 256; ++worker) {
    auto const id = SessionId::make(static_cast<WorkerId>(worker), random);
    CHECK(id.worker() == worker);
    CHECK(SessionId::parse(id.text()) == id);
  }
  CHECK_FALSE(SessionId::parse("short"));
  CHECK_FALSE(SessionId::parse("AAAAAAAAAAAAAAAAAAA="));
}

TEST_CASE("a UUID carries its version and variant") {
  CountingSource random;
  auto const uuid = make_uuid(random);
  CHECK(uuid.size() == 36);
  CHECK(uuid[14] == '4');
  CHECK(std::set<char>{'8', '9', 'a', 'b'}.contains(uuid[19]));
}

TEST_CASE("a mailbox wakes its owner once per batch and refuses what exceeds its limit") {
  Mailbox<int> box(2);
  using enum Mailbox<int>::Posted;
  CHECK(box.post(1) == first);
  CHECK(box.post(2) == later);
  CHECK(box.post(3) == full);
  std::vector<int> taken;
  box.take(taken);
  CHECK(taken == std::vector{1, 2});
  CHECK(box.post(4) == first);
}

TEST_CASE("a result holds a value or an error") {
  Result<int, std::string> const good = 3;
  Result<int, std::string> const bad = fail("no");
  CHECK(*good == 3);
  CHECK(bad.error() == "no");
  CHECK(bad.value_or(5) == 5);
}

TEST_CASE("a function keeps small and large callables alive until it is gone") {
  auto const witness = std::make_shared<int>(1);
  std::array<char, 100> const large{};
  {
    Function<long()> small = [witness] { return witness.use_count(); };
    Function<long()> big = [witness, large] { return witness.use_count() + static_cast<long>(large[0]); };
    Function<long()> moved = std::move(big);
    CHECK(small() == 3);
    CHECK(moved() == 3);
    CHECK_FALSE(big);
  }
  CHECK(witness.use_count() == 1);
}

TEST_CASE("a task waits for a value that a callback brings, early or late") {
  int result = 0;
  Completion<int> late;
  start([](Completion<int>& later, int& out) -> Task<void> { out = co_await doubled(later); }(late, result),
        [](std::exception_ptr) {});
  CHECK(result == 0);
  late.resolver()(21);
  CHECK(result == 42);

  Completion<int> early;
  early.resolver()(4);
  start([](Completion<int>& later, int& out) -> Task<void> { out = co_await doubled(later); }(early, result),
        [](std::exception_ptr) {});
  CHECK(result == 8);
}

TEST_CASE("a task that waits for an answer nobody can give any more unwinds") {
  auto const held = std::make_shared<int>(0);
  bool abandoned = false;
  {
    Completion<int> never;
    auto resolver = never.resolver();
    auto const copy = resolver;
    start([](Completion<int> waiting, std::shared_ptr<int>) -> Task<void> { co_await waiting; }(never, held),
          [&abandoned](std::exception_ptr thrown) { abandoned = thrown != nullptr; });
    CHECK(held.use_count() == 2);
    CHECK_FALSE(abandoned);
  }
  CHECK(abandoned);
  CHECK(held.use_count() == 1);
}

TEST_CASE("an exception inside a task reaches whoever started it") {
  bool seen = false;
  start(
      []() -> Task<void> {
        throw 1;
        co_return;
      }(),
      [&seen](std::exception_ptr thrown) { seen = thrown != nullptr; });
  CHECK(seen);
}

TEST_CASE("times are written in ISO 8601 with milliseconds") {
  CHECK(to_iso8601(Timestamp{std::chrono::milliseconds{1795381000123}}) == "2026-11-22T20:56:40.123Z");
}

TEST_CASE("a histogram counts a duration in the range whose upper bound it does not pass, and sums all") {
  using std::chrono::microseconds;
  constexpr std::array bounds{microseconds(10), microseconds(100)};
  Histogram times(bounds);
  for (int const took : {0, 10, 11, 100, 101, 5000}) times.add(microseconds(took));
  CHECK(times.count(0) == 2);
  CHECK(times.count(1) == 2);
  CHECK(times.count(2) == 2);
  CHECK(times.count() == 6);
  CHECK(times.sum() == microseconds(5222));
}
