import COpenSSL

/// SHA-256 by OpenSSL.
package enum SHA256 {
    /// The digest of `bytes`, 32 bytes.
    package static func digest(_ bytes: RawSpan) -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        var span = digest.mutableSpan
        // Both pointers are used within the call only, and the digest's size fits the algorithm.
        let done = unsafe bytes.withUnsafeBytes { input in
            unsafe span.withUnsafeMutableBufferPointer { output in
                unsafe cossl_sha256(input.baseAddress, input.count, output.baseAddress)
            }
        }
        precondition(done == 1, "OpenSSL refuses SHA-256")
        return digest
    }

    /// The digest of `bytes` as 64 lowercase hexadecimal digits.
    package static func hexadecimal(_ bytes: RawSpan) -> String {
        let digest = digest(bytes)
        let digits: StaticString = "0123456789abcdef"
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for index in digest.indices {
            text.append(digits.byte(at: Int(digest[index] >> 4)))
            text.append(digits.byte(at: Int(digest[index] & 15)))
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// SHA-256 for a thread that needs many short digests: OpenSSL looks the algorithm up once.
@safe package final class SHA256Context {
    /// The only holder of OpenSSL's context, which lives as long as this object.
    private let context: OpaquePointer

    package init() {
        guard let context = unsafe cossl_sha256_context() else {
            preconditionFailure("OpenSSL refuses SHA-256")
        }
        unsafe self.context = unsafe context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// The digest of `bytes`, 32 bytes.
    package func digest(_ bytes: RawSpan) -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        var span = digest.mutableSpan
        // Both pointers are used within the call only, and the digest's size fits the algorithm.
        let done = unsafe bytes.withUnsafeBytes { input in
            unsafe span.withUnsafeMutableBufferPointer { output in
                unsafe cossl_sha256_with(
                    context,
                    input.baseAddress,
                    input.count,
                    output.baseAddress
                )
            }
        }
        precondition(done == 1, "OpenSSL refuses SHA-256")
        return digest
    }
}
