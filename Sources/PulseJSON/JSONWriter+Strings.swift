import CScan
import Glibc

extension JSONWriter {
    /// Writes a string with its quotes; quotes, backslashes and control characters are escaped.
    package mutating func string(_ text: String) {
        string(text.utf8.span)
    }

    /// Writes a string with its quotes, escaped; `utf8` must be valid UTF-8.
    package mutating func string(_ utf8: Span<UInt8>) {
        let start = mark()
        fragment("\"")
        // The pointer is used within the closure only.
        unsafe utf8.withUnsafeBufferPointer { unsafe escape($0) }
        fragment("\"")
        // What does not fit as a whole is not written at all.
        if overflowed { rewind(to: start) }
    }

    private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) {
        guard let base = text.baseAddress else { return }
        var index = 0
        while !overflowed {
            // Both scan and copy stay within the `text.count` bytes that the caller lent.
            let plain = unsafe cscan_find_escape(base + index, text.count - index)
            if let target = unsafe reserve(plain) { unsafe memcpy(target, base + index, plain) }
            index += plain
            guard index < text.count else { return }
            unsafe escape(text[index])
            index += 1
        }
    }

    /// Writes the escape of a quote, a backslash or a control character.
    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): fragment("\\\"")
        case UInt8(ascii: "\\"): fragment("\\\\")
        case 0x08: fragment("\\b")
        case 0x09: fragment("\\t")
        case 0x0A: fragment("\\n")
        case 0x0C: fragment("\\f")
        case 0x0D: fragment("\\r")
        default:
            guard let target = unsafe reserve(6) else { return }
            // Six bytes were reserved.
            unsafe memcpy(target, "\\u00", 4)
            unsafe target[4] = UInt8(ascii: "0") + byte >> 4
            let low = byte & 0xF
            unsafe target[5] = low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10
        }
    }
}
