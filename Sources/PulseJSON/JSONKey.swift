import Glibc

/// A key in place in its document; compared with literals, escapes and all, without a copy:
/// `switch key { case "cpu": … }`.
///
/// Keys of at most 8 bytes are compared as one word, which the compiler folds for a literal.
package struct JSONKey: ~Escapable {
    /// How many bytes of UTF-8 the unescaped key has.
    package let count: Int
    /// The first 8 of them in memory order, zero behind the end.
    @usableFromInline package let head: UInt64

    private let bytes: Span<UInt8>
    private let range: JSONTextRange

    @_lifetime(copy bytes)
    init(_ range: JSONTextRange, of bytes: Span<UInt8>) {
        self.bytes = bytes
        self.range = range
        if range.hasEscapes {
            var count = 0
            var head: UInt64 = 0
            JSONReader.forEachByte(of: range, in: bytes) { byte in
                if count < 8 { head |= UInt64(byte) << UInt64(8 * count) }
                count += 1
                return true
            }
            self.count = count
            self.head = UInt64(littleEndian: head)
        } else {
            self.count = range.end - range.start
            self.head = Self.head(of: bytes, at: range.start, count: count)
        }
    }

    /// The key as a string, for messages and maps.
    package var text: String { JSONReader.string(of: range, in: bytes) }

    /// Whether the key is exactly this name.
    @inlinable
    package static func == (key: borrowing JSONKey, name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard key.count == count else { return false }
        var head: UInt64 = 0
        // A static string lives as long as the process; at most `count` of its bytes are read,
        // and at most the 8 of `head` written.
        unsafe memcpy(&head, name.utf8Start, count < 8 ? count : 8)
        return key.head == head && (count <= 8 || key.hasRest(of: name))
    }

    /// Lets a key be matched by `case "name":`.
    @inlinable
    package static func ~= (name: StaticString, key: borrowing JSONKey) -> Bool {
        key == name
    }

    /// Whether the bytes behind the head are those of a name that is as long.
    @usableFromInline
    package borrowing func hasRest(of name: StaticString) -> Bool {
        precondition(name.utf8CodeUnitCount == count, "names of one length were to be compared")
        var index = 0
        var isEqual = true
        JSONReader.forEachByte(of: range, in: bytes) { byte in
            // A static string lives as long as the process; it has `count` bytes.
            isEqual = unsafe index < 8 || name.utf8Start[index] == byte
            index += 1
            return isEqual
        }
        return isEqual
    }

    /// Loads a whole word where the document has one, since keys near its end are few.
    private static func head(of bytes: Span<UInt8>, at start: Int, count: Int) -> UInt64 {
        guard bytes.count - start >= 8 else {
            var head: UInt64 = 0
            for index in 0..<min(count, 8) {
                head |= UInt64(bytes[start + index]) << UInt64(8 * index)
            }
            return UInt64(littleEndian: head)
        }
        // Eight bytes from `start` lie within the span, as was checked.
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(
            fromByteOffset: start,
            as: UInt64.self
        )
        guard count < 8 else { return word }
        let mask = (UInt64(1) << UInt64(8 * count)) - 1
        return word & UInt64(littleEndian: mask)
    }
}
