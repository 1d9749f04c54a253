import COpenSSL

/// How the parts of a file lie in it.
enum RecentHistoryForm {
    /// The rings' lengths, the scales of figures and the order of everything are of this version.
    static let version: UInt32 = 1
    private static let name = Array("pulse recent\n\0\0\0".utf8)
    static let digestBytes = 32
    /// Before a part: whether it is the last, and its length.
    private static let partHeadBytes = 5

    static var head: [UInt8] { name + littleEndian(version) }

    /// What stands before a part.
    static func partHead(isLast: Bool, byteCount: Int) -> [UInt8] {
        [isLast ? 1 : 0] + littleEndian(UInt32(byteCount))
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func value(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The digest of a piece that follows what `before` is the digest of.
    static func digest(_ before: [UInt8], _ piece: some Sequence<UInt8>) -> [UInt8] {
        let bytes = before + piece
        var digest = [UInt8](repeating: 0, count: digestBytes)
        // Both arrays live for the call, and the digest's size fits the algorithm.
        precondition(unsafe cossl_sha256(bytes, bytes.count, &digest) == 1, "no SHA-256")
        return digest
    }

    /// The parts of a file, each of which is proven to be as it was written.
    static func parts(of bytes: [UInt8]) throws(RecentHistoryFileError) -> [[UInt8]] {
        guard bytes.starts(with: name.prefix(bytes.count)), !bytes.isEmpty else { throw .foreign }
        var rest = bytes[...]
        let head = try take(Self.head.count, from: &rest)
        let version = value(head.suffix(4))
        if version > Self.version { throw .newer(version: version) }
        guard version == Self.version else { throw .damaged }
        var digest = digest([], head)
        var parts: [[UInt8]] = []
        while true {
            let partHead = try take(partHeadBytes, from: &rest)
            let part = try take(Int(value(partHead.dropFirst())), from: &rest)
            digest = Self.digest(digest, partHead + part)
            guard Array(try take(digestBytes, from: &rest)) == digest else { throw .damaged }
            parts.append(Array(part))
            if partHead.first == 1 { break }
        }
        guard rest.isEmpty else { throw .damaged }
        return parts
    }

    private static func take(
        _ count: Int,
        from rest: inout ArraySlice<UInt8>
    ) throws(RecentHistoryFileError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .torn }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
