// The steps that all values share: white space, first bytes, literals.

extension JSONReader {
    /// Steps over white space (RFC 8259 section 2).
    @inline(__always)
    mutating func skipWhitespace() {
        // Machines write none.
        if cursor < bytes.count, bytes[cursor] > 0x20 { return }
        skipWhitespaceRun()
    }

    @inline(never)
    private mutating func skipWhitespaceRun() {
        while cursor < bytes.count {
            switch bytes[cursor] {
            case 0x20, 0x0A, 0x0D, 0x09: cursor += 1
            default: return
            }
        }
    }

    /// The first byte that is no white space, not consumed.
    @inline(__always)
    mutating func valueStart() throws(JSONError) -> UInt8 {
        skipWhitespace()
        guard cursor < bytes.count else { throw .unexpectedEnd(at: cursor) }
        return bytes[cursor]
    }

    /// Consumes exactly this byte.
    mutating func consume(_ byte: UInt8) throws(JSONError) {
        guard cursor < bytes.count else { throw .unexpectedEnd(at: cursor) }
        guard bytes[cursor] == byte else { throw .unexpectedByte(at: cursor) }
        cursor += 1
    }

    /// Consumes exactly these ASCII bytes.
    mutating func consumeLiteral(_ literal: StaticString) throws(JSONError) {
        for index in 0..<literal.utf8CodeUnitCount {
            let at = cursor + index
            guard at < bytes.count else { throw .unexpectedEnd(at: at) }
            // A static string lives as long as the process; the index is below its count.
            let expected = unsafe literal.utf8Start[index]
            guard bytes[at] == expected else { throw .unexpectedByte(at: at) }
        }
        cursor += literal.utf8CodeUnitCount
    }

    /// What to throw when the byte at the cursor does not begin what was asked for.
    func mismatch() -> JSONError {
        Self.kind(of: bytes[cursor]) == nil
            ? .unexpectedByte(at: cursor) : .typeMismatch(at: cursor)
    }

    /// The kind of value that begins with this byte, if one does.
    static func kind(of byte: UInt8) -> JSONKind? {
        switch byte {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        default: nil
        }
    }
}
