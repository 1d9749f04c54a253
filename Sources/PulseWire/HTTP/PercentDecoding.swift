extension RawSpan {
    /// The path at `range`, or a part of one, with its escapes undone, or `nil` if it is to be
    /// answered with 400.
    ///
    /// Refused are broken escapes, escaped control characters (`%00` first of all), what is not
    /// UTF-8, and the segments `.` and `..` in every spelling. `%2F` becomes a slash before the
    /// segments are checked.
    package func percentDecodedPath(_ range: Range<Int>) -> String? {
        var path: [UInt8] = []
        path.reserveCapacity(range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            var byte = byte(at: offset)
            offset += 1
            if byte == ASCII.percent {
                guard let value = escape(offset..<range.upperBound) else { return nil }
                byte = value
                offset += 2
            }
            guard byte >= ASCII.space, byte != ASCII.delete else { return nil }
            path.append(byte)
        }
        guard !path.hasDotSegment else { return nil }
        return String(validating: path, as: UTF8.self)
    }

    /// The byte that the two digits at the beginning of the range stand for.
    private func escape(_ range: Range<Int>) -> UInt8? {
        guard
            range.count >= 2,
            let high = ASCII.hexadecimal(byte(at: range.lowerBound)),
            let low = ASCII.hexadecimal(byte(at: range.lowerBound + 1))
        else { return nil }
        return high << 4 | low
    }
}

extension [UInt8] {
    /// Whether a segment between two slashes is `.` or `..` (RFC 3986 section 3.3).
    fileprivate var hasDotSegment: Bool {
        // Of the segment that is being looked at; -1 once it has another byte.
        var dots = 0
        for byte in self {
            switch byte {
            case ASCII.slash:
                if dots == 1 || dots == 2 { return true }
                dots = 0
            case ASCII.dot where dots >= 0: dots += 1
            default: dots = -1
            }
        }
        return dots == 1 || dots == 2
    }
}
