/// The path below which a proxy offers the server, where the proxy leaves it in the requests.
///
/// Requests without it are served too: those of agents and health checks that come directly, and
/// all where the proxy takes it away after all.
package struct BasePath: Sendable, Equatable {
    /// `/pulse`, or nothing.
    private let text: String

    /// None: the server is offered at its root.
    package init() { text = "" }

    /// Reads `/pulse`, `/pulse/` or `/tools/pulse`; `nil` for what has no segments, empty ones, or
    /// any that a browser would write in another way, and for what begins like a path of the
    /// server's own: requests without it are served too.
    package init?(_ text: String) {
        let path = text.hasSuffix("/") ? text.dropLast() : text[...]
        guard path.hasPrefix("/"), path.utf8.count <= BasePath.bytesMax else { return nil }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard segments.allSatisfy(BasePath.isPlain), !BasePath.isTaken(segments[0]) else {
            return nil
        }
        self.text = String(path)
    }

    /// Bytes that it may have; a few words are what people choose.
    private static let bytesMax = 256

    private static func isTaken(_ first: Substring) -> Bool {
        ["api", "assets", "healthz", "metrics", "readyz", "ws"].contains(first)
    }

    /// Whether a segment has nothing but the unreserved characters of RFC 3986 section 2.3.
    private static func isPlain(_ segment: Substring) -> Bool {
        guard !segment.isEmpty, segment != ".", segment != ".." else { return false }
        return segment.allSatisfy { character in
            character.isASCII
                && (character.isLetter || character.isNumber || "-._~".contains(character))
        }
    }

    /// How many folders it names.
    var folderCount: Int { text.utf8.count { $0 == UInt8(ascii: "/") } }

    /// What a path means below it; `nil` where it does not lie there.
    func route(_ path: String) -> String? {
        guard !text.isEmpty, path.hasPrefix(text) else { return nil }
        let rest = path.dropFirst(text.count)
        return rest.hasPrefix("/") ? String(rest) : nil
    }

    /// Where a path that is this one, without the slash behind it, should have led: a reference
    /// that means the same in front of any proxy.
    func correction(of path: String) -> String? {
        guard !text.isEmpty, path == text, let name = text.split(separator: "/").last else {
            return nil
        }
        return "\(name)/"
    }
}
