import CScan

/// A pull parser (RFC 8259) over bytes that stay where they are: it reads the fields asked for and
/// skips the rest, one pass, no tree.
///
/// The caller drives it in the order of the document: after `nextKey()` or `nextElement()` the
/// value must be read or skipped. A value that cannot be read as asked (`.typeMismatch`,
/// `.numberOutOfRange`) is not consumed, so that it can be skipped or read as something else.
/// Never reads a byte outside of the span, which needs neither padding nor a terminator: where
/// whole blocks are loaded, there are as many bytes before its end.
///
/// Decoding a type is a switch over keys, which come in any order:
///
///     struct Disk {
///         var device = ""
///         var usedBytes: UInt64 = 0
///
///         init(_ reader: inout JSONReader) throws(JSONError) {
///             try reader.beginObject()
///             while let key = try reader.nextKey() {
///                 switch key {
///                 case "device": device = try reader.readString()
///                 case "usedBytes": usedBytes = try reader.readUInt64()
///                 default: try reader.skipValue()
///                 }
///             }
///         }
///     }
@safe
package struct JSONReader: ~Copyable, ~Escapable {
    /// The most levels that a reader can be told to allow.
    package static var depthLimit: Int { 512 }

    let bytes: Span<UInt8>
    /// The first of them, or of none; it is valid as long as the span, on which the reader depends.
    let base: UnsafePointer<UInt8>
    /// The next byte to read.
    var cursor = 0
    /// How many containers are open.
    private(set) var depth = 0
    private let depthMax: Int
    /// Whether the innermost container was only just opened, so that no comma is due.
    private var isFirst = false

    /// Starts at the first byte; the span must outlive the reader.
    ///
    /// At most `depthMax` (<= 512) containers may be open at once.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, depthMax: Int = 64) {
        // Any bits are a UInt8, and bytes need no alignment.
        self.init(unsafe bytes._unsafeView(as: UInt8.self), depthMax: depthMax)
    }

    /// Starts at the first byte of an array's span or the like, as `init(_: RawSpan)` does.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, depthMax: Int = 64) {
        precondition((1...Self.depthLimit).contains(depthMax), "a depth limit is 1 to 512")
        self.bytes = bytes
        // What is read through the pointer is bounded by the span's count.
        unsafe base =
            bytes.withUnsafeBufferPointer { $0.baseAddress }
            ?? StaticString("").utf8Start
        self.depthMax = depthMax
    }

    /// Goes on where another reader of the same bytes was left.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, from place: Place, depthMax: Int = 64) {
        self.init(bytes, depthMax: depthMax)
        precondition(place.offset <= bytes.count, "a reader was to go on in another document")
        cursor = place.offset
        depth = place.depth
        isFirst = place.isFirst
    }

    /// Where a reader stands between two members or elements, for one that goes on later: large
    /// documents are read in slices, so that other work gets its turn.
    package struct Place: Sendable, Equatable {
        /// How many bytes were consumed.
        package let offset: Int
        fileprivate let depth: Int
        fileprivate let isFirst: Bool

        /// The begin of any document.
        package static var start: Place { Place(offset: 0, depth: 0, isFirst: false) }
    }

    /// Where the reader stands; to be taken before `nextKey()` or `nextElement()`.
    package var place: Place { Place(offset: cursor, depth: depth, isFirst: isFirst) }

    /// How many bytes were consumed.
    package var offset: Int { cursor }

    // MARK: Containers

    /// Consumes `{`; `nextKey()` follows.
    package mutating func beginObject() throws(JSONError) {
        try open(UInt8(ascii: "{"))
    }

    /// Consumes the next key and its colon, or the closing brace: then `nil`.
    @_lifetime(copy self)
    package mutating func nextKey() throws(JSONError) -> JSONKey? {
        if let text = plainKey() { return shortText(text) }
        guard let text = try nextKeyRange() else { return nil }
        return unsafe JSONKey(text, in: bytes, from: base)
    }

    /// Consumes a comma, if one is due, a short key and its colon.
    ///
    /// It does if they stand there as machines write them, without blanks and escapes, in ASCII.
    /// Consumes nothing otherwise.
    @inline(__always)
    private mutating func plainKey() -> JSONTextRange? {
        // A comma, a quote, 16 bytes of key, a quote, a colon; and 8 bytes may be loaded at once.
        guard depth > 0, bytes.count &- cursor >= 32 else { return nil }
        let start = isFirst ? cursor : cursor &+ 1
        guard unsafe isFirst || base[cursor] == UInt8(ascii: ","),
            unsafe base[start] == UInt8(ascii: "\"")
        else { return nil }
        let end = unsafe start &+ 1 &+ cscan_plain16(base + start + 1)
        guard unsafe base[end] == UInt8(ascii: "\""), unsafe base[end &+ 1] == UInt8(ascii: ":")
        else { return nil }
        cursor = end &+ 2
        isFirst = false
        return JSONTextRange(start: start &+ 1, end: end)
    }

    /// Consumes a key as `nextKey()` does, or the closing brace: then false.
    private mutating func skipKey() throws(JSONError) -> Bool {
        if plainKey() != nil { return true }
        return try nextKeyRange() != nil
    }

    private mutating func nextKeyRange() throws(JSONError) -> JSONTextRange? {
        guard try advance(closing: UInt8(ascii: "}")) else { return nil }
        guard bytes[cursor] == UInt8(ascii: "\"") else { throw .unexpectedByte(at: cursor) }
        let text = try scanString()
        cursor = text.end + 1
        skipWhitespace()
        try consume(UInt8(ascii: ":"))
        return text
    }

    /// Consumes `[`; `nextElement()` follows.
    package mutating func beginArray() throws(JSONError) {
        try open(UInt8(ascii: "["))
    }

    /// Steps to the next element; false when there is none and the closing bracket was consumed.
    package mutating func nextElement() throws(JSONError) -> Bool {
        if plainComma() { return true }
        return try advance(closing: UInt8(ascii: "]"))
    }

    /// Consumes the comma before an element, if it is followed by something at once, as machines
    /// write; consumes nothing otherwise.
    @inline(__always)
    private mutating func plainComma() -> Bool {
        guard depth > 0, !isFirst, bytes.count &- cursor >= 2,
            unsafe base[cursor] == UInt8(ascii: ",")
        else { return false }
        let next = unsafe base[cursor &+ 1]
        guard next > 0x20, next != UInt8(ascii: "]") else { return false }
        cursor &+= 1
        return true
    }

    /// Checks that only white space follows and that every container was left.
    package mutating func finish() throws(JSONError) {
        skipWhitespace()
        guard cursor == bytes.count else { throw .unexpectedByte(at: cursor) }
        guard depth == 0 else { throw .unexpectedEnd(at: cursor) }
    }

    private mutating func open(_ bracket: UInt8) throws(JSONError) {
        guard try valueStart() == bracket else { throw mismatch() }
        guard depth < depthMax else { throw .tooDeep(at: cursor) }
        cursor += 1
        depth += 1
        isFirst = true
    }

    /// Consumes the comma that is due, or the bracket that closes the container: then false.
    private mutating func advance(closing bracket: UInt8) throws(JSONError) -> Bool {
        guard depth > 0 else { throw .unexpectedByte(at: cursor) }
        var byte = try valueStart()
        if byte == bracket {
            cursor += 1
            depth -= 1
            isFirst = false
            return false
        }
        if isFirst {
            isFirst = false
            return true
        }
        try consume(UInt8(ascii: ","))
        byte = try valueStart()
        guard byte != bracket else { throw .unexpectedByte(at: cursor) }
        return true
    }

    // MARK: Values

    /// The kind of the next value, which is not consumed.
    package mutating func peek() throws(JSONError) -> JSONKind {
        guard let kind = Self.kind(of: try valueStart()) else {
            throw .unexpectedByte(at: cursor)
        }
        return kind
    }

    /// Whether an object is next, which is not consumed.
    package mutating func nextIsObject() throws(JSONError) -> Bool {
        try valueStart() == UInt8(ascii: "{")
    }

    /// Consumes `true` or `false`.
    package mutating func readBool() throws(JSONError) -> Bool {
        switch try valueStart() {
        case UInt8(ascii: "t"):
            try consumeLiteral("true")
            return true
        case UInt8(ascii: "f"):
            try consumeLiteral("false")
            return false
        default:
            throw mismatch()
        }
    }

    /// Consumes `null`: true; leaves anything else where it is: false.
    package mutating func readNull() throws(JSONError) -> Bool {
        guard try valueStart() == UInt8(ascii: "n") else { return false }
        try consumeLiteral("null")
        return true
    }

    /// Consumes the next value whatever it is; grammar, depth, escapes, UTF-8 and the range of
    /// real numbers are checked as if it had been read.
    package mutating func skipValue() throws(JSONError) {
        if plainText() != nil { return }
        let outerDepth = depth
        var containers = ContainerKinds()
        repeat {
            switch try peek() {
            case .object:
                try beginObject()
                containers.setIsObject(true, at: depth)
            case .array:
                try beginArray()
                containers.setIsObject(false, at: depth)
            case .string: try skipString()
            case .number: try skipNumber()
            case .bool: _ = try readBool()
            case .null: _ = try readNull()
            }
            while depth > outerDepth {
                let hasMore =
                    containers.isObject(at: depth) ? try skipKey() : try nextElement()
                if hasMore { break }
            }
        } while depth > outerDepth
    }
}

/// One bit for each level of nesting, instead of recursion.
private struct ContainerKinds {
    private var bits = InlineArray<8, UInt64>(repeating: 0)

    /// `depth` is 1 for the outermost container.
    func isObject(at depth: Int) -> Bool {
        bits[(depth - 1) >> 6] >> UInt64((depth - 1) & 63) & 1 == 1
    }

    mutating func setIsObject(_ isObject: Bool, at depth: Int) {
        let bit = UInt64(1) << UInt64((depth - 1) & 63)
        if isObject {
            bits[(depth - 1) >> 6] |= bit
        } else {
            bits[(depth - 1) >> 6] &= ~bit
        }
    }
}
