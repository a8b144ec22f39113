#include "parley/socketio/args.h"

namespace parley::socketio {
namespace {

constexpr std::string_view white_space = " \t\n\r";

/// Where the first value of `text` ends, a text that is known to be valid JSON: at the comma or bracket behind it.
std::size_t value_end(std::string_view text) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        for (++at; at < text.size() && text[at] != '"'; ++at) {
          if (text[at] == '\\') ++at;
        }
        break;
      case '[':
      case '{':
        ++depth;
        break;
      case ']':
      case '}':
        if (depth-- == 0) return at;
        break;
      case ',':
        if (depth == 0) return at;
        break;
      default:
        break;
    }
  }
  return text.size();
}

/// `text` without the value at its front and the comma behind it.
std::string_view behind_value(std::string_view text) {
  auto const end = value_end(text);
  return end < text.size() && text[end] == ',' ? text.substr(end + 1) : std::string_view{};
}

std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

}  // namespace

Args::Args(base::JsonView array, std::string_view text, std::size_t skip,
           std::span<base::SharedBytes const> attachments)
    : array_(array), skip_(skip), attachments_(attachments) {
  auto const elements = array.size();
  size_ = elements > skip ? elements - skip : 0;
  raw_ = trimmed(text);
  raw_ = raw_.substr(1, raw_.size() - 2);
  for (std::size_t i = 0; i < skip; ++i) raw_ = behind_value(raw_);
}

base::JsonView Args::operator[](std::size_t index) const { return array_.at(index + skip_); }

Arg Args::arg(std::size_t index) const {
  if (index >= size_) return {};
  Arg arg{(*this)[index], raw_, attachments_, size_ == 1};
  if (size_ > 1) {
    for (std::size_t i = 0; i < index; ++i) arg.raw = behind_value(arg.raw);
    arg.raw = arg.raw.substr(0, value_end(arg.raw));
  }
  return arg;
}

JsonArgs JsonArgs::copy_of(Args const& args) {
  JsonArgs copy;
  copy.values.reserve(args.size());
  for (std::size_t i = 0; i < args.size(); ++i) copy.values.push_back(base::Json::copy_of(args[i]));
  return copy;
}

base::Json const& JsonArgs::operator[](std::size_t index) const {
  static base::Json const none;
  return index < values.size() ? values[index] : none;
}

void ArgsWriter::add_args(Args const& args) {
  if (args.size() == 0) return;
  if (args.attachments().empty() || attachments_.empty()) {
    // The placeholders in the text count from zero, and so do we.
    json_.raw(",");
    json_.raw(args.raw());
    attachments_.insert(attachments_.end(), args.attachments().begin(), args.attachments().end());
    return;
  }
  for (std::size_t i = 0; i < args.size(); ++i) add(args[i]);
}

void ArgsWriter::add_arg(Arg const& arg) {
  json_.raw(",");
  if (arg.attachments.empty() || (arg.alone && attachments_.empty())) {
    json_.raw(arg.raw);
    attachments_.insert(attachments_.end(), arg.attachments.begin(), arg.attachments.end());
    return;
  }
  json_.copy(arg.value);
}

}  // namespace parley::socketio
