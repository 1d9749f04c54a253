/// Writes the head of one answer, and a short body if wanted, into memory that the caller owns.
///
/// What does not fit is left out and latches `overflowed`; a value that could break out of its line
/// is left out and latches `refused`. The bytes may be sent only when neither is set.
@safe
package struct HTTPResponseEncoder: ~Copyable {
    /// The whole interim answer that lets a client send its body (RFC 9110 section 15.2.1).
    package static let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    private let buffer: UnsafeMutableRawBufferPointer

    /// The number of bytes written.
    package private(set) var count = 0

    /// Whether something did not fit; nothing was written from then on.
    package private(set) var overflowed = false

    /// Whether a value held a control character, such as the CR or LF of a header injection.
    package private(set) var refused = false

    /// Writes into `buffer`, which must outlive the encoder.
    package init(_ buffer: UnsafeMutableRawBufferPointer) {
        unsafe self.buffer = unsafe buffer
    }

    /// Begins the answer with its status line.
    package mutating func status(_ status: HTTPStatus) {
        let code = status.rawValue
        // The code has three digits (RFC 9110 section 15).
        let digits: InlineArray<4, UInt8> = [
            ASCII.zero + UInt8(code / 100), ASCII.zero + UInt8(code / 10 % 10),
            ASCII.zero + UInt8(code % 10), ASCII.space,
        ]
        unsafe digits.span.withUnsafeBytes {
            unsafe putLine("HTTP/1.1 ", $0, status.reasonPhrase.bytes)
        }
    }

    /// Adds a header whose name and value are literals, which break out of no line.
    package mutating func header(_ name: StaticString, _ value: StaticString) {
        unsafe field(name, value.bytes)
    }

    /// Adds whole header lines that are a literal, each with its CRLF.
    package mutating func lines(_ lines: StaticString) { put(lines) }

    /// Adds a header with a value made at run time.
    package mutating func header(_ name: StaticString, _ value: String) {
        var value = value
        // The pointer is valid within the closure only, and the bytes are copied there.
        value.withUTF8 { unsafe header(name, bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Adds a header with a number of zero or more.
    package mutating func header(_ name: StaticString, _ value: Int) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        let range = HTTPResponseEncoder.decimal(value, in: &digits)
        unsafe digits.span.withUnsafeBytes {
            unsafe field(name, UnsafeRawBufferPointer(rebasing: $0[range]))
        }
    }

    /// Adds a header with a value that lies in memory.
    package mutating func header(_ name: StaticString, _ value: RawSpan) {
        unsafe value.withUnsafeBytes { unsafe header(name, bytes: $0) }
    }

    /// Adds `Content-Length`, in bytes; answers 1xx and 204 must not have one.
    package mutating func contentLength(_ byteCount: Int) {
        header("Content-Length", byteCount)
    }

    /// Adds `Date`.
    package mutating func date(_ date: HTTPDate) {
        unsafe date.bytes.span.withUnsafeBytes { unsafe field("Date", $0) }
    }

    /// Ends the head with the empty line.
    package mutating func endHead() {
        put("\r\n")
    }

    /// Puts a body, or its first bytes, right behind the head.
    package mutating func body(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe put($0) }
    }

    private mutating func header(_ name: StaticString, bytes: UnsafeRawBufferPointer) {
        guard unsafe bytes.bytes.skipText(from: 0, to: bytes.count) == bytes.count else {
            refused = true
            return
        }
        unsafe field(name, bytes)
    }

    /// Adds a header whose value is known to break out of no line.
    private mutating func field(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        unsafe putLine(name, (": " as StaticString).bytes, value)
    }

    /// The digits of a number of zero or more, at the end of `digits`; 19 hold every positive Int.
    private static func decimal(
        _ value: Int,
        in digits: inout InlineArray<20, UInt8>
    ) -> Range<Int> {
        precondition(value >= 0, "a header was given a negative number")
        var start = digits.count
        var rest = value
        repeat {
            start -= 1
            digits[start] = ASCII.zero + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        return start..<digits.count
    }

    private mutating func put(_ text: StaticString) { unsafe put(text.bytes) }

    private mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let start = unsafe room(bytes.count) else { return }
        unsafe HTTPResponseEncoder.copy(bytes, to: start)
    }

    /// Puts a line of three parts, and its CRLF.
    private mutating func putLine(
        _ first: StaticString,
        _ second: UnsafeRawBufferPointer,
        _ third: UnsafeRawBufferPointer
    ) {
        let byteCount = first.utf8CodeUnitCount + second.count + third.count
        guard var next = unsafe room(byteCount + 2) else { return }
        unsafe next = HTTPResponseEncoder.copy(first.bytes, to: next)
        unsafe next = HTTPResponseEncoder.copy(second, to: next)
        unsafe next = HTTPResponseEncoder.copy(third, to: next)
        unsafe next.storeBytes(of: ASCII.carriageReturn, as: UInt8.self)
        unsafe next.storeBytes(of: ASCII.lineFeed, toByteOffset: 1, as: UInt8.self)
    }

    /// Where so many bytes are to be written, or `nil` where the buffer is too short for them.
    @inline(__always)
    private mutating func room(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard !overflowed, unsafe byteCount <= buffer.count - count,
            let start = unsafe buffer.baseAddress
        else {
            overflowed = true
            return nil
        }
        defer { count += byteCount }
        return unsafe start + count
    }

    /// Copies to where there is room, and returns where the copy ends.
    @inline(__always) @discardableResult
    private static func copy(
        _ bytes: UnsafeRawBufferPointer,
        to start: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        if let source = bytes.baseAddress {
            unsafe start.copyMemory(from: source, byteCount: bytes.count)
        }
        return unsafe start + bytes.count
    }
}

extension StaticString {
    /// The literal's bytes, which live as long as the program.
    fileprivate var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
