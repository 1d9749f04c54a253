import CIOUring

/// How the reactor was told to talk to the kernel.
package enum IOChoice: String, Sendable, CaseIterable {
    /// io_uring where the kernel allows it, else epoll.
    case auto
    case uring
    case epoll
}

/// The kernel behind one completion-shaped interface.
///
/// An operation is started with a token; what became of it comes out of `reap` with that token.
/// epoll emulates this: it makes the system call when the descriptor is ready. The reverse,
/// io_uring behind a readiness interface, would throw away what io_uring is for.
///
/// The cases hold addresses and not values: an enum with a large payload is copied at each call.
struct Backend: ~Copyable {
    @safe private enum Kind {
        case uring(UnsafeMutablePointer<UringBackend>)
        case epoll(UnsafeMutablePointer<EpollBackend>)
        #if DEBUG
        case simulated(SimulatedKernel)
        #endif
    }

    private let kind: Kind

    /// Why `auto` did not give io_uring, in words for the log; `nil` when it did or was not asked.
    let fallbackCause: String?

    /// Opens the backend on the calling thread, which must be the one that uses it.
    init(_ choice: IOChoice) throws(SystemError) {
        var cause: String?
        if choice != .epoll {
            do throws(UringRefusal) {
                let backend = UnsafeMutablePointer<UringBackend>.allocate(capacity: 1)
                do throws(UringRefusal) {
                    unsafe backend.initialize(to: try UringBackend())
                } catch {
                    unsafe backend.deallocate()
                    throw error
                }
                unsafe kind = .uring(backend)
                fallbackCause = nil
                return
            } catch {
                guard choice == .auto else {
                    throw SystemError(call: error.cause, code: error.code)
                }
                cause = error.cause
            }
        }
        let backend = UnsafeMutablePointer<EpollBackend>.allocate(capacity: 1)
        do throws(SystemError) {
            unsafe backend.initialize(to: try EpollBackend())
        } catch {
            unsafe backend.deallocate()
            throw error
        }
        unsafe kind = .epoll(backend)
        fallbackCause = cause
    }

    #if DEBUG
    /// A kernel that exists in memory only.
    init(_ kernel: SimulatedKernel) {
        kind = .simulated(kernel)
        fallbackCause = nil
    }

    /// The simulated kernel, where it is one.
    var simulated: SimulatedKernel? {
        if case .simulated(let kernel) = kind { kernel } else { nil }
    }
    #endif

    deinit {
        // This value is the only owner of the backend behind the address.
        switch kind {
        case .uring(let backend):
            unsafe backend.deinitialize(count: 1)
            unsafe backend.deallocate()
        case .epoll(let backend):
            unsafe backend.deinitialize(count: 1)
            unsafe backend.deallocate()
        #if DEBUG
        case .simulated(let kernel): kernel.end()
        #endif
        }
    }

    /// "io_uring" or "epoll".
    var name: String {
        switch kind {
        case .uring: "io_uring"
        case .epoll: "epoll"
        #if DEBUG
        case .simulated: "simulated"
        #endif
        }
    }

    /// Calls that handed operations over to the kernel; none where it is simulated.
    var submitCount: UInt64 {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.submitCount
        case .epoll(let backend): unsafe backend.pointee.submitCount
        #if DEBUG
        case .simulated: 0
        #endif
        }
    }

    /// Accepts connections until an error ends it; each completion is a non-blocking descriptor.
    func accept(_ fd: Int32, _ token: Token) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.accept(fd, token)
        case .epoll(let backend): unsafe backend.pointee.accept(fd, token)
        #if DEBUG
        case .simulated(let kernel): kernel.accept(fd, token)
        #endif
        }
    }

    /// Connects a non-blocking socket; the address stays in place until the completion.
    ///
    /// The result is 0, or -errno.
    func connect(
        _ fd: Int32,
        _ address: UnsafePointer<sockaddr>,
        _ length: socklen_t,
        _ token: Token
    ) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.connect(fd, address, length, token)
        case .epoll(let backend): unsafe backend.pointee.connect(fd, address, length, token)
        #if DEBUG
        case .simulated(let kernel):
            kernel.connect(fd, UInt(bitPattern: address), length, token)
        #endif
        }
    }

    /// Receives until the stream ends, an error occurs, or it is cancelled; or `once`, and then at
    /// most `Limits.handshakeReceiveBytes`.
    func receive(_ fd: Int32, _ token: Token, once: Bool) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.receive(fd, token, once: once)
        case .epoll(let backend): unsafe backend.pointee.receive(fd, token, once: once)
        #if DEBUG
        case .simulated(let kernel): kernel.receive(fd, token, once: once)
        #endif
        }
    }

    /// Sends what `message` gathers; it and its bytes stay in place until the completion.
    ///
    /// The result may be short; the caller sends the rest.
    func send(_ fd: Int32, _ message: UnsafeMutablePointer<msghdr>, _ token: Token) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.send(fd, message, token)
        case .epoll(let backend): unsafe backend.pointee.send(fd, message, token)
        #if DEBUG
        case .simulated(let kernel):
            kernel.send(fd, message: UInt(bitPattern: message), token)
        #endif
        }
    }

    /// Sends bytes that stay in place until the completion; the result may be short.
    func send(_ fd: Int32, _ bytes: UnsafeRawBufferPointer, _ token: Token) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.send(fd, bytes, token)
        case .epoll(let backend): unsafe backend.pointee.send(fd, bytes, token)
        #if DEBUG
        case .simulated(let kernel):
            let address = UInt(bitPattern: bytes.baseAddress)
            kernel.send(fd, bytes: address, count: bytes.count, token)
        #endif
        }
    }

    /// Reports once when one of `events` (POLLIN, POLLOUT) holds.
    func poll(_ fd: Int32, events: UInt32, _ token: Token) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.poll(fd, events: events, token)
        case .epoll(let backend): unsafe backend.pointee.poll(fd, events: events, token)
        #if DEBUG
        case .simulated(let kernel): kernel.poll(fd, events: events, token)
        #endif
        }
    }

    /// Asks for the end of an operation, which then completes with -ECANCELED if it still ran.
    func cancel(_ fd: Int32, _ token: Token) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.cancel(token)
        case .epoll(let backend): unsafe backend.pointee.cancel(fd, token)
        #if DEBUG
        case .simulated(let kernel): kernel.cancel(token)
        #endif
        }
    }

    /// Closes a descriptor on which no operation is in flight.
    func close(_ fd: Int32) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.close(fd)
        case .epoll(let backend): unsafe backend.pointee.close(fd)
        #if DEBUG
        case .simulated(let kernel): kernel.close(fd)
        #endif
        }
    }

    /// Takes a receive buffer back.
    func recycle(_ buffer: UInt16) {
        switch kind {
        case .uring(let backend): unsafe backend.pointee.recycle(buffer)
        case .epoll(let backend): unsafe backend.pointee.recycle(buffer)
        #if DEBUG
        case .simulated(let kernel): kernel.recycle(buffer)
        #endif
        }
    }

    /// The bytes of a receive completion; valid until its buffer is recycled.
    func bytes(of completion: Completion) -> UnsafeRawBufferPointer {
        guard let buffer = completion.buffer, completion.result > 0 else {
            return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        let count = Int(completion.result)
        switch kind {
        case .uring(let backend):
            return unsafe UnsafeRawBufferPointer(
                start: backend.pointee.buffers.address(of: buffer),
                count: count
            )
        case .epoll(let backend):
            return unsafe UnsafeRawBufferPointer(
                start: backend.pointee.buffers.address(of: buffer),
                count: count
            )
        #if DEBUG
        case .simulated(let kernel):
            return unsafe UnsafeRawBufferPointer(
                start: UnsafeRawPointer(bitPattern: kernel.bufferAddress(buffer)),
                count: count
            )
        #endif
        }
    }

    /// Hands everything queued to the kernel and appends what has completed.
    ///
    /// Waits for the first completion for at most `timeoutNanoseconds`; `nil` waits without end, 0
    /// does not wait.
    func reap(
        into completions: inout [Completion],
        timeoutNanoseconds: UInt64?
    ) throws(SystemError) {
        switch kind {
        case .uring(let backend):
            try unsafe backend.pointee.reap(
                into: &completions,
                timeoutNanoseconds: timeoutNanoseconds
            )
        case .epoll(let backend):
            try unsafe backend.pointee.reap(
                into: &completions,
                timeoutNanoseconds: timeoutNanoseconds
            )
        #if DEBUG
        case .simulated(let kernel):
            kernel.reap(into: &completions, timeoutNanoseconds: timeoutNanoseconds)
        #endif
        }
    }
}
