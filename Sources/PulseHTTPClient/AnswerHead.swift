/// The reason phrase and the header fields of an answer, as its lines come in.
struct AnswerHead {
    /// What follows the status in the status line (RFC 9112, 4).
    private(set) var reason = ""
    private(set) var fields: [HTTPField] = []
    private(set) var isTooLarge = false
    private var byteCount = 0

    /// Takes one line with its end; returns whether there is room for more.
    ///
    /// A status line begins anew: what came before was an interim answer (RFC 9110, 15.2).
    mutating func take(_ line: [UInt8]) -> Bool {
        byteCount += line.count
        isTooLarge = byteCount > HTTPClientLimits.headBytesMax
        if isTooLarge { return false }
        if line.starts(with: Array("HTTP/".utf8)) {
            fields.removeAll()
            reason = Self.reason(of: line)
        } else if let colon = line.firstIndex(of: 0x3A) {
            let value = line[(colon + 1)...].drop { $0 <= 0x20 }
            let end = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
            fields.append(
                HTTPField(
                    String(decoding: line[..<colon], as: UTF8.self),
                    String(decoding: value[..<end], as: UTF8.self)
                )
            )
        }
        return true
    }

    private static func reason(of line: [UInt8]) -> String {
        let parts = line.split(separator: 0x20, maxSplits: 2)
        guard parts.count == 3 else { return "" }
        let end = parts[2].lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? parts[2].startIndex
        return String(decoding: parts[2][..<end], as: UTF8.self)
    }
}
