import CDashboard
import PulseWire

/// The files of the page, by path: those that the program carries.
struct AssetCatalog: Sendable {
    struct Asset: Sendable {
        let type: String
        /// The entity tag with its quotes.
        let tag: String
        let raw: EmbeddedBytes
        let gzip: EmbeddedBytes?
        let brotli: EmbeddedBytes?

        var offered: ContentCodings {
            var codings: ContentCodings = .identity
            if gzip != nil { codings.insert(.gzip) }
            if brotli != nil { codings.insert(.br) }
            return codings
        }

        func bytes(in coding: ContentCoding) -> EmbeddedBytes {
            switch coding {
            case .identity: raw
            case .gzip: gzip ?? raw
            case .br: brotli ?? raw
            }
        }
    }

    private var assets: [String: Asset] = [:]

    /// Lists what is embedded; the memory is the program's own and is never freed.
    init() {
        for index in 0..<web_asset_count() {
            guard let entry = unsafe web_asset_at(index)?.pointee else { continue }
            unsafe assets[String(cString: entry.path)] = unsafe Asset(
                type: String(cString: entry.type),
                tag: String(cString: entry.etag),
                raw: EmbeddedBytes(UnsafeRawBufferPointer(start: entry.raw, count: entry.raw_len)),
                gzip: AssetCatalog.bytes(entry.gz, entry.gz_len),
                brotli: AssetCatalog.bytes(entry.br, entry.br_len)
            )
        }
    }

    private static func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> EmbeddedBytes? {
        guard let start = unsafe start else { return nil }
        return unsafe EmbeddedBytes(UnsafeRawBufferPointer(start: start, count: count))
    }

    subscript(path: String) -> Asset? { assets[path] }

    /// The answer with the file at `path`; `nil` when there is none.
    ///
    /// Names under /assets/ carry a hash of their content and never change; everything else is
    /// asked for anew each time, and mostly answered with 304.
    func response(
        path: String,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    ) -> Response? {
        guard let asset = assets[path] else { return nil }
        let isHashed = path.hasPrefix("/assets/")
        var response = Response(.ok)
        response.headers = [
            ("Cache-Control", isHashed ? "public, max-age=31536000, immutable" : "no-cache"),
            ("ETag", asset.tag),
            ("Vary", "Accept-Encoding"),
        ]
        if decoder.hasCurrentVersion(tag: asset.tag, in: head) {
            response.status = .notModified
            return response
        }
        // A client that refuses even identity gets it all the same: 406 would help nobody.
        let coding = decoder.contentCoding(among: asset.offered, in: head) ?? .identity
        if coding != .identity {
            response.headers.append(("Content-Encoding", String(describing: coding.name)))
        }
        response.contentType = asset.type
        response.body = .asset(asset.bytes(in: coding))
        return response
    }
}
