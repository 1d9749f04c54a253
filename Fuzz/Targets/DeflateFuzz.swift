import PulseWire

/// What was deflated inflates to the same; anything else ends within its limit.
enum DeflateFuzz {
    static func run(_ input: Span<UInt8>) {
        guard let inflater = MessageInflater(), let deflater = MessageDeflater() else {
            fatalError("no memory")
        }
        var source = ByteSource(input)
        let bytesMax = Int(source.next()) << 4
        let bytes = Array(input.indices.dropFirst(1).map { input[$0] })
        let first = inflate(bytes, bytesMax, inflater)
        precondition(first == inflate(bytes, bytesMax, inflater), "an inflater has a memory")
        if case .success(let message) = first {
            precondition(message.count <= bytesMax, "a message beyond the limit")
        }
        roundTrip(bytes, deflater, inflater)
        _ = try? Gunzip.inflate(unsafe bytes.span.bytes, bytesMax: bytesMax)
    }

    private static func inflate(
        _ bytes: [UInt8],
        _ bytesMax: Int,
        _ inflater: MessageInflater
    ) -> Result<[UInt8], WebSocketError> {
        unsafe bytes.withUnsafeBytes { input in
            do throws(WebSocketError) {
                return .success(unsafe Array(try inflater.inflate(input, bytesMax: bytesMax)))
            } catch {
                return .failure(error)
            }
        }
    }

    private static func roundTrip(
        _ message: [UInt8],
        _ deflater: MessageDeflater,
        _ inflater: MessageInflater
    ) {
        guard let whole = deflate(message, room: message.count + 64, deflater) else {
            preconditionFailure("a message became longer than that")
        }
        let again = inflate(whole, message.count, inflater)
        precondition(again == .success(message), "what was deflated inflates to something else")
        for room in [0, whole.count / 2, whole.count + 4, whole.count + 5] {
            let found = deflate(message, room: room, deflater)
            precondition(found == nil || found == whole, "the room changes what is written")
        }
    }

    private static func deflate(
        _ message: [UInt8],
        room: Int,
        _ deflater: MessageDeflater
    ) -> [UInt8]? {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
        defer { unsafe memory.deallocate() }
        let count = unsafe message.withUnsafeBytes { unsafe deflater.deflate($0, into: memory) }
        return count.map { unsafe Array(memory[..<$0]) }
    }
}
