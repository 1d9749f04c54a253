// The dashboard's files, embedded by assets.c, which script/web generates.
#pragma once

#include <stddef.h>

// One file of the page. All memory is static and lives as long as the process.
typedef struct {
    // The request path: "/" for the page itself, "/assets/…-<hash>.<ext>" for the rest.
    const char *path;
    // The media type, for Content-Type.
    const char *type;
    // The entity tag with its quotes, for ETag; of the raw bytes.
    const char *etag;
    // The file as it is, as gzip and as brotli.
    const unsigned char *raw, *gz, *br;
    size_t raw_len, gz_len, br_len;
} web_asset;

// How many files there are.
size_t web_asset_count(void);

// The file at an index below the count; NULL beyond it.
const web_asset *web_asset_at(size_t index);
