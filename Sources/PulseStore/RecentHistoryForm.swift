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

    /// The digest of the head, with which the chain of digests begins.
    static func digestOfHead() -> [UInt8] { digest([], [], head) }

    /// The digest of a part and what stands before it, behind what `before` is the digest of.
    static func digest(_ before: [UInt8], _ partHead: [UInt8], _ part: [UInt8]) -> [UInt8] {
        let start = before + partHead
        var digest = [UInt8](repeating: 0, count: digestBytes)
        // The arrays live for the call, and the digest's size fits the algorithm.
        let code = unsafe cossl_sha256_pair(start, start.count, part, part.count, &digest)
        precondition(code == 1, "no SHA-256")
        return digest
    }

    /// The parts of a file of so many bytes, each of which is proven to be as it was written.
    ///
    /// `read` gives the next bytes of the file, as many as it is asked for: so each part lies in
    /// memory once, and is given back when nobody needs it any more.
    static func parts(
        byteCount: Int,
        read: (Int) throws(RecentHistoryFileError) -> [UInt8]
    ) throws(RecentHistoryFileError) -> [[UInt8]] {
        var rest = byteCount
        func take(_ count: Int) throws(RecentHistoryFileError) -> [UInt8] {
            guard count <= rest else { throw .torn }
            rest -= count
            return try read(count)
        }
        let start = try take(min(head.count, byteCount))
        guard name.starts(with: start.prefix(name.count)), !start.isEmpty else { throw .foreign }
        guard start.count == head.count else { throw .torn }
        let version = value(start.suffix(4))
        if version > Self.version { throw .newer(version: version) }
        guard version == Self.version else { throw .damaged }
        var digest = digestOfHead()
        var parts: [[UInt8]] = []
        while true {
            let partHead = try take(partHeadBytes)
            let part = try take(Int(value(partHead.dropFirst())))
            digest = Self.digest(digest, partHead, part)
            guard try take(digestBytes) == digest else { throw .damaged }
            parts.append(part)
            if partHead.first == 1 { break }
        }
        guard rest == 0 else { throw .damaged }
        return parts
    }
}
