import CIOUring
import DequeModule
import Glibc

/// One thread's loop: it waits, reaps a whole batch, runs the handlers, and submits once.
///
/// It is also the executor of the thread's async code (`Reactor+Executor.swift`). Everything but
/// `stop` and `enqueue` may be called on its own thread only, which is the one that made it.
package final class Reactor {
    private let cell: UnsafeCell<ReactorCore>
    /// Only the extensions of this class use it.
    var core: ReactorCore {
        _read { yield cell.value }
        _modify { yield &cell.value }
    }
    private(set) var services: [any ConnectionService] = []
    private var receivers: [WeakReceiver] = []
    private var jobs = Deque<UnownedJob>()
    /// The connections whose services are being told of a send.
    private var told: [ConnectionID] = []
    private var isStopped = false
    /// Set while `run` ends what is in flight: who waits then is cancelled.
    private var isEnding = false
    /// Tasks inside `sleep` and `poll`.
    private var waiterCount = 0
    /// Is told of each turn that took longer than `Limits.slowTurnNanoseconds`.
    package var onSlowTurn: ((SlowTurn) -> Void)?
    let mailbox: Mailbox
    private let thread = pthread_self()

    /// "io_uring" or "epoll".
    package let backendName: String
    /// Why io_uring was not taken although `auto` was asked for, in words for the log.
    package let fallbackCause: String?
    /// The monotonic clock as this turn read it.
    package var now: MonotonicTime { core.now }

    /// Makes a reactor for the calling thread.
    package convenience init(
        io: IOChoice,
        connectionsMax: Int = Limits.connectionsMax
    ) throws(SystemError) {
        try self.init(try Backend(io), connectionsMax: connectionsMax)
    }

    #if DEBUG
    /// Makes a reactor over a kernel that exists in memory only.
    package convenience init(
        simulated kernel: SimulatedKernel,
        connectionsMax: Int = Limits.connectionsMax
    ) throws(SystemError) {
        try self.init(Backend(kernel), connectionsMax: connectionsMax)
    }

    /// The kernel that it runs on, where that is simulated.
    package var simulatedKernel: SimulatedKernel? { core.backend.simulated }
    #endif

    private init(_ backend: consuming Backend, connectionsMax: Int) throws(SystemError) {
        backendName = backend.name
        fallbackCause = backend.fallbackCause
        mailbox = try Mailbox(backend.openBell())
        cell = UnsafeCell(ReactorCore(backend: backend, connectionsMax: connectionsMax))
        armWake()
    }

    // MARK: The loop

    /// Runs turns until `stop`, and then ends everything that is in flight.
    ///
    /// Listeners and connections are closed, and their services told; sleeps and polls end with
    /// `CancellationError`. When it returns, the kernel holds no memory of the reactor any more.
    package func run() throws(SystemError) {
        precondition(isOnThread, "a reactor runs on the thread that made it")
        // What was prepared before is no part of the first turn.
        core.watch.begin(at: .now())
        while !isStopped { try turn() }
        try end()
        returnFrames()
    }

    /// One pass: what is due runs, and what it asked for goes to the kernel in one submit, among
    /// that every frame to be sent; then everything is handled that has completed.
    package func turn() throws(SystemError) {
        core.metrics.turns += 1
        fireTimers()
        runJobs()
        // Whoever waits for the end of a connection goes on in this turn and not after it.
        tellClosed()
        if core.frames.hasReturns { returnFrames() }
        endTurn()
        try submitAndWait(waitNanoseconds())
        handleCompletions()
    }

    /// Hands everything queued to the kernel and waits for the first completion.
    private func submitAndWait(_ timeoutNanoseconds: UInt64?) throws(SystemError) {
        try core.reap(timeoutNanoseconds: timeoutNanoseconds)
        core.now = MonotonicTime.now()
        core.watch.begin(at: core.now)
    }

    /// Deals with all that has completed; sends are told of together, in front of what else came.
    private func handleCompletions() {
        let count = core.completions.count
        core.metrics.completions += UInt64(count)
        continueHandshakes()
        for index in 0..<count {
            let completion = core.completions[index]
            if completion.token.operation == .send {
                core.watch.enter(TurnWatch.Work(kind: .operation, operation: .send))
                core.noteSent(completion)
                continue
            }
            tellSent()
            core.watch.enter(work(of: completion.token))
            dispatch(completion)
            if let buffer = completion.buffer { core.backend.recycle(buffer) }
            tellClosed()
        }
        tellSent()
        tellClosed()
        core.completions.removeAll(keepingCapacity: true)
        core.feedStarved()
    }

    /// Goes on with the handshakes that have waited for this turn.
    private func continueHandshakes() {
        core.handshakes.beginTurn()
        while let (id, frame) = core.nextHandshake() {
            let service = core.connections[id.slot].service
            core.watch.enter(
                TurnWatch.Work(kind: .operation, operation: .receive, service: service)
            )
            unsafe decrypt(id, frame.bytes, for: services[Int(service)])
            core.frames.release(frame)
            if core.connections.isOpen(id) { core.armReceive(id.slot) }
            tellClosed()
        }
        // Those that have left while they waited.
        tellClosed()
    }

    /// Tells the services of the connections that ended without the kernel's help.
    private func tellClosed() {
        while let (id, service) = core.popEnded() { services[Int(service)].closed(id) }
    }

    /// Ends everything that is in flight, and lets the tasks that waited for it come to their end.
    private func end() throws(SystemError) {
        isEnding = true
        // Services hold their reactor, so one of the two has to let go.
        defer { services = [] }
        core.stopListening()
        for id in core.connections.liveIDs { close(id) }
        while let action = core.timers.popAny() {
            switch action {
            case .resume(let continuation): continuation.resume(throwing: CancellationError())
            // Nobody waits for last words any more.
            case .endClosing(let id): core.expireClosing(id)
            case .none, .resumeAccepting, .endPoll, .endConnect: break
            }
        }
        core.cancelPolls()
        // A task that goes on and on is left behind.
        for _ in 0..<Limits.endingTurnsMax {
            runJobs()
            tellClosed()
            if jobs.isEmpty, !core.isBusy, waiterCount == 0 { return }
            try submitAndWait(jobs.isEmpty ? Limits.endingWaitNanoseconds : 0)
            handleCompletions()
        }
    }

    private func waitNanoseconds() -> UInt64? {
        if !jobs.isEmpty || core.hasStarved { return 0 }
        let now = MonotonicTime.now()
        let timer = core.timers.nextDeadline().map { $0.nanoseconds(since: now) }
        guard let handshake = core.handshakes.waitNanoseconds(at: now) else { return timer }
        return min(handshake, timer ?? .max)
    }

    private func fireTimers() {
        while let action = core.timers.popDue(at: now) {
            core.watch.enter(.timers)
            core.metrics.timerLag.add(core.timers.latenessNanoseconds)
            switch action {
            case .none: break
            case .resume(let continuation): continuation.resume()
            case .resumeAccepting(let listener): core.armAccept(listener)
            case .endPoll(let token): core.expirePoll(token)
            case .endConnect(let id): core.expireConnect(id)
            case .endClosing(let id): core.expireClosing(id)
            }
        }
    }

    private func runJobs() {
        var budget = Limits.jobsPerTurnMax
        while budget > 0, let job = jobs.popFirst() {
            budget -= 1
            core.metrics.jobs += 1
            core.watch.enter(.job)
            run(job)
        }
    }

    private func dispatch(_ completion: Completion) {
        switch completion.token.operation {
        case .receive: received(completion)
        case .accept: accepted(completion)
        case .poll: polled(completion)
        case .connect: connected(completion)
        case .wake: woken()
        case .send, .cancel: break
        }
    }

    // MARK: Completions

    private func accepted(_ completion: Completion) {
        let token = completion.token
        guard let listener = core.listeners[token] else {
            preconditionFailure("an accept completed whose listener is gone")
        }
        if !completion.more { core.listeners[token]?.isAccepting = false }
        if completion.result >= 0 {
            welcome(completion.result, listener)
        } else if [-EMFILE, -ENFILE].contains(completion.result), !listener.isEnding {
            core.refuseWaiting(listener, refusal: services[Int(listener.service)].refusal)
        }
        if completion.more { return }
        // The service may have ended the listener just now.
        core.finishListening(token)
        // Descriptors or memory ran out: the open connections are served on meanwhile.
        let pause = completion.result < 0 ? Limits.acceptPauseNanoseconds : 0
        if core.listeners[token] == nil || isEnding { return }
        let timer = core.timers.reserve()
        _ = core.timers.arm(timer, at: now + pause, .resumeAccepting(listener: token))
    }

    private func welcome(_ fd: Int32, _ listener: Listener) {
        // A client that has gone already has no address any more.
        guard !listener.isEnding, let peer = core.backend.peer(of: fd) else {
            core.backend.close(fd)
            return
        }
        let service = services[Int(listener.service)]
        guard let id = core.adopt(fd, of: peer, for: listener, refusal: service.refusal) else {
            return
        }
        service.accepted(id, from: peer)
        if core.connections.isOpen(id) { core.armReceive(id.slot) }
    }

    private func connected(_ completion: Completion) {
        let id = ConnectionID(slot: completion.token.slot, generation: completion.token.generation)
        guard core.connections.isCurrent(id) else { return }
        let service = services[Int(core.connections[id.slot].service)]
        switch core.endConnect(id.slot, completion.result) {
        case .open:
            service.connected(id)
            if core.connections.isOpen(id) { core.armReceive(id.slot) }
            return
        case .greeting:
            core.armReceive(id.slot)
            return
        case .failed(let error): service.connectFailed(id, error)
        case .cancelled: break
        }
        if core.finishClosing(id.slot) { service.closed(id) }
    }

    private func received(_ completion: Completion) {
        let id = ConnectionID(slot: completion.token.slot, generation: completion.token.generation)
        guard core.connections.isCurrent(id) else { return }
        if !completion.more { core.connections[id.slot].receiving = .idle }
        let connection = core.connections[id.slot]
        if connection.phase == .closing {
            if core.finishClosing(id.slot) { services[Int(connection.service)].closed(id) }
            return
        }
        let service = services[Int(connection.service)]
        switch completion.result {
        case 1...:
            core.metrics.bytesReceived += UInt64(completion.result)
            let bytes = unsafe core.backend.bytes(of: completion)
            if connection.tls != Connection.none {
                if unsafe core.admits(id, bytes) { unsafe decrypt(id, bytes, for: service) }
            } else {
                unsafe service.received(id, UnsafeMutableRawBufferPointer(mutating: bytes))
            }
            if core.connections.isOpen(id) { core.armReceive(id.slot) }
        case 0:
            // A client that goes in the middle of its handshake has no use for an answer.
            if connection.isHandshaking {
                abandon(id, .ended)
            } else if !connection.inputEnded {
                core.connections[id.slot].inputEnded = true
                service.inputEnded(id)
            }
        case -ENOBUFS: core.starve(id)
        case -ECANCELED, -EINTR, -EAGAIN: core.armReceive(id.slot)
        default:
            abandon(id, .system(SystemError(call: "recv", code: -completion.result)))
        }
    }

    /// Closes a connection that broke; says why to the service that waits for it to be opened.
    private func abandon(_ id: ConnectionID, _ error: ConnectError) {
        if core.isGreeting(id.slot) {
            services[Int(core.connections[id.slot].service)].connectFailed(id, error)
        }
        closeForError(id)
    }

    private func closeForError(_ id: ConnectionID) {
        guard core.connections.isOpen(id) else { return }
        core.metrics.closedByError += 1
        core.close(id.slot)
    }

    /// Gives the service what ciphertext holds, and sends what TLS itself has to say to it.
    private func decrypt(
        _ id: ConnectionID,
        _ bytes: UnsafeRawBufferPointer,
        for service: any ConnectionService
    ) {
        var handshakeBegan = core.isServersHandshake(id.slot) ? MonotonicTime.now() : nil
        var rest = unsafe bytes
        // After its close_notify a peer has nothing more to say.
        while core.connections.isOpen(id), !core.connections[id.slot].inputEnded {
            let step = unsafe core.stepTLS(id.slot, &rest)
            // What the service makes of a request behind the handshake is no part of it.
            if let began = handshakeBegan {
                core.noteHandshake(since: began)
                handshakeBegan = nil
            }
            switch step {
            case .plaintext(let plaintext): unsafe service.received(id, plaintext)
            case .inputEnded: service.inputEnded(id)
            case .connected: service.connected(id)
            case .failed(let error):
                if let error { service.connectFailed(id, error) }
                closeForError(id)
            case .needsInput:
                core.pumpTLS(id.slot)
                return
            }
        }
        if core.connections.isOpen(id) { core.pumpTLS(id.slot) }
    }

    /// Tells the services which of their sends are done, a broadcast's in one go.
    @inline(never)
    private func tellSent() {
        if core.sent.isEmpty { return }
        // Taken out, since the services send again meanwhile.
        swap(&told, &core.sent)
        var first = 0
        while first < told.count {
            let index = core.connections[told[first].slot].service
            var end = first + 1
            while end < told.count, core.connections[told[end].slot].service == index { end += 1 }
            tell(services[Int(index)], first..<end)
            first = end
        }
        told.removeAll(keepingCapacity: true)
    }

    /// Tells one service of the sends of a part of `told`.
    private func tell(_ service: any ConnectionService, _ range: Range<Int>) {
        let connections = told
        if service.takesSentTogether {
            service.sent(together: connections.span.extracting(range))
            return
        }
        // A service may close one connection when it hears of another.
        for id in connections[range] where core.connections.isOpen(id) { service.sent(id) }
    }

    private func polled(_ completion: Completion) {
        guard let poll = core.endPoll(completion.token), let waiting = poll.waiting else { return }
        if completion.result == -ECANCELED {
            waiting.resume(throwing: poll.isLate ? DeadlineExceeded() : CancellationError())
        } else if completion.result < 0 {
            waiting.resume(throwing: SystemError(call: "poll", code: -completion.result))
        } else {
            waiting.resume(returning: UInt32(bitPattern: completion.result))
        }
    }

    private func woken() {
        for letter in mailbox.collect() {
            switch letter {
            case .job(let job): jobs.append(job)
            case .stop: isStopped = true
            case .cancelTimer(let id): cancelTimer(id)
            case .cancelPoll(let token): core.cancelPoll(token)
            case .framesReturned(let frames): takeBack(frames)
            case .letterbox(let index): receivers[Int(index)].receiver?.lettersWait()
            }
        }
        armWake()
    }

    private func takeBack(_ frames: [FrameAddress]) {
        for address in frames { core.frames.release(unsafe Frame(header: address.header)) }
    }

    private func armWake() {
        let token = Token(.wake, slot: 0, generation: 0)
        core.backend.poll(mailbox.descriptor, events: UInt32(POLLIN), token)
    }

    // MARK: Services and receivers

    /// The service's place, which it is given when it is new.
    func index(of service: any ConnectionService) -> UInt8 {
        if let index = services.firstIndex(where: { $0 === service }) { return UInt8(index) }
        services.append(service)
        return UInt8(services.count - 1)
    }

    func addReceiver(_ receiver: any LetterReceiver) -> UInt8 {
        receivers.append(WeakReceiver(receiver: receiver))
        return UInt8(receivers.count - 1)
    }

    // MARK: Waiting (the shard's `sleep` and `poll`)

    /// Notes a task that is about to wait; `endWait` follows when it goes on.
    func beginWait() throws(CancellationError) {
        precondition(isOnThread, "a task waits on another thread than its reactor")
        if isEnding { throw CancellationError() }
        waiterCount += 1
    }

    func endWait() { waiterCount -= 1 }

    func reserveTimer() -> TimerID { core.timers.reserve() }

    /// Resumes `continuation` at `deadline`, or at once when the timer was cancelled meanwhile.
    func arm(
        _ id: TimerID,
        at deadline: MonotonicTime,
        _ continuation: CheckedContinuation<Void, any Error>
    ) {
        precondition(isOnThread, "a task sleeps on another thread than its reactor")
        if isEnding { core.timers.cancel(id) }
        if !core.timers.arm(id, at: deadline, .resume(continuation)) {
            continuation.resume(throwing: CancellationError())
        }
    }

    private func cancelTimer(_ id: TimerID) {
        if case .resume(let continuation) = core.timers.cancel(id) {
            continuation.resume(throwing: CancellationError())
        }
    }

    func reservePoll() -> Token { core.reservePoll() }

    /// Resumes `continuation` with the events that hold, or at once when the poll was cancelled.
    func beginPoll(
        _ token: Token,
        _ fd: Int32,
        events: UInt32,
        until deadline: MonotonicTime?,
        _ continuation: CheckedContinuation<UInt32, any Error>
    ) {
        precondition(isOnThread, "a task polls on another thread than its reactor")
        if isEnding { core.cancelPoll(token) }
        let isBegun = core.beginPoll(
            token,
            fd,
            events: events,
            until: deadline,
            waiting: continuation
        )
        if !isBegun {
            continuation.resume(throwing: CancellationError())
        }
    }

    // MARK: Thread

    /// Whether the caller runs on the reactor's thread.
    package var isOnThread: Bool { pthread_equal(pthread_self(), thread) != 0 }

    /// Takes a job of its own thread.
    func append(_ job: UnownedJob) { jobs.append(job) }

    /// Ends `run`; may be called from any thread.
    package func stop() { mailbox.post(.stop) }
}
