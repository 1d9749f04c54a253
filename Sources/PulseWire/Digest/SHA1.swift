import COpenSSL

/// SHA-1, which the WebSocket handshake prescribes; it protects nothing there.
enum SHA1 {
    /// The digest of `bytes`, or `nil` where the configuration of OpenSSL forbids the algorithm.
    static func digest(_ bytes: RawSpan) -> InlineArray<20, UInt8>? {
        var digest = InlineArray<20, UInt8>(repeating: 0)
        var span = digest.mutableSpan
        // Both pointers are used within the call only, and the digest's size fits the algorithm.
        let done = unsafe bytes.withUnsafeBytes { input in
            unsafe span.withUnsafeMutableBufferPointer { output in
                unsafe cossl_sha1(input.baseAddress, input.count, output.baseAddress)
            }
        }
        return done == 1 ? digest : nil
    }
}
