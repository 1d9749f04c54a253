/// Writes a body in chunks, for whoever does not say its length in the head (RFC 9112 section 7.1).
package enum HTTPChunks {
    /// The body in chunks of `bytesMax` bytes at most, and the last chunk behind them: what follows
    /// a head with `Transfer-Encoding: chunked`, which HTTP/1.0 does not know.
    package static func encode(_ body: [UInt8], bytesMax: Int) -> [UInt8] {
        precondition(bytesMax > 0, "a chunk without bytes would end the body")
        var chunks: [UInt8] = []
        var start = 0
        while start < body.count {
            let end = min(start + bytesMax, body.count)
            chunks.append(contentsOf: String(end - start, radix: 16).utf8)
            chunks.append(contentsOf: "\r\n".utf8)
            chunks.append(contentsOf: body[start..<end])
            chunks.append(contentsOf: "\r\n".utf8)
            start = end
        }
        chunks.append(contentsOf: "0\r\n\r\n".utf8)
        return chunks
    }
}
