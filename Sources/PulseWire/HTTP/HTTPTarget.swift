/// A range within a request head, kept in four bytes.
struct HeadRange {
    private let start: UInt16
    private let byteCount: UInt16

    /// Packs a range; it lies within a head, and a head has at most 65,535 bytes.
    init(_ range: Range<Int>) {
        start = UInt16(range.lowerBound)
        byteCount = UInt16(range.count)
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(byteCount) }

    var count: Int { Int(byteCount) }
}

/// The request target, split; its ranges index the head (RFC 9112 section 3.2).
package struct HTTPTarget: Sendable {
    /// The forms that the served methods know; the fourth, authority-form, is for CONNECT only.
    package enum Form: UInt8, Sendable {
        case origin
        case absolute
        case asterisk
    }

    /// How the target was written.
    package let form: Form

    /// Whether it is an absolute target of the scheme `https`, which must come over TLS.
    package let wantsTLS: Bool

    private let packedPath: HeadRange
    private let packedQuery: HeadRange?
    private let packedAuthority: HeadRange?

    /// The path, not decoded.
    ///
    /// It is empty where an absolute target ends behind its host, which means `/`, and is `*` in
    /// asterisk-form.
    package var path: Range<Int> { packedPath.range }

    /// What stands behind the first `?`, not decoded, or `nil` without one.
    package var query: Range<Int>? { packedQuery?.range }

    /// `host [":" port]` of an absolute target; it takes the place of the `Host` header.
    package var authority: Range<Int>? { packedAuthority?.range }

    /// Splits the target at `range`.
    init(_ bytes: RawSpan, _ range: Range<Int>, method: HTTPMethod) throws(HTTPError) {
        guard bytes.skip(.target, in: range) == range.upperBound else { throw .badTarget }
        wantsTLS = bytes.hasPrefixIgnoringCase("https:", in: range)
        var pathAndQuery = range
        if bytes.byte(at: range.lowerBound) == ASCII.slash {
            form = .origin
            packedAuthority = nil
        } else if method == .options, bytes.equals("*", in: range) {
            form = .asterisk
            packedAuthority = nil
        } else {
            let authority = try HTTPTarget.authority(bytes, range)
            form = .absolute
            packedAuthority = HeadRange(authority)
            pathAndQuery = authority.upperBound..<range.upperBound
        }
        let question = bytes.firstIndex(of: ASCII.question, in: pathAndQuery)
        packedPath = HeadRange(pathAndQuery.lowerBound..<(question ?? range.upperBound))
        packedQuery = question.map { HeadRange($0 + 1..<range.upperBound) }
    }

    /// The authority of an absolute target of one of the two schemes that reach this server.
    private static func authority(
        _ bytes: RawSpan,
        _ range: Range<Int>
    ) throws(HTTPError) -> Range<Int> {
        let start: Int
        if bytes.hasPrefixIgnoringCase("http://", in: range) {
            start = range.lowerBound + 7
        } else if bytes.hasPrefixIgnoringCase("https://", in: range) {
            start = range.lowerBound + 8
        } else {
            throw .badTarget
        }
        var end = start
        while end < range.upperBound, !isAuthorityEnd(bytes.byte(at: end)) { end += 1 }
        guard HTTPAuthority.isValid(bytes, start..<end) else { throw .badTarget }
        return start..<end
    }

    private static func isAuthorityEnd(_ byte: UInt8) -> Bool {
        byte == ASCII.slash || byte == ASCII.question
    }
}
