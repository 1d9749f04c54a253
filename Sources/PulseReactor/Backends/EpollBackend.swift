import CIOUring
import Glibc

/// epoll in the shape of completions: the system call is made when the descriptor is ready.
///
/// What a descriptor waits for stands in `EpollInterest`; the kernel's own set follows it. Sends
/// are tried at once, since a socket nearly always has room, and their completions wait in
/// `ready` for the next reap, so that a handler never runs inside another one.
@safe struct EpollBackend: ~Copyable {
    private let epoll: Int32
    let buffers: ReceiveBuffers
    private var freeBuffers: [UInt16]
    private var interests: [EpollInterest] = []
    private var ready: [Completion] = []
    /// System calls that were made for operations.
    private(set) var submitCount: UInt64 = 0
    private let events: UnsafeMutablePointer<epoll_event>

    private static let batch: Int32 = 512

    init() throws(SystemError) {
        epoll = try check("epoll_create1", epoll_create1(Int32(EPOLL_CLOEXEC)))
        buffers = ReceiveBuffers()
        freeBuffers = (0..<UInt16(buffers.count)).reversed()
        unsafe events = .allocate(capacity: Int(EpollBackend.batch))
    }

    deinit {
        unsafe events.deallocate()
        _ = Glibc.close(epoll)
    }

    mutating func accept(_ fd: Int32, _ token: Token) {
        start(fd, token) { $0.accepting = token }
    }

    mutating func connect(
        _ fd: Int32,
        _ address: UnsafePointer<sockaddr>,
        _ length: socklen_t,
        _ token: Token
    ) {
        submitCount += 1
        let code = unsafe Glibc.connect(fd, address, length) < 0 ? -errno : 0
        // A signal does not stop the kernel from connecting.
        if code == -EINPROGRESS || code == -EINTR {
            start(fd, token) { $0.connecting = token }
        } else {
            complete(token, code, more: false)
        }
    }

    mutating func receive(_ fd: Int32, _ token: Token, once: Bool) {
        start(fd, token) { interest in
            interest.receiving = token
            interest.receivesOnce = once
        }
    }

    mutating func send(_ fd: Int32, _ message: UnsafeMutablePointer<msghdr>, _ token: Token) {
        submitCount += 1
        let result = unsafe ciouring_send(fd, message)
        if result == -EAGAIN {
            start(fd, token) { interest in
                interest.sending = token
                // The send operation owns the message until it has completed.
                unsafe interest.message = message
            }
        } else {
            complete(token, result, more: false)
        }
    }

    @inline(never)
    mutating func send(_ fd: Int32, _ bytes: UnsafeRawBufferPointer, _ token: Token) {
        submitCount += 1
        let result = unsafe ciouring_send_bytes(fd, bytes.baseAddress, bytes.count)
        if result == -EAGAIN {
            start(fd, token) { interest in
                interest.sending = token
                // The frame holds the bytes until the send has completed.
                unsafe interest.bytes = unsafe bytes
            }
        } else {
            complete(token, result, more: false)
        }
    }

    mutating func poll(_ fd: Int32, events: UInt32, _ token: Token) {
        precondition(
            Int(fd) >= interests.count || interests[Int(fd)].polling == nil,
            "a descriptor is polled twice at once"
        )
        start(fd, token) { interest in
            interest.polling = token
            interest.pollEvents = events
        }
    }

    /// Notes an operation that waits for its descriptor; completes it at once where that fails.
    private mutating func start(
        _ fd: Int32,
        _ token: Token,
        _ body: (inout EpollInterest) -> Void
    ) {
        guard fd >= 0 else {
            complete(token, -EBADF, more: false)
            return
        }
        let code = change(fd, body)
        if code == 0 { return }
        let events = interests[Int(fd)].pollEvents
        _ = change(fd) { $0.remove(token) }
        // EPERM: a file or a device like /dev/null, which never makes anybody wait.
        let isReady = code == -EPERM && token.operation == .poll
        complete(token, isReady ? Int32(bitPattern: events) : code, more: false)
    }

    mutating func cancel(_ fd: Int32, _ token: Token) {
        // What has completed meanwhile says so itself, in this turn or the next.
        guard Int(fd) < interests.count, interests[Int(fd)].holds(token) else { return }
        change(fd) { $0.remove(token) }
        complete(token, -ECANCELED, more: false)
    }

    mutating func close(_ fd: Int32) {
        if Int(fd) < interests.count {
            precondition(interests[Int(fd)].isEmpty, "a descriptor was closed under an operation")
            interests[Int(fd)].registered = 0
        }
        _ = Glibc.close(fd)
    }

    mutating func recycle(_ buffer: UInt16) {
        freeBuffers.append(buffer)
    }

    mutating func reap(
        into completions: inout [Completion],
        timeoutNanoseconds: UInt64?
    ) throws(SystemError) {
        var timeout: Int32 = -1
        if !ready.isEmpty {
            timeout = 0
        } else if let timeoutNanoseconds {
            // Rounded up: waking before the deadline would only mean another turn.
            let (whole, part) = timeoutNanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
            timeout = Int32(clamping: part == 0 ? whole : whole + 1)
        }
        let count = unsafe epoll_wait(epoll, events, EpollBackend.batch, timeout)
        guard count >= 0 || errno == EINTR else { throw .last("epoll_wait") }
        for index in 0..<Int(max(0, count)) {
            let fd = unsafe ciouring_event_fd(events + index)
            let mask = unsafe ciouring_event_mask(events + index)
            serve(fd, mask)
        }
        completions.append(contentsOf: ready)
        ready.removeAll(keepingCapacity: true)
    }

    /// Makes the system calls that a descriptor was waiting for.
    @inline(never)
    private mutating func serve(_ fd: Int32, _ mask: UInt32) {
        let interest = interests[Int(fd)]
        // An error or a hang-up wakes whoever waits: the call itself then says what happened.
        let broken = mask & (EpollInterest.error | EpollInterest.hangUp) != 0
        if let token = interest.accepting { serveAccept(fd, token) }
        if let token = interest.receiving, broken || mask & EpollInterest.input != 0 {
            serveReceive(fd, token)
        }
        if let token = interest.sending, broken || mask & EpollInterest.output != 0 {
            serveSend(fd, token)
        }
        if let token = interest.connecting, broken || mask & EpollInterest.output != 0 {
            serveConnect(fd, token)
        }
        if let token = interest.polling, broken || mask & interest.pollEvents != 0 {
            change(fd) { $0.polling = nil }
            complete(token, Int32(bitPattern: mask), more: false)
        }
    }

    private mutating func serveConnect(_ fd: Int32, _ token: Token) {
        change(fd) { $0.connecting = nil }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        let asked = unsafe getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length)
        complete(token, asked < 0 ? -errno : -code, more: false)
    }

    private mutating func serveAccept(_ fd: Int32, _ token: Token) {
        for _ in 0..<Limits.acceptsPerTurnMax {
            submitCount += 1
            let result = ciouring_accept(fd)
            switch result {
            case -EAGAIN: return
            case -EINTR, -ECONNABORTED: continue
            case ..<0:
                change(fd) { $0.accepting = nil }
                complete(token, result, more: false)
                return
            default: complete(token, result, more: true)
            }
        }
    }

    private mutating func serveReceive(_ fd: Int32, _ token: Token) {
        // Without a free buffer the descriptor stays ready and comes again in the next turn.
        guard let buffer = freeBuffers.popLast() else { return }
        submitCount += 1
        let once = interests[Int(fd)].receivesOnce
        let result = unsafe ciouring_receive(
            fd,
            buffers.address(of: buffer),
            UInt32(once ? Limits.handshakeReceiveBytes : buffers.byteCount)
        )
        if result == -EAGAIN || result == -EINTR {
            freeBuffers.append(buffer)
        } else if result > 0 {
            if once { change(fd) { $0.receiving = nil } }
            ready.append(Completion(token: token, result: result, buffer: buffer, more: !once))
        } else {
            freeBuffers.append(buffer)
            change(fd) { $0.receiving = nil }
            complete(token, result, more: false)
        }
    }

    private mutating func serveSend(_ fd: Int32, _ token: Token) {
        let interest = interests[Int(fd)]
        submitCount += 1
        let result: Int32
        if let message = unsafe interest.message {
            result = unsafe ciouring_send(fd, message)
        } else {
            result = unsafe ciouring_send_bytes(
                fd,
                interest.bytes.baseAddress,
                interest.bytes.count
            )
        }
        if result == -EAGAIN || result == -EINTR { return }
        change(fd) { $0.endSend() }
        complete(token, result, more: false)
    }

    private mutating func complete(_ token: Token, _ result: Int32, more: Bool) {
        ready.append(Completion(token: token, result: result, buffer: nil, more: more))
    }

    /// Changes what a descriptor waits for, and the kernel's set where that makes a difference.
    ///
    /// Returns 0, or -errno when the kernel's set stayed as it was.
    @discardableResult
    private mutating func change(_ fd: Int32, _ body: (inout EpollInterest) -> Void) -> Int32 {
        while interests.count <= Int(fd) { interests.append(EpollInterest()) }
        body(&interests[Int(fd)])
        let wanted = interests[Int(fd)].events
        let registered = interests[Int(fd)].registered
        if wanted == registered { return 0 }
        let operation =
            wanted == 0 ? EPOLL_CTL_DEL : registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        let code = ciouring_epoll_control(epoll, operation, fd, wanted)
        // Removing cannot fail for a descriptor that is open.
        if code < 0, wanted != 0 { return code }
        interests[Int(fd)].registered = wanted
        return 0
    }
}
