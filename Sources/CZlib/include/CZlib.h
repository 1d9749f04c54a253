// zlib's inflate, for bodies that come compressed.
//
// inflateInit2 is a macro over the structure's size and the library's version, so it needs a shim.
#include <features.h>

#ifndef CZLIB_H
#define CZLIB_H

#include <zlib.h>

/// Begins to inflate gzip (RFC 1952), with or without the checks of a window of 32 KiB: Z_OK or why
/// not.
static inline int czlib_begin_gunzip(z_stream *stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}

#endif
