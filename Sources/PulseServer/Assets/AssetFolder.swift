import Glibc
import PulseWire

/// The page's files from a folder, read anew for each request: for those who work on the page.
struct AssetFolder: Sendable {
    let path: String

    /// Fails when the folder has no page.
    init?(path: String) {
        self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
        guard File.read("\(self.path)/index.html") != nil else { return nil }
    }

    /// The answer with the file at a request's path; `nil` when there is none.
    func response(
        path requested: String,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    ) -> Response? {
        // The path is decoded and has no dot segments, so it stays in the folder.
        let name = requested == "/" ? "/index.html" : requested
        guard let content = File.read(path + name) else { return nil }
        let tag = "\"\(SHA256.hexadecimal(unsafe content.span.bytes).prefix(16))\""
        var response = Response(.ok)
        response.headers = [("Cache-Control", "no-cache"), ("ETag", tag)]
        if decoder.hasCurrentVersion(tag: tag, in: head) {
            response.status = .notModified
            return response
        }
        response.contentType = AssetFolder.type(of: name)
        response.body = .bytes(content)
        return response
    }

    private static func type(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "json": "application/json"
        default: "application/octet-stream"
        }
    }
}
