// zlib, for bodies that come compressed, and for messages of WebSockets both ways.
//
// inflateInit2 and deflateInit2 are macros over the structure's size and the library's version, so
// they need shims.
#include <features.h>

#ifndef CZLIB_H
#define CZLIB_H

#include <zlib.h>

/// Begins to inflate gzip (RFC 1952), with or without the checks of a window of 32 KiB: Z_OK or why
/// not.
static inline int czlib_begin_gunzip(z_stream *stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}

/// Begins to inflate plain deflate (RFC 1951) with a window of 32 KiB: Z_OK or why not.
static inline int czlib_begin_inflate(z_stream *stream) {
    return inflateInit2(stream, -MAX_WBITS);
}

/// Begins to write plain deflate with a window of 32 KiB, level 1 being the fastest: Z_OK or why
/// not.
static inline int czlib_begin_deflate(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}

#endif
