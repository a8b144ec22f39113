// Runs a fuzz target on inputs made by chance, the same ones each time, so that its laws are compiled and asked for in
// every test run. A real search is libFuzzer's, which takes the same file.

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// Stops the process when a law is broken.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

using namespace std::string_view_literals;

/// Something that each of our parsers understands, to be spoilt.
constexpr std::array seeds{
    "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n"sv,
    "POST /a%20b?c=d HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: b\r\n\r\n"sv,
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"sv,
    "\x81\x85\x01\x02\x03\x04\x49\x67\x6f\x68\x6e\x88\x82\x00\x00\x00\x00\x03\xe8"sv,
    "\x01\x81\x00\x00\x00\x00\xc3\x80\x81\x00\x00\x00\x00\xa4\x89\x80\x00\x00\x00\x00"sv,
    "4hello\x1e"
    "bAQID\x1e"
    "2probe\x1e"
    "3\x1e"
    "1"sv,
    "51-/chat,12[\"event\",{\"_placeholder\":true,\"num\":0},\"\\ud83d\\ude42\",-1.5e3,null]"sv,
    "0/chat,{\"token\":\"abc\"}"sv,
    "--b\r\nContent-Disposition: form-data; name=\"n\"; filename=\"f%22\"\r\nContent-Type: a/b\r\n\r\nabc\r\n--b--\r\n"sv,
};
/// What means something to them, more likely than other bytes.
constexpr auto spices = "\r\n :;,/?%=&0123456789\"\\[]{}bu\x1e\x80\x81\x88\xfe\xff\xc3\x00"sv;

class Cook {
 public:
  std::string next() {
    std::string input(seeds[below(seeds.size())]);
    for (auto changes = below(8); changes > 0; --changes) spoil(input);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  char byte() { return below(4) == 0 ? static_cast<char>(below(256)) : spices[below(spices.size())]; }
  void spoil(std::string& input) {
    auto const at = below(input.size() + 1);
    switch (below(4)) {
      case 0:
        input.insert(at, 1, byte());
        break;
      case 1:
        if (at < input.size()) input[at] = byte();
        break;
      case 2:
        input.erase(at, below(4));
        break;
      default:
        input.insert(at, input.substr(below(input.size() + 1), below(20)));
    }
  }

  std::mt19937_64 random_{20};
};

}  // namespace

TEST_CASE("the laws of the fuzz target hold for spoilt inputs") {
  Cook cook;
  for (int round = 0; round < 100'000; ++round) {
    auto const input = cook.next();
    // Exactly as long as it is, so that the address sanitizer sees a read beyond its end.
    std::vector<std::uint8_t> const bytes(input.begin(), input.end());
    REQUIRE(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()) == 0);
  }
}
