import PulseWire

/// The tokens that agents may report with, known only by their SHA-256.
package struct AgentTokens: Sendable {
    private var digests: [InlineArray<32, UInt8>] = []

    package init() {}

    package var isEmpty: Bool { digests.isEmpty }

    /// Adds a token by what the configuration says of it: `sha256:` and 64 hexadecimal digits.
    ///
    /// The token itself never stands in a file that is read by more than its agent.
    package mutating func add(_ text: String) throws(ConfigurationError) {
        guard text.hasPrefix("sha256:"), let digest = AgentTokens.digest(text.dropFirst(7)) else {
            throw ConfigurationError(
                "an agent token is written as \"sha256:\" and the 64 hexadecimal digits that "
                    + "`printf %s TOKEN | sha256sum` prints"
            )
        }
        digests.append(digest)
    }

    /// Whether a token is one of these; takes as long for a wrong one as for a right one.
    func contains(_ token: RawSpan, by hash: SHA256Context) -> Bool {
        let given = hash.digest(token)
        var found: UInt8 = 0
        for digest in digests {
            var difference: UInt8 = 0
            for index in 0..<32 { difference |= digest[index] ^ given[index] }
            found |= difference == 0 ? 1 : 0
        }
        return found != 0
    }

    private static func digest(_ text: Substring) -> InlineArray<32, UInt8>? {
        let digits = text.utf8.compactMap { hexadecimal($0) }
        guard text.utf8.count == 64, digits.count == 64 else { return nil }
        var digest = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<32 { digest[index] = digits[2 * index] << 4 | digits[2 * index + 1] }
        return digest
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
