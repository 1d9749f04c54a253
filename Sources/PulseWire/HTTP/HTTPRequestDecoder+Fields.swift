extension HTTPRequestDecoder {
    /// The value of a header field without the white space around it, or `nil` where it is missing.
    ///
    /// `bytes` is the span whose head was decoded; `occurrence` counts the lines of that name.
    package func header(
        _ name: StaticString,
        occurrence: Int = 0,
        in bytes: RawSpan
    ) -> Range<Int>? {
        var left = occurrence
        for field in fields where matches(field, name, in: bytes) {
            if left == 0 { return field.value.range }
            left -= 1
        }
        return nil
    }

    /// How many header lines have this name.
    package func headerCount(_ name: StaticString, in bytes: RawSpan) -> Int {
        var count = 0
        for field in fields where matches(field, name, in: bytes) { count += 1 }
        return count
    }

    /// Whether any header's name begins with `prefix`, such as `x-forwarded-`.
    package func hasHeader(prefix: StaticString, in bytes: RawSpan) -> Bool {
        for field in fields where bytes.hasPrefixIgnoringCase(prefix, in: field.name.range) {
            return true
        }
        return false
    }

    /// Whether a comma-separated header names `token` in any of its lines, in either case.
    package func headerList(
        _ name: StaticString,
        contains token: StaticString,
        in bytes: RawSpan
    ) -> Bool {
        for field in fields where matches(field, name, in: bytes) {
            if bytes.listContains(token, in: field.value.range) { return true }
        }
        return false
    }

    private func matches(_ field: Field, _ name: StaticString, in bytes: RawSpan) -> Bool {
        bytes.equalsIgnoringCase(name, in: field.name.range)
    }
}
