#include "parley/http/multipart.h"

#include <doctest/doctest.h>

#include <vector>

using namespace parley;
using namespace parley::http;

namespace {

struct Part {
  PartHead head;
  std::string content;
  bool ended = false;
};

class Form final : public MultipartUser {
 public:
  std::vector<Part> parts;

 private:
  void on_part(PartHead head) override { parts.push_back({std::move(head), {}}); }
  void on_part_bytes(base::BytesView bytes) override { parts.back().content += base::as_text(bytes); }
  void on_part_end() override { parts.back().ended = true; }
};

struct Outcome {
  std::vector<Part> parts;
  std::optional<MultipartError> error;
};

Outcome read(std::string_view body, std::size_t piece_bytes = 1000, MultipartLimits limits = {},
             std::string_view boundary = "XX") {
  Form form;
  MultipartParser parser(boundary, form, limits);
  for (; !body.empty(); body.remove_prefix(std::min(piece_bytes, body.size()))) {
    if (auto const fed = parser.feed(base::as_bytes(body.substr(0, piece_bytes))); !fed) {
      return {std::move(form.parts), fed.error()};
    }
  }
  auto const end = parser.finish();
  return {std::move(form.parts), end ? std::nullopt : std::optional(end.error())};
}

std::string part(std::string_view disposition, std::string_view content, std::string_view more = "") {
  return "--XX\r\nContent-Disposition: " + std::string(disposition) + "\r\n" + std::string(more) + "\r\n" +
         std::string(content) + "\r\n";
}

std::optional<std::string> filename(std::string_view parameters) {
  auto const head = parse_part_head("Content-Disposition: form-data; name=\"f\"; " + std::string(parameters));
  return head ? head->filename : std::nullopt;
}

}  // namespace

TEST_CASE("a form gives its parts in order, wherever it is cut") {
  auto const body = part("form-data; name=\"a\"", "one") +
                    part("form-data; name=\"file\"; filename=\"x.png\"", "\r\n--X\r\n--XY bytes\r\n\r\n",
                         "Content-Type: image/png\r\nX-Other: 1\r\n") +
                    part("form-data; name=\"empty\"", "") + "--XX--\r\n";
  for (std::size_t piece_bytes = 1; piece_bytes <= body.size(); ++piece_bytes) {
    auto const [parts, error] = read(body, piece_bytes);
    REQUIRE_FALSE(error);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].head.name == "a");
    CHECK_FALSE(parts[0].head.filename);
    CHECK(parts[0].content == "one");
    CHECK(parts[1].head.filename == "x.png");
    CHECK(parts[1].head.content_type == "image/png");
    CHECK(parts[1].content == "\r\n--X\r\n--XY bytes\r\n\r\n");
    CHECK(parts[2].content == "");
    CHECK(parts[2].ended);
  }
}

TEST_CASE("a preamble, blanks behind a boundary and an epilogue are passed over") {
  auto const [parts, error] = read(
      "for old readers\r\n--XX \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"
      "--XX--\r\nand more\r\n--XX\r\n");
  CHECK_FALSE(error);
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].content == "1");
}

TEST_CASE("a form that does not end is incomplete") {
  CHECK(read("").error == MultipartError::incomplete);
  CHECK(read("--XX").error == MultipartError::incomplete);
  CHECK(read(part("form-data; name=a", "1")).error == MultipartError::incomplete);
  CHECK(read(part("form-data; name=a", "1") + "--XX-").error == MultipartError::incomplete);
  CHECK(read(part("form-data; name=a", "1") + "--XX--").error == std::nullopt);
}

TEST_CASE("a boundary that goes on is no boundary, and neither is what follows it a form") {
  CHECK(read(part("form-data; name=a", "1") + "--XXY\r\n").error == MultipartError::malformed);
  CHECK(read("--XX" + std::string(100, ' ') + "\r\n").error == MultipartError::malformed);
}

TEST_CASE("parts, their heads and the preamble are bounded") {
  MultipartLimits const limits{.head_bytes_max = 100, .parts_max = 3, .preamble_bytes_max = 20};
  std::string many;
  for (int i = 0; i < 4; ++i) many += part("form-data; name=a", "1");
  for (auto const piece_bytes : {1u, 7u, 1000u}) {
    CHECK(read(many, piece_bytes, limits).error == MultipartError::too_many_parts);
    CHECK(read(part("form-data; name=a", "1", "X: " + std::string(100, 'x') + "\r\n"), piece_bytes, limits).error ==
          MultipartError::head_too_large);
    CHECK(read("--XX\r\nX: " + std::string(200, 'x'), piece_bytes, limits).error == MultipartError::head_too_large);
    CHECK(read(std::string(50, 'x'), piece_bytes, limits).error == MultipartError::malformed);
  }
}

TEST_CASE("a part must be form-data with a name, said once") {
  for (auto const* lines :
       {"Content-Type: a/b", "Content-Disposition: attachment; name=a", "Content-Disposition: form-data",
        "Content-Disposition: form-data; filename=a", "Content-Disposition: form-data; name=a; name=b",
        "Content-Disposition: form-data; name=\"a", "Content-Disposition: form-data; name=a; x",
        "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
        "Content-Disposition: form-data; name=a\r\nContent-Type: a/b\r\nContent-Type: c/d", "no header", " : b",
        "Content-Disposition: form-data; name=a\r\n folded: 1", "Content-Disposition: form-data; name=a\nX: 1"}) {
    CAPTURE(lines);
    CHECK_FALSE(parse_part_head(lines));
  }
  CHECK(read("--XX\r\n\r\ncontent\r\n--XX--").error == MultipartError::malformed);
}

TEST_CASE("names are read as browsers write them") {
  CHECK(filename("filename=plain.txt") == "plain.txt");
  CHECK(filename("filename=\"two words; and=more.txt\"") == "two words; and=more.txt");
  CHECK(filename("filename=\"a%22b%0D%0Ac%41.txt\"") == "a\"b\r\nc%41.txt");
  CHECK(filename("filename=\"a\\\"b\\\\c.txt\"") == "a\"b\\c.txt");
  CHECK(filename("filename=\"C:\\Users\\x.txt\"") == "C:\\Users\\x.txt");
  CHECK(filename("FileName=\"\xC3\xA9.txt\"") == "\xC3\xA9.txt");
  CHECK(filename("filename=\"\"") == "");
  CHECK(filename("filename=\"a.txt\"; filename*=UTF-8''%e2%82%ac%20b.txt") == "\xE2\x82\xAC b.txt");
  CHECK(filename("filename=\"a.txt\"; filename*=iso-8859-1''%e9") == "a.txt");
  CHECK(filename("filename=\"a.txt\"; filename*=UTF-8''%zz") == "a.txt");
  CHECK_FALSE(filename("other=1"));
}

TEST_CASE("the boundary of a content type is taken as the rules allow it") {
  CHECK(multipart_boundary("multipart/form-data; boundary=----WebKitFormBoundaryAbC") == "----WebKitFormBoundaryAbC");
  CHECK(multipart_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"") == "a b");
  CHECK(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'x')) == std::string(70, 'x'));
  for (auto const* type :
       {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=a\x01", "multipart/mixed; boundary=a",
        "application/json", ""}) {
    CAPTURE(type);
    CHECK_FALSE(multipart_boundary(type));
  }
  CHECK_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')));
}
