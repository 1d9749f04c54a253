// simdjson's DOM over one document, again and again: what `script/bench json` compares reading with.
// pulse-bench loads it as a library, so that both sides of a pair run on one thread of one process.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

namespace {
struct Document {
    Document(const char *bytes, size_t count) : text(bytes, count) {}
    simdjson::padded_string text;
    simdjson::dom::parser parser;
};
}

/// Keeps a copy of the document, padded as simdjson wants it; null when there is no memory for it.
extern "C" void *simdjson_dom_make(const char *bytes, size_t count) {
    return new (std::nothrow) Document(bytes, count);
}

/// Parses the document into simdjson's tree, whose memory is used again; the number of elements of
/// its member `data`, or -1 for what is no such document.
extern "C" int64_t simdjson_dom_parse(void *handle) {
    Document *document = static_cast<Document *>(handle);
    simdjson::dom::array data;
    if (document->parser.parse(document->text)["data"].get(data)) return -1;
    return static_cast<int64_t>(data.size());
}

/// Which of simdjson's implementations the processor gets: "haswell" and the like.
extern "C" const char *simdjson_dom_implementation() {
    static const std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}
