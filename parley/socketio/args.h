#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parley/base/json_codec.h"

namespace parley::socketio {

/// One argument of an event: the parsed value, and the very text that the sender wrote, which can be sent on as it is.
/// Borrowed for the length of the handler's first run; a coroutine takes `Json` instead.
struct Arg {
  base::JsonView value;
  std::string_view raw = "null";
  std::span<base::SharedBytes const> attachments;  ///< of the whole packet, as `raw` counts them
  bool alone = true;                               ///< the only argument: `raw` may be sent on with the attachments
};

/// The arguments of one event or acknowledgement. Borrowed like Arg; `JsonArgs` owns.
class Args {
 public:
  Args() = default;
  /// `array` is the whole array of the packet, `text` its text; `skip` elements at its front are not arguments.
  Args(base::JsonView array, std::string_view text, std::size_t skip, std::span<base::SharedBytes const> attachments);

  std::size_t size() const { return size_; }
  /// Null for an index beyond the end, as in JavaScript.
  base::JsonView operator[](std::size_t index) const;
  Arg arg(std::size_t index) const;
  /// The text of all arguments, with the commas between them.
  std::string_view raw() const { return raw_; }
  std::span<base::SharedBytes const> attachments() const { return attachments_; }

 private:
  base::JsonView array_;
  std::string_view raw_;
  std::size_t skip_ = 0;
  std::size_t size_ = 0;
  std::span<base::SharedBytes const> attachments_;
};

/// The arguments of one event, owned: for coroutines, and for answers to be kept.
struct JsonArgs {
  std::vector<base::Json> values;

  // Constructors, not an aggregate: g++ 12 destroys aggregate temporaries inside a co_await expression twice.
  JsonArgs() = default;
  JsonArgs(std::vector<base::Json> given) : values(std::move(given)) {}

  static JsonArgs copy_of(Args const& args);
  /// Null beyond the end.
  base::Json const& operator[](std::size_t index) const;
  std::size_t size() const { return values.size(); }
};

/// Writes arguments one after another, each with a comma before it.
class ArgsWriter {
 public:
  ArgsWriter(std::string& out, std::vector<base::SharedBytes>& attachments)
      : json_(out, &attachments), attachments_(attachments) {}

  template <class T>
  void add(T const& value) {
    if constexpr (std::is_same_v<T, Args>) {
      add_args(value);
    } else if constexpr (std::is_same_v<T, Arg>) {
      add_arg(value);
    } else if constexpr (std::is_same_v<T, JsonArgs>) {
      for (auto const& each : value.values) add(each);
    } else {
      json_.raw(",");
      // A type may bring a function of its own, found beside it.
      using base::write_json;
      write_json(json_, value);
    }
  }

 private:
  void add_args(Args const& args);
  void add_arg(Arg const& arg);

  base::JsonWriter json_;
  std::vector<base::SharedBytes>& attachments_;
};

}  // namespace parley::socketio
