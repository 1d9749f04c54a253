import PulseJSON
import PulseReactor
import PulseWire

extension Reactor {
    /// Encodes a text message straight behind the room for its WebSocket header.
    func makeMessage(capacity: Int, _ body: (inout JSONWriter) -> Void) -> Frame {
        let room = WebSocketHeader.byteCountMax
        let frame = makeFrame(capacity: room + capacity)
        // The frame is ours until the first send, so its storage may be written to.
        let storage = unsafe frame.storage
        var writer = unsafe JSONWriter(UnsafeMutableRawBufferPointer(rebasing: storage[room...]))
        body(&writer)
        precondition(!writer.overflowed, "a message is longer than its encoder announced")
        let start = unsafe WebSocketHeader.write(
            .text,
            payloadByteCount: writer.count,
            endingAt: room,
            in: storage
        )
        frame.setContent(start..<room + writer.count)
        return trimmed(frame)
    }

    /// The frame, or a copy in a smaller block: the announced length is a bound that may lie far
    /// above what was written, and the limits of what is kept count written bytes.
    func trimmed(_ frame: Frame) -> Frame {
        guard unsafe frame.byteCount < frame.storage.count / 2 else { return frame }
        let copy = makeFrame(capacity: frame.byteCount)
        // The copy is ours until the first send, so its storage may be written to.
        unsafe copy.storage.copyMemory(from: frame.bytes)
        copy.setContent(0..<frame.byteCount)
        release(frame)
        return copy
    }
}
