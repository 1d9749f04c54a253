extension Reactor {
    /// A frame with a copy of the bytes, held by the caller.
    package func makeFrame(_ bytes: [UInt8]) -> Frame {
        let frame = makeFrame(capacity: bytes.count)
        // The frame is in no send yet, so its storage may be written to.
        unsafe frame.storage.copyBytes(from: bytes)
        frame.setContent(0..<bytes.count)
        return frame
    }

    /// Sends a copy of the bytes, in one frame that only the send holds.
    package func send(_ connection: ConnectionID, bytes: [UInt8]) {
        let frame = makeFrame(bytes)
        var list = SendList()
        list.append(frame)
        send(connection, list)
        release(frame)
    }
}
