/// What the peer sent.
package enum WebSocketEvent: Equatable, Sendable {
    /// A whole message of valid UTF-8.
    case text
    /// A whole message of any bytes.
    case binary
    /// To be answered with a pong of the same payload.
    case ping
    /// An answer to a ping, or a sign of life.
    case pong
    /// The peer closes; `code` is `nil` when it gave none, and the payload is its reason.
    case close(code: UInt16?)
}

/// What one call of `WebSocketDecoder.next(_:)` found.
@safe
package struct WebSocketStep {
    /// How many of the given bytes are dealt with and may be dropped after the event's handling.
    package let consumed: Int

    /// The event, or `nil` when more bytes are needed.
    package let event: WebSocketEvent?

    /// The event's payload, unmasked: in the given bytes, the decoder's buffer or the inflater's.
    ///
    /// It is valid until the next call of the decoder, or of one that shares its inflater, and
    /// while the caller leaves the given bytes in place.
    @unsafe package let payload: UnsafeRawBufferPointer

    init(consumed: Int, event: WebSocketEvent?, payload: UnsafeRawBufferPointer) {
        self.consumed = consumed
        self.event = event
        unsafe self.payload = unsafe payload
    }

    /// The step that found no event.
    init(consumed: Int) {
        unsafe self.init(
            consumed: consumed,
            event: nil,
            payload: UnsafeRawBufferPointer(start: nil, count: 0)
        )
    }
}

/// Which end of a connection decodes: frames to a server are masked, frames to a client are not
/// (RFC 6455 section 5.1).
package enum WebSocketRole: Sendable {
    case server
    case client
}

/// Decodes the frames of one peer as RFC 6455 section 5 asks.
///
/// The caller gives all unconsumed bytes and gets one event at a time. A message in one frame that
/// has come whole is delivered where it lies; only a fragmented or split one is gathered, in memory
/// that is freed after its delivery, so an idle connection owns none.
package struct WebSocketDecoder: ~Copyable {
    private let messageBytesMax: Int
    private let role: WebSocketRole

    /// What inflates compressed messages; `nil` where none may come.
    private let inflater: MessageInflater?

    private var gathered = UnsafeGatherBuffer()

    /// Payload bytes of the frame in progress that have not come yet.
    private var frameRemaining = 0

    private var mask = WebSocketMask(0, 0, 0, 0)

    /// Checks gathered text; it is at its beginning again whenever a message has been delivered.
    private var validator = UTF8Validator()

    /// The kind of the message in progress, from its first frame to its last.
    private var message: WebSocketOpcode?

    /// Whether the message in progress is compressed.
    private var isCompressed = false

    /// Whether the bytes that come next are payload of a data frame.
    private var isInsideFrame = false

    /// Whether the frame in progress is the last one of its message.
    private var isFinalFrame = false

    /// Whether the gathered bytes were handed out and are freed by the next call.
    private var isDelivered = false

    private var failure: WebSocketError?

    /// Whether the peer's close frame has come; what follows it is dropped.
    package private(set) var isClosed = false

    /// Makes a decoder that refuses messages of more than `messageBytesMax` bytes.
    ///
    /// Where `permessage-deflate` was negotiated without context, it is given an inflater, which
    /// may serve many decoders of one thread.
    package init(
        messageBytesMax: Int,
        role: WebSocketRole = .server,
        inflater: MessageInflater? = nil
    ) {
        precondition(messageBytesMax >= 0, "a message's limit is negative")
        self.messageBytesMax = messageBytesMax
        self.role = role
        self.inflater = inflater
    }

    /// Decodes up to the next event; call it again with the rest until it finds none.
    ///
    /// `bytes` begins at the first byte that is not consumed; payloads in it are unmasked in place.
    /// After an error, which later calls throw again, the connection is to be closed.
    @inline(never)
    package mutating func next(
        _ bytes: UnsafeMutableRawBufferPointer
    ) throws(WebSocketError) -> WebSocketStep {
        if let failure { throw failure }
        if isDelivered {
            gathered.removeAll()
            isDelivered = false
        }
        guard !isClosed else { return WebSocketStep(consumed: bytes.count) }
        do throws(WebSocketError) {
            return try unsafe advance(bytes)
        } catch {
            failure = error
            gathered.removeAll()
            throw error
        }
    }

    private mutating func advance(
        _ bytes: UnsafeMutableRawBufferPointer
    ) throws(WebSocketError) -> WebSocketStep {
        var offset = 0
        while true {
            if isInsideFrame {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
                offset += try unsafe gather(rest)
                guard frameRemaining == 0 else { return WebSocketStep(consumed: offset) }
                isInsideFrame = false
                if isFinalFrame { return try deliverGathered(consumed: offset) }
            }
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
            guard
                let head = try unsafe WebSocketFrameHead(
                    rest.bytes,
                    for: role,
                    takesCompressed: inflater != nil
                )
            else { return WebSocketStep(consumed: offset) }
            try check(head)
            let isWhole = rest.count - head.byteCount >= head.payloadByteCount
            if head.opcode.isControl || (isWhole && head.isFinal && message == nil) {
                guard isWhole else { return WebSocketStep(consumed: offset) }
                let end = head.byteCount + head.payloadByteCount
                let payload = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: rest[head.byteCount..<end]
                )
                return try unsafe deliver(head, payload, consumed: offset + end)
            }
            begin(head)
            offset += head.byteCount
        }
    }

    /// Checks a frame against the message in progress and the limit.
    private func check(_ head: WebSocketFrameHead) throws(WebSocketError) {
        guard !head.opcode.isControl else { return }
        guard (head.opcode == .continuation) == (message != nil) else {
            throw message == nil ? .unexpectedContinuation : .interruptedMessage
        }
        let isCompressed = message == nil ? head.isCompressed : isCompressed
        guard head.payloadByteCount <= gatheredBytesMax(isCompressed) - gathered.count else {
            throw .messageTooBig
        }
    }

    /// The most bytes of a message as they come.
    private func gatheredBytesMax(_ isCompressed: Bool) -> Int {
        isCompressed
            ? MessageInflater.compressedBytesMax(for: messageBytesMax) : messageBytesMax
    }

    /// Begins to gather the payload of a frame.
    private mutating func begin(_ head: WebSocketFrameHead) {
        if message == nil {
            message = head.opcode
            isCompressed = head.isCompressed
        }
        frameRemaining = head.payloadByteCount
        mask = head.mask
        isFinalFrame = head.isFinal
        isInsideFrame = true
    }

    /// Takes payload bytes of the frame in progress and returns how many there were.
    private mutating func gather(
        _ bytes: UnsafeMutableRawBufferPointer
    ) throws(WebSocketError) -> Int {
        let count = min(frameRemaining, bytes.count)
        let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
        if role == .server { unsafe mask.apply(to: piece) }
        if message == .text, !isCompressed, unsafe !validator.update(piece.bytes) {
            throw .invalidText
        }
        unsafe gathered.append(
            UnsafeRawBufferPointer(piece),
            countMax: gatheredBytesMax(isCompressed)
        )
        frameRemaining -= count
        return count
    }

    /// Ends the message in progress; its bytes stay readable until the next call.
    private mutating func deliverGathered(consumed: Int) throws(WebSocketError) -> WebSocketStep {
        let isText = message == .text
        message = nil
        isDelivered = true
        if isCompressed {
            return try unsafe deliverInflated(gathered.bytes, isText: isText, consumed: consumed)
        }
        guard !isText || validator.isComplete else { throw .invalidText }
        return unsafe WebSocketStep(
            consumed: consumed,
            event: isText ? .text : .binary,
            payload: gathered.bytes
        )
    }

    /// Delivers what a compressed message inflates to.
    @inline(never)
    private func deliverInflated(
        _ bytes: UnsafeRawBufferPointer,
        isText: Bool,
        consumed: Int
    ) throws(WebSocketError) -> WebSocketStep {
        guard let inflater else { preconditionFailure("a compressed message was let through") }
        let payload = try unsafe inflater.inflate(bytes, bytesMax: messageBytesMax)
        if isText { try unsafe check(utf8: payload.bytes) }
        return unsafe WebSocketStep(
            consumed: consumed,
            event: isText ? .text : .binary,
            payload: payload
        )
    }

    /// Delivers a frame that has come whole, in place.
    private mutating func deliver(
        _ head: WebSocketFrameHead,
        _ bytes: UnsafeMutableRawBufferPointer,
        consumed: Int
    ) throws(WebSocketError) -> WebSocketStep {
        var mask = head.mask
        if role == .server { unsafe mask.apply(to: bytes) }
        // A constant: a variable whose span is taken would be put on the heap.
        let payload = UnsafeRawBufferPointer(bytes)
        if head.isCompressed {
            return try unsafe deliverInflated(
                payload,
                isText: head.opcode == .text,
                consumed: consumed
            )
        }
        let event: WebSocketEvent
        switch head.opcode {
        case .text:
            try unsafe check(utf8: payload.bytes)
            event = .text
        case .binary: event = .binary
        case .ping: event = .ping
        case .pong: event = .pong
        case .close:
            event = .close(code: try unsafe closeCode(payload.bytes))
            isClosed = true
            return unsafe WebSocketStep(
                consumed: consumed,
                event: event,
                payload: UnsafeRawBufferPointer(rebasing: payload.dropFirst(2))
            )
        case .continuation: preconditionFailure("a fragment was taken for a message")
        }
        return unsafe WebSocketStep(consumed: consumed, event: event, payload: payload)
    }

    private func check(utf8 bytes: RawSpan) throws(WebSocketError) {
        var validator = UTF8Validator()
        guard validator.update(bytes), validator.isComplete else { throw .invalidText }
    }

    /// Reads the code of a close frame and checks its reason (RFC 6455 section 5.5.1).
    @inline(never)
    private func closeCode(_ payload: RawSpan) throws(WebSocketError) -> UInt16? {
        guard payload.byteCount > 0 else { return nil }
        guard payload.byteCount >= 2 else { throw .badClose }
        let code = UInt16(payload.byte(at: 0)) << 8 | UInt16(payload.byte(at: 1))
        guard WebSocketCloseCode.isAllowed(fromPeer: code) else { throw .badClose }
        try check(utf8: payload.extracting(2..<payload.byteCount))
        return code
    }
}
