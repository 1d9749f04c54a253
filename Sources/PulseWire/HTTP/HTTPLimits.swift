/// The bounds of one request head, in bytes and lines.
package struct HTTPLimits: Equatable, Sendable {
    /// The longest request line, in bytes without its CRLF.
    ///
    /// RFC 9112 section 3 wants at least 8,000 to be supported.
    package let requestLineBytesMax: Int

    /// The longest head, in bytes from its first byte to the end of the empty line.
    package let headBytesMax: Int

    /// The largest number of header lines.
    package let fieldsMax: Int

    /// What the server uses unless told otherwise: a line of 8 KiB, a head of 16 KiB, 64 fields.
    ///
    /// A browser sends about 20 fields in 1.5 KiB; a proxy in front adds about ten.
    package static let standard = HTTPLimits(
        requestLineBytesMax: 8192,
        headBytesMax: 16384,
        fieldsMax: 64
    )

    /// Makes limits; a head may have at most 65,535 bytes, because a field is kept in eight.
    package init(requestLineBytesMax: Int, headBytesMax: Int, fieldsMax: Int) {
        precondition(requestLineBytesMax > 0 && fieldsMax > 0, "a limit lets no request pass")
        precondition(
            requestLineBytesMax <= headBytesMax && headBytesMax <= Int(UInt16.max),
            "a head's limit is out of range"
        )
        self.requestLineBytesMax = requestLineBytesMax
        self.headBytesMax = headBytesMax
        self.fieldsMax = fieldsMax
    }
}
