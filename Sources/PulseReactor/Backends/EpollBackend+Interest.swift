import CIOUring

/// What one descriptor waits for on epoll: at most one operation of each kind.
@safe struct EpollInterest {
    var accepting: Token?
    var receiving: Token?
    /// Whether `receiving` ends with the first bytes, of which it takes a few.
    var receivesOnce = false
    var sending: Token?
    var polling: Token?
    var connecting: Token?
    /// The events that the poll operation asked for.
    var pollEvents: UInt32 = 0
    /// What `sending` still has to send, where it gathers; owned by the send operation.
    var message: UnsafeMutablePointer<msghdr>?
    /// What it has to send otherwise; owned by the frame.
    var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// The events that the kernel's set holds for the descriptor; 0 = it is not in the set.
    var registered: UInt32 = 0

    static let input = UInt32(EPOLLIN.rawValue)
    static let output = UInt32(EPOLLOUT.rawValue)
    static let error = UInt32(EPOLLERR.rawValue)
    static let hangUp = UInt32(EPOLLHUP.rawValue)

    /// The events that these operations need, level-triggered.
    var events: UInt32 {
        var events: UInt32 = 0
        if accepting != nil || receiving != nil { events |= EpollInterest.input }
        if sending != nil || connecting != nil { events |= EpollInterest.output }
        if polling != nil { events |= pollEvents }
        return events
    }

    var isEmpty: Bool {
        accepting == nil && receiving == nil && sending == nil && polling == nil
            && connecting == nil
    }

    /// Whether the operation waits here.
    func holds(_ token: Token) -> Bool {
        accepting == token || receiving == token || sending == token || polling == token
            || connecting == token
    }

    /// Ends an operation, if it waits here.
    mutating func remove(_ token: Token) {
        if accepting == token { accepting = nil }
        if receiving == token { receiving = nil }
        if sending == token { endSend() }
        if polling == token { polling = nil }
        if connecting == token { connecting = nil }
    }

    mutating func endSend() {
        sending = nil
        unsafe message = nil
        unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    }
}
