public import Glibc

/// A key or another string in place in its document, compared with literals and copied out on
/// demand: `switch try reader.readText() { case "running": … }`.
///
/// It is told from literals by one word, so that a switch over many is a search among constants.
/// For that it is public and inlinable (see `JSONWriter`).
@safe
public struct JSONText: ~Escapable {
    /// The first byte behind the opening quote.
    ///
    /// It lies in the span that the reader was made of, on which this value's lifetime depends.
    @usableFromInline let start: UnsafePointer<UInt8>
    /// How many bytes there are up to the closing quote.
    @usableFromInline let rawCount: Int
    /// See `word(of:count:)`.
    @usableFromInline let word: UInt64
    /// Whether it has escapes, which the word takes for what they stand for.
    let hasEscapes: Bool
    /// Whether no byte of it is above 0x7F.
    let isASCII: Bool

    /// The text at `range` of the document that begins at `base`.
    @_lifetime(copy bytes)
    init(_ range: JSONTextRange, in bytes: Span<UInt8>, from base: UnsafePointer<UInt8>) {
        unsafe start = base + range.start
        rawCount = range.end - range.start
        hasEscapes = range.hasEscapes
        isASCII = range.isASCII
        if range.hasEscapes {
            word = Self.word(unescaping: range, in: bytes)
        } else {
            word = unsafe Self.word(of: base + range.start, count: rawCount)
        }
    }

    /// A text without escapes and of ASCII alone whose word is known.
    @_lifetime(copy bytes)
    @inline(__always)
    init(_ start: UnsafePointer<UInt8>, count: Int, word: UInt64, in bytes: Span<UInt8>) {
        unsafe self.start = start
        rawCount = count
        self.word = word
        hasEscapes = false
        isASCII = true
    }

    /// How many bytes of UTF-8 it has, escapes taken for what they stand for.
    package var count: Int {
        guard hasEscapes else { return rawCount }
        var count = 0
        JSONReader.forEachByte(of: range, in: bytes) { _ in
            count += 1
            return true
        }
        return count
    }

    /// Its bytes as one number, the first of them the lowest; `nil` for more than 16 bytes and for
    /// a text that is written with escapes.
    ///
    /// Two texts are equal if and only if their numbers are, as JSON has no raw NUL.
    package var shortNumber: UInt128? {
        guard rawCount <= 16, !hasEscapes else { return nil }
        // Of up to 8 bytes the word is all there is.
        if rawCount <= 8 { return UInt128(UInt64(littleEndian: word)) }
        // The first 8 bytes and the last 8 are among the text's, and are all of them.
        let head = unsafe UnsafeRawPointer(start).loadUnaligned(as: UInt64.self)
        let tail = unsafe UnsafeRawPointer(start + (rawCount - 8)).loadUnaligned(as: UInt64.self)
        let low = UInt128(UInt64(littleEndian: head))
        return low | UInt128(UInt64(littleEndian: tail)) << UInt128(8 * (rawCount - 8))
    }

    /// A copy of it.
    package var text: String { JSONReader.string(of: range, in: bytes) }

    /// Whether it has no byte but those that are printed as they are: ASCII from blank to tilde.
    package var isPrintableASCII: Bool {
        guard isASCII, !hasEscapes else { return false }
        // All bytes are ASCII and none a raw control character, so that DEL is left; the text has
        // `rawCount` bytes.
        return unsafe memchr(start, 0x7F, rawCount) == nil
    }

    /// Whether it is exactly this.
    ///
    /// The name must have no NUL; a key that has one equals no name.
    @inlinable
    @inline(__always)
    public static func == (text: borrowing JSONText, name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        // A static string lives as long as the process and has `count` bytes.
        guard unsafe text.word == word(of: name.utf8Start, count: count) else { return false }
        return count <= 8 || text.equals(name)
    }

    /// Lets it be matched by `case "name":`.
    @inlinable
    @inline(__always)
    public static func ~= (name: StaticString, text: borrowing JSONText) -> Bool {
        text == name
    }

    /// What texts are told apart by: up to 8 bytes as they lie in memory, zero behind them; of a
    /// longer text 7 bytes and 0xFF, which is no byte of UTF-8.
    ///
    /// A text of up to 8 bytes is equal to another one if their words are, as JSON has no raw NUL.
    @inlinable
    @inline(__always)
    static func word(of start: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        var word: UInt64 = 0
        // Both callers own `count` bytes; at most the 8 of `word` are written.
        unsafe memcpy(&word, start, count <= 8 ? count : 7)
        return count <= 8 ? word : word | longMark
    }

    /// 0xFF in the last byte of a word in memory.
    @inlinable
    static var longMark: UInt64 { UInt64(littleEndian: 0xFF << 56) }

    /// The same for a text with escapes, all ones for one that has a NUL.
    private static func word(unescaping range: JSONTextRange, in bytes: Span<UInt8>) -> UInt64 {
        var count = 0
        var head: UInt64 = 0
        var hasNUL = false
        JSONReader.forEachByte(of: range, in: bytes) { byte in
            if count < 8 { head |= UInt64(byte) << UInt64(8 * count) }
            if byte == 0 { hasNUL = true }
            count += 1
            return true
        }
        if hasNUL { return .max }
        let word = UInt64(littleEndian: head)
        return count <= 8 ? word : word | longMark
    }

    /// Whether a text of more than 8 bytes is this name.
    @usableFromInline
    package borrowing func equals(_ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard hasEscapes else {
            // Both have as many bytes; the static string lives as long as the process.
            return unsafe rawCount == count && memcmp(start, name.utf8Start, count) == 0
        }
        var index = 0
        var isEqual = true
        JSONReader.forEachByte(of: range, in: bytes) { byte in
            // The index is below the static string's count.
            isEqual = unsafe index < count && name.utf8Start[index] == byte
            index += 1
            return isEqual
        }
        return isEqual && index == count
    }

    /// Its bytes up to the closing quote, escapes as they are.
    private var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // They lie in the document, which outlives this value.
            let span = unsafe Span(_unsafeStart: start, count: rawCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    private var range: JSONTextRange {
        JSONTextRange(start: 0, end: rawCount, hasEscapes: hasEscapes, isASCII: isASCII)
    }
}

/// A key of an object.
public typealias JSONKey = JSONText
