#pragma once
#include <features.h>
#include <curl/curl.h>

// curl_easy_setopt, curl_multi_setopt and curl_easy_getinfo are variadic, which Swift cannot call;
// these give it one typed call each.

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl keeps a copy of the string; NULL takes the option back.
static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// The pointer itself is kept: the caller owns what it points at while the handle lives.
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// Copies the body into the handle.
static inline CURLcode ccurl_set_body(CURL *easy, const void *bytes, curl_off_t byteCount) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, byteCount);
    return code ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline CURLcode ccurl_set_headers(CURL *easy, struct curl_slist *headers) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

typedef size_t (*ccurl_bytes_function)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ccurl_set_body_function(CURL *easy, ccurl_bytes_function function) {
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, function);
}

static inline CURLcode ccurl_set_header_function(CURL *easy, ccurl_bytes_function function) {
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, function);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// `context` goes to both functions; NULL functions take them back.
static inline CURLMcode ccurl_multi_set_functions(CURLM *multi, curl_socket_callback socket,
                                                  curl_multi_timer_callback timer, void *context) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    return curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}

/// 0 where libcurl does not know.
static inline long ccurl_info_long(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

/// The result of a message CURLMSG_DONE.
static inline CURLcode ccurl_result(const CURLMsg *message) { return message->data.result; }

/// A certificate's SHA-256 that is asked for, and what a server showed instead.
struct ccurl_pin {
    unsigned char wanted[32];
    unsigned char seen[32];
};

/// Trusts exactly the server certificate with this digest, whatever its issuer, names and dates.
///
/// `pin` is kept in the connection's SSL_CTX: it outlives every connection of the handle.
CURLcode ccurl_set_pin(CURL *easy, struct ccurl_pin *pin);
