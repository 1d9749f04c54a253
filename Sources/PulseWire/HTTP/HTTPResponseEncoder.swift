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
        put("HTTP/1.1 ")
        putDecimal(Int(status.rawValue))
        put(" ")
        put(status.reasonPhrase)
        put("\r\n")
    }

    /// Adds a header whose name and value are literals, which break out of no line.
    package mutating func header(_ name: StaticString, _ value: StaticString) {
        put(name)
        put(": ")
        put(value)
        put("\r\n")
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
        put(name)
        put(": ")
        putDecimal(value)
        put("\r\n")
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
        put("Date: ")
        unsafe date.bytes.span.withUnsafeBytes { unsafe put($0) }
        put("\r\n")
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
        put(name)
        put(": ")
        unsafe put(bytes)
        put("\r\n")
    }

    private mutating func put(_ text: StaticString) {
        unsafe put(
            UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        )
    }

    private mutating func putDecimal(_ value: Int) {
        precondition(value >= 0, "a header was given a negative number")
        // 19 digits hold every positive Int.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = digits.count
        var rest = value
        repeat {
            start -= 1
            digits[start] = ASCII.zero + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        unsafe digits.span.withUnsafeBytes {
            unsafe put(UnsafeRawBufferPointer(rebasing: $0[start...]))
        }
    }

    /// The only place that writes: within the caller's buffer, or nothing.
    private mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard !overflowed, unsafe bytes.count <= buffer.count - count else {
            overflowed = true
            return
        }
        if let start = unsafe buffer.baseAddress, let source = bytes.baseAddress {
            unsafe (start + count).copyMemory(from: source, byteCount: bytes.count)
        }
        count += bytes.count
    }
}
