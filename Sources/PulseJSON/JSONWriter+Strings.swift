import CScan
import Glibc

extension JSONWriter {
    /// Writes a string with its quotes; quotes, backslashes and control characters are escaped.
    package mutating func string(_ text: String) {
        string(text.utf8.span)
    }

    /// Writes a string with its quotes, escaped; `utf8` must be valid UTF-8.
    package mutating func string(_ utf8: Span<UInt8>) {
        // The worst text is one of control characters only: six bytes for each, and the quotes.
        guard limit - count >= 6 * utf8.count + 2, let base = unsafe base else {
            return stringNearEnd(utf8)
        }
        // The pointers are used within the closure only, and the room was just made sure of.
        count = unsafe utf8.withUnsafeBufferPointer { text in
            unsafe Self.put(text, at: base + count) - base
        }
    }

    /// Writes text and quotes, and returns the place behind them; the caller has made sure of the
    /// room that the worst text needs.
    private static func put(
        _ text: UnsafeBufferPointer<UInt8>,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var target = unsafe start
        unsafe target[0] = UInt8(ascii: "\"")
        unsafe target += 1
        var index = 0
        while let source = text.baseAddress, index < text.count {
            // Both scan and copy stay within the `text.count` bytes that the caller lent.
            let plain = unsafe cscan_find_escape(source + index, text.count - index)
            unsafe memcpy(target, source + index, plain)
            unsafe target += plain
            index += plain
            guard index < text.count else { break }
            unsafe target += putEscape(text[index], at: target)
            index += 1
        }
        unsafe target[0] = UInt8(ascii: "\"")
        return unsafe target + 1
    }

    /// Writes the escape of a quote, a backslash or a control character; the caller has made sure
    /// of room for six bytes.
    ///
    /// Returns how many it took.
    private static func putEscape(_ byte: UInt8, at target: UnsafeMutablePointer<UInt8>) -> Int {
        let letter: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        default:
            unsafe memcpy(target, "\\u00", 4)
            unsafe target[4] = UInt8(ascii: "0") + byte >> 4
            let low = byte & 0xF
            unsafe target[5] = low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10
            return 6
        }
        unsafe target[0] = UInt8(ascii: "\\")
        unsafe target[1] = letter
        return 2
    }

    /// The same where the worst text would not fit, but this one perhaps does: its length is found
    /// out first.
    private mutating func stringNearEnd(_ utf8: Span<UInt8>) {
        var size = 2
        for index in utf8.indices { size += Self.byteCount(ofEscaped: utf8[index]) }
        // The pointers are used within the closure only; what is put takes what was reserved.
        unsafe utf8.withUnsafeBufferPointer { text in
            guard let target = unsafe reserve(size) else { return }
            _ = unsafe Self.put(text, at: target)
        }
    }

    private static func byteCount(ofEscaped byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        case ..<0x20: 6
        default: 1
        }
    }
}
