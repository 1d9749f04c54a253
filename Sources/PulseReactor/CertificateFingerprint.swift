/// The SHA-256 of a whole certificate (DER), as Proxmox and browsers show it.
package struct CertificateFingerprint: Sendable, Hashable, CustomStringConvertible {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// Takes the 32 bytes of a digest.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "a SHA-256 has 32 bytes")
        self.bytes = bytes
    }

    /// Reads 64 hexadecimal digits, with or without colons between the bytes; `nil` for anything
    /// else.
    package init?(_ text: String) {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        guard groups.count == 1 || (groups.count == 32 && groups.allSatisfy { $0.count == 2 })
        else { return nil }
        let digits = groups.joined().compactMap { $0.isASCII ? $0.hexDigitValue : nil }
        guard digits.count == 64, text.utf8.count == 64 + groups.count - 1 else { return nil }
        bytes = stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// `AA:BB:…`.
    package var description: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
