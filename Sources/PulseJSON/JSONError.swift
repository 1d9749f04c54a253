/// Why a document was refused; `at` is the byte, counted from the start of the document.
package enum JSONError: Error, Equatable {
    /// This byte cannot stand here.
    case unexpectedByte(at: Int)
    /// The document ended inside a value.
    case unexpectedEnd(at: Int)
    /// This bracket opens one level more than the reader allows.
    case tooDeep(at: Int)
    /// The number that begins here does not fit the type asked for.
    case numberOutOfRange(at: Int)
    /// The value that begins here is of another kind than the one asked for.
    case typeMismatch(at: Int)
    /// The backslash here begins no valid escape, or one half of a surrogate pair.
    case invalidEscape(at: Int)
    /// The bytes of a string are not UTF-8 from here on.
    case invalidUTF8(at: Int)

    /// The byte that the error is about, counted from the start of the document.
    package var offset: Int {
        switch self {
        case .unexpectedByte(let at), .unexpectedEnd(let at), .tooDeep(let at),
            .numberOutOfRange(let at), .typeMismatch(let at), .invalidEscape(let at),
            .invalidUTF8(let at):
            at
        }
    }
}

/// What a value is, told from its first byte.
package enum JSONKind: Sendable, Equatable {
    case object
    case array
    case string
    case number
    case bool
    case null
}
