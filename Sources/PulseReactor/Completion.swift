/// What an operation was for; the lowest byte of a token.
enum Operation: UInt8 {
    case accept = 1
    case receive
    case send
    case poll
    case wake
    case connect
    /// The answer to a cancel request itself; it carries no news.
    case cancel
}

/// Names an operation in flight: what it is, and the slot and generation that started it.
///
/// A completion whose generation is not its slot's any more is stale and dropped: descriptors and
/// slots are reused at once.
struct Token: Equatable {
    let rawValue: UInt64

    /// Bits of the generation; 16 million reuses of a slot before one repeats.
    static let generationMask: UInt32 = 0xFF_FFFF

    init(_ operation: Operation, slot: UInt32, generation: UInt32) {
        rawValue =
            UInt64(slot) << 32 | UInt64(generation & Token.generationMask) << 8
            | UInt64(operation.rawValue)
    }

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    var operation: Operation {
        guard let operation = Operation(rawValue: UInt8(truncatingIfNeeded: rawValue)) else {
            preconditionFailure("a completion carries a token that nobody made")
        }
        return operation
    }

    var slot: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 8) & Token.generationMask }
}

/// What the kernel says about one operation, in the same words on both backends.
struct Completion {
    let token: Token
    /// A descriptor, a byte count or a mask of events; or -errno.
    let result: Int32
    /// The receive buffer that holds the bytes; the reactor gives it back after the handler ran.
    let buffer: UInt16?
    /// Whether the operation goes on by itself (multishot).
    let more: Bool
}
