#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "parley/base/assert.h"
#include "parley/http/multipart.h"

using namespace parley;
using namespace parley::http;

namespace {

constexpr MultipartLimits limits{.head_bytes_max = 200, .parts_max = 4, .preamble_bytes_max = 50};

/// Writes down what it is told, content without the places where it was cut.
class Record final : public MultipartUser {
 public:
  std::string text;

 private:
  void on_part(PartHead head) override {
    PARLEY_ASSERT(!inside_);
    inside_ = true;
    text += "<" + head.name + "|" + head.filename.value_or("-") + "|" + head.content_type + ">";
  }
  void on_part_bytes(base::BytesView bytes) override {
    PARLEY_ASSERT(inside_ && !bytes.empty());
    text += base::as_text(bytes);
  }
  void on_part_end() override {
    PARLEY_ASSERT(inside_);
    inside_ = false;
    text += "</>";
  }
  bool inside_ = false;
};

std::string read_in_pieces(std::string_view body, std::size_t piece_bytes) {
  Record record;
  MultipartParser parser("b", record, limits);
  for (; !body.empty(); body.remove_prefix(std::min(piece_bytes, body.size()))) {
    auto const fed = parser.feed(base::as_bytes(body.substr(0, piece_bytes)));
    if (!fed) {
      PARLEY_ASSERT(parser.feed({}).error() == fed.error());
      return record.text + "error " + std::to_string(static_cast<int>(fed.error()));
    }
  }
  return record.text + (parser.finish() ? "good" : "incomplete");
}

}  // namespace

/// Any input is read or refused with a MultipartError, and where the bytes are cut changes nothing. What has been
/// written as a form is read as it was written.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const body = base::as_text({data, size});
  auto const whole = read_in_pieces(body, size + 1);
  PARLEY_ASSERT(read_in_pieces(body, 1) == whole);
  PARLEY_ASSERT(read_in_pieces(body, 7) == whole);

  static_cast<void>(multipart_boundary(body));
  if (body.find("\r\n--b") == std::string_view::npos && !body.starts_with("--b")) {
    auto const form = "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n" + std::string(body) + "\r\n--b--";
    auto const expected = "<n|-|>" + std::string(body) + "</>good";
    PARLEY_ASSERT(read_in_pieces(form, 3) == expected);
    PARLEY_ASSERT(read_in_pieces(form, form.size()) == expected);
  }
  return 0;
}
