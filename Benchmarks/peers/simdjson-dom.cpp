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

/// Keeps a copy of the document, padded as simdjson wants it, and a parser that uses the named
/// implementation; null when the processor has not what that takes, or there is no memory.
extern "C" void *simdjson_dom_make(const char *bytes, size_t count, const char *implementation) {
    const simdjson::implementation *wanted =
        simdjson::get_available_implementations()[implementation];
    if (wanted == nullptr || !wanted->supported_by_runtime_system()) return nullptr;
    const simdjson::implementation *best = simdjson::get_active_implementation();
    Document *document = new (std::nothrow) Document(bytes, count);
    if (document == nullptr) return nullptr;
    // A parser keeps the implementation that is active when it allocates.
    simdjson::get_active_implementation() = wanted;
    simdjson::error_code error = document->parser.allocate(count);
    simdjson::get_active_implementation() = best;
    if (error == simdjson::SUCCESS) return document;
    delete document;
    return nullptr;
}

/// Parses the document into simdjson's tree, whose memory is used again; the number of elements of
/// its member `data`, or -1 for what is no such document.
extern "C" int64_t simdjson_dom_parse(void *handle) {
    Document *document = static_cast<Document *>(handle);
    simdjson::dom::array data;
    if (document->parser.parse(document->text)["data"].get(data)) return -1;
    return static_cast<int64_t>(data.size());
}

/// What simdjson takes for this processor: "icelake" uses AVX-512, "haswell" AVX2.
extern "C" const char *simdjson_dom_best() {
    static const std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}
