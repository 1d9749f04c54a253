import CIOUring
import Glibc

/// io_uring: operations are entries of the submission queue, one submit a turn.
///
/// Relies on multishot accept (Linux 5.19), provided-buffer rings (5.19), multishot receive (6.0)
/// and IORING_FEAT_EXT_ARG for the wait's timeout (5.11). SINGLE_ISSUER came with 6.0 too, so a
/// kernel that takes this flag has all of them.
@safe struct UringBackend: ~Copyable {
    private let ring: UnsafeMutablePointer<io_uring>
    private let bufferRing: UnsafeMutablePointer<io_uring_buf_ring>
    let buffers: ReceiveBuffers
    private let cqes: UnsafeMutablePointer<UnsafeMutablePointer<io_uring_cqe>?>
    /// Calls of io_uring_enter that had entries to hand over.
    private(set) var submitCount: UInt64 = 0

    private static let batch: UInt32 = 256
    /// The only buffer group of the ring.
    private static let group: UInt16 = 0

    init() throws(UringRefusal) {
        let ring = UnsafeMutablePointer<io_uring>.allocate(capacity: 1)
        do throws(UringRefusal) {
            try unsafe UringBackend.open(ring)
        } catch {
            unsafe ring.deallocate()
            throw error
        }
        let count = Limits.receiveBufferCount
        // The kernel wants the buffer ring on a page of its own, until the ring is closed.
        let bufferRing = unsafe UnsafeMutableRawPointer.allocate(
            byteCount: count * MemoryLayout<io_uring_buf>.stride,
            alignment: 4096
        ).bindMemory(to: io_uring_buf_ring.self, capacity: 1)
        do throws(UringRefusal) {
            try unsafe UringBackend.register(bufferRing, count: count, with: ring)
            try unsafe UringBackend.enter(ring)
        } catch {
            unsafe io_uring_queue_exit(ring)
            unsafe ring.deallocate()
            unsafe UnsafeMutableRawPointer(bufferRing).deallocate()
            throw error
        }
        unsafe self.ring = ring
        unsafe self.bufferRing = bufferRing
        buffers = ReceiveBuffers(count: count)
        unsafe cqes = .allocate(capacity: Int(UringBackend.batch))
        for id in 0..<count { recycle(UInt16(id)) }
    }

    deinit {
        // `Reactor.run` has seen the end of every operation that holds memory: the kernel ends
        // what is left only some time after the ring is gone.
        unsafe io_uring_queue_exit(ring)
        unsafe ring.deallocate()
        unsafe UnsafeMutableRawPointer(bufferRing).deallocate()
        unsafe cqes.deallocate()
    }

    /// Sets the ring up with the best flags that the kernel takes.
    private static func open(_ ring: UnsafeMutablePointer<io_uring>) throws(UringRefusal) {
        try UringSetup.climbDown { flags in
            var parameters = io_uring_params()
            parameters.flags = flags
            parameters.cq_entries = Limits.completionEntries
            return unsafe io_uring_queue_init_params(Limits.submissionEntries, ring, &parameters)
        }
    }

    private static func register(
        _ bufferRing: UnsafeMutablePointer<io_uring_buf_ring>,
        count: Int,
        with ring: UnsafeMutablePointer<io_uring>
    ) throws(UringRefusal) {
        var registration = io_uring_buf_reg()
        registration.ring_addr = UInt64(UInt(bitPattern: bufferRing))
        registration.ring_entries = UInt32(count)
        registration.bgid = group
        let code = unsafe io_uring_register_buf_ring(ring, &registration, 0)
        guard code == 0 else {
            throw UringSetup.refusal(
                of: "io_uring_register",
                -code,
                sysctl: UringSetup.disabledSysctl
            )
        }
        unsafe io_uring_buf_ring_init(bufferRing)
    }

    /// Hands one empty operation over and takes it back.
    ///
    /// A seccomp profile that knows io_uring_setup but not io_uring_enter would otherwise be found
    /// out in the first turn, when it is too late for epoll.
    private static func enter(_ ring: UnsafeMutablePointer<io_uring>) throws(UringRefusal) {
        guard let sqe = unsafe io_uring_get_sqe(ring) else { return }
        unsafe io_uring_prep_nop(sqe)
        let code = unsafe io_uring_submit_and_wait(ring, 1)
        guard code >= 0 else {
            throw UringSetup.refusal(of: "io_uring_enter", -code, sysctl: UringSetup.disabledSysctl)
        }
        unsafe io_uring_cq_advance(ring, 1)
    }

    mutating func accept(_ fd: Int32, _ token: Token) {
        let sqe = unsafe entry()
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        unsafe io_uring_prep_multishot_accept(sqe, fd, nil, nil, flags)
        unsafe io_uring_sqe_set_data64(sqe, token.rawValue)
    }

    mutating func connect(
        _ fd: Int32,
        _ address: UnsafePointer<sockaddr>,
        _ length: socklen_t,
        _ token: Token
    ) {
        let sqe = unsafe entry()
        unsafe io_uring_prep_connect(sqe, fd, address, length)
        unsafe io_uring_sqe_set_data64(sqe, token.rawValue)
    }

    mutating func receive(_ fd: Int32, _ token: Token, once: Bool) {
        let sqe = unsafe entry()
        if once {
            let byteCount = Limits.handshakeReceiveBytes
            unsafe ciouring_prepare_receive_once(sqe, fd, UringBackend.group, byteCount)
        } else {
            unsafe ciouring_prepare_receive(sqe, fd, UringBackend.group)
        }
        unsafe io_uring_sqe_set_data64(sqe, token.rawValue)
    }

    mutating func send(_ fd: Int32, _ message: UnsafeMutablePointer<msghdr>, _ token: Token) {
        let sqe = unsafe entry()
        // MSG_WAITALL: the kernel itself goes on after a short send and completes once.
        let flags = UInt32(MSG_NOSIGNAL | MSG_WAITALL)
        unsafe io_uring_prep_sendmsg(sqe, fd, message, flags)
        unsafe io_uring_sqe_set_data64(sqe, token.rawValue)
    }

    /// Cheaper than a gathered send: the kernel copies no message and no vectors.
    @inline(never)
    mutating func send(_ fd: Int32, _ bytes: UnsafeRawBufferPointer, _ token: Token) {
        let sqe = unsafe entry()
        let flags = MSG_NOSIGNAL | MSG_WAITALL
        unsafe io_uring_prep_send(sqe, fd, bytes.baseAddress, bytes.count, Int32(flags))
        unsafe io_uring_sqe_set_data64(sqe, token.rawValue)
    }

    mutating func poll(_ fd: Int32, events: UInt32, _ token: Token) {
        let sqe = unsafe entry()
        unsafe io_uring_prep_poll_add(sqe, fd, events)
        unsafe io_uring_sqe_set_data64(sqe, token.rawValue)
    }

    mutating func cancel(_ token: Token) {
        let sqe = unsafe entry()
        unsafe io_uring_prep_cancel64(sqe, token.rawValue, 0)
        unsafe io_uring_sqe_set_data64(sqe, Token(.cancel, slot: 0, generation: 0).rawValue)
    }

    func close(_ fd: Int32) {
        _ = Glibc.close(fd)
    }

    /// Puts a buffer back on the ring; the kernel may fill it at once.
    func recycle(_ buffer: UInt16) {
        let mask = io_uring_buf_ring_mask(UInt32(buffers.count))
        unsafe io_uring_buf_ring_add(
            bufferRing,
            buffers.address(of: buffer),
            UInt32(buffers.byteCount),
            buffer,
            mask,
            0
        )
        unsafe io_uring_buf_ring_advance(bufferRing, 1)
    }

    @inline(never)
    mutating func reap(
        into completions: inout [Completion],
        timeoutNanoseconds: UInt64?
    ) throws(SystemError) {
        let code = enter(timeoutNanoseconds: timeoutNanoseconds)
        // ETIME: nothing came in time. EINTR: a signal; the turn simply goes on. EBUSY: the
        // completion queue overflowed, and is emptied right below. EAGAIN: memory was short.
        guard code >= 0 || [-ETIME, -EINTR, -EBUSY, -EAGAIN].contains(code) else {
            throw SystemError(call: "io_uring_enter", code: -code)
        }
        while completions.count < Limits.completionsPerTurnMax {
            let count = unsafe io_uring_peek_batch_cqe(ring, cqes, UringBackend.batch)
            for index in 0..<Int(count) {
                guard let cqe = unsafe cqes[index] else { continue }
                if let completion = unsafe UringBackend.completion(cqe.pointee) {
                    completions.append(completion)
                }
            }
            unsafe io_uring_cq_advance(ring, count)
            if count < UringBackend.batch { break }
        }
    }

    private mutating func enter(timeoutNanoseconds: UInt64?) -> Int32 {
        if unsafe io_uring_sq_ready(ring) > 0 { submitCount += 1 }
        if timeoutNanoseconds == 0 { return unsafe io_uring_submit_and_get_events(ring) }
        var first: UnsafeMutablePointer<io_uring_cqe>?
        guard let timeoutNanoseconds else {
            return unsafe io_uring_submit_and_wait_timeout(ring, &first, 1, nil, nil)
        }
        var timeout = __kernel_timespec()
        timeout.tv_sec = Int64(timeoutNanoseconds / 1_000_000_000)
        timeout.tv_nsec = Int64(timeoutNanoseconds % 1_000_000_000)
        return unsafe io_uring_submit_and_wait_timeout(ring, &first, 1, &timeout, nil)
    }

    private static func completion(_ cqe: io_uring_cqe) -> Completion? {
        let token = Token(rawValue: cqe.user_data)
        if token.operation == .cancel { return nil }
        let hasBuffer = cqe.flags & UInt32(IORING_CQE_F_BUFFER) != 0
        return Completion(
            token: token,
            result: cqe.res,
            buffer: hasBuffer ? UInt16(truncatingIfNeeded: cqe.flags >> 16) : nil,
            more: cqe.flags & UInt32(IORING_CQE_F_MORE) != 0
        )
    }

    /// A free submission entry; a full queue is handed to the kernel first.
    private mutating func entry() -> UnsafeMutablePointer<io_uring_sqe> {
        while true {
            if let sqe = unsafe io_uring_get_sqe(ring) { return unsafe sqe }
            submitCount += 1
            let code = unsafe io_uring_submit(ring)
            precondition(
                code >= 0 || [-EINTR, -EBUSY, -EAGAIN].contains(code),
                "the kernel takes no submissions"
            )
        }
    }
}
