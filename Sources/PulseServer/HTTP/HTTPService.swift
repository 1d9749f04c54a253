package import Logging
package import PulseReactor
import PulseWire

/// HTTP/1.1 on the reactor's connections, and the way from there to WebSocket.
///
/// Requests are answered one after the other; what a client sends ahead waits in its session, and
/// when that is full the client's input rests.
package final class HTTPService: ConnectionService {
    private struct Books {
        var metrics = HTTPMetrics()
        var dates = DateClock()
        /// By slot of their connections.
        var sessions: [Session?] = []
    }

    let reactor: Reactor
    let log: Logger
    unowned let delegate: any HTTPDelegate
    unowned let webSockets: (any WebSocketDelegate)?
    let messageBytesMax: Int
    let proxies: TrustedProxies
    let basePath: BasePath
    /// Where clients of trusted proxies have their share of what may be open.
    let budget: ConnectionBudget?
    /// What inflates the messages of all its WebSockets, one after the other.
    private(set) lazy var inflater = MessageInflater()
    /// What every request needs: in a cell, since each look at such a property of a class is
    /// checked at run time.
    private let books = UnsafeCell(Books())
    var metrics: HTTPMetrics {
        _read { yield books.value.metrics }
        _modify { yield &books.value.metrics }
    }
    var dates: DateClock {
        _read { yield books.value.dates }
        _modify { yield &books.value.dates }
    }
    private var sessions: [Session?] {
        _read { yield books.value.sessions }
        _modify { yield &books.value.sessions }
    }
    private(set) var sessionCount = 0
    /// The server stops: answers close their connections.
    private(set) var isStopping = false
    /// Who waits for the last connection to end.
    private var emptied: CheckedContinuation<Void, Never>?
    /// Who waits for the first connection.
    private var occupied: CheckedContinuation<Void, Never>?

    /// A service whose WebSockets, if it has any, take messages up to so many bytes.
    package init(
        reactor: Reactor,
        delegate: any HTTPDelegate,
        webSockets: (any WebSocketDelegate)? = nil,
        messageBytesMax: Int = ServerLimits.commandBytesMax,
        proxies: TrustedProxies = TrustedProxies(),
        basePath: BasePath = BasePath(),
        budget: ConnectionBudget? = nil,
        log: Logger
    ) {
        self.reactor = reactor
        self.messageBytesMax = messageBytesMax
        self.proxies = proxies
        self.basePath = basePath
        self.budget = budget
        self.delegate = delegate
        self.webSockets = webSockets
        self.log = log
    }

    // MARK: ConnectionService

    package var refusal: StaticString? { Response.noRoom }

    package func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        let slot = Int(connection.slot)
        while sessions.count <= slot { sessions.append(nil) }
        sessions[slot] = Session(
            id: connection,
            peer: peer,
            isTrusted: proxies.contains(peer),
            now: reactor.now
        )
        sessionCount += 1
        occupied.take()?.resume()
    }

    package func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        guard let session = session(connection) else { return }
        if session.discardsInput { return }
        if session.phase == .answering || session.phase == .asking || session.isHeld {
            unsafe session.input.append(contentsOf: bytes)
        } else if session.input.isEmpty {
            // The usual case: whole requests and messages, dealt with where they lie.
            let consumed = unsafe process(session, bytes)
            if consumed == bytes.count { return }
            unsafe session.input.append(contentsOf: bytes[consumed...])
        } else {
            unsafe session.input.append(contentsOf: bytes)
            processInput(session)
        }
        limitInput(session)
    }

    package func inputEnded(_ connection: ConnectionID) {
        guard let session = session(connection) else { return }
        session.inputEnded = true
        // A client may end its side and still read what is on its way.
        if !session.hasLastWords { reactor.close(connection) }
    }

    package var takesSentTogether: Bool { true }

    package func sent(_ connection: ConnectionID) {
        preconditionFailure("HTTP is told of its sends together")
    }

    package func sent(together connections: Span<ConnectionID>) {
        guard let webSockets else {
            for index in connections.indices where reactor.isOpen(connections[index]) {
                tend(connections[index])
            }
            return
        }
        for connection in webSockets.sent(connections) where reactor.isOpen(connection) {
            tend(connection)
        }
    }

    private func tend(_ connection: ConnectionID) {
        guard let session = session(connection) else { return }
        switch session.phase {
        case .webSocket: webSockets?.tend(session)
        case .answering: answered(session)
        case .head, .body, .asking, .draining: break
        }
    }

    package func closed(_ connection: ConnectionID) {
        guard let session = session(connection) else { return }
        sessions[Int(connection.slot)] = nil
        sessionCount -= 1
        giveShare(session)
        if session.webSocket != nil {
            metrics.webSocketsOpen -= 1
            webSockets?.closed(session)
        }
        if sessionCount == 0 { emptied.take()?.resume() }
    }

    // MARK: Sessions

    /// The session of a connection that is open.
    package func session(_ connection: ConnectionID) -> Session? {
        let slot = Int(connection.slot)
        guard slot < sessions.count, let session = sessions[slot], session.id == connection else {
            return nil
        }
        return session
    }

    /// Goes on with what a session has kept, once it may.
    package func resume(_ session: Session) {
        session.isHeld = false
        processInput(session)
        limitInput(session)
    }

    /// Ends our side; the connection is gone when the peer has ended its own, or after two seconds.
    package func drain(_ session: Session) {
        session.phase = .draining
        ignoreInput(session)
        session.deadline = reactor.now + ServerLimits.drainNanoseconds
        if session.inputEnded {
            reactor.close(session.id)
        } else {
            reactor.endOutput(session.id)
            resumeInput(session)
        }
    }

    /// Looks at nothing more that the peer sends: our last words are on their way.
    package func ignoreInput(_ session: Session) {
        session.discardsInput = true
        session.input = []
    }

    /// Ends the connections whose time is up.
    package func sweep(at now: MonotonicTime) {
        for case let session? in sessions {
            guard let deadline = session.deadline, deadline <= now, reactor.isOpen(session.id)
            else { continue }
            metrics.note(timeout: session.wait)
            if session.phase == .head || session.phase == .body, session.hasBegunRequest {
                fail(session, .requestTimeout, "the request did not arrive in time")
            } else if session.wait == .answer {
                reactor.abort(session.id)
            } else {
                reactor.close(session.id)
            }
        }
    }

    /// Ends what has no request in work; the rest ends behind its answer.
    func stop() {
        isStopping = true
        for case let session? in sessions where session.phase == .head {
            reactor.close(session.id)
        }
    }

    /// Ends everything at once.
    func closeAll() {
        for case let session? in sessions { reactor.close(session.id) }
    }

    // MARK: Presence

    /// Returns when the last connection has ended.
    func whenEmpty() async {
        if sessionCount > 0 { await withCheckedContinuation { emptied = $0 } }
    }

    /// Returns when there is a connection, or at `endWaiting`.
    func whenOccupied() async {
        if sessionCount == 0 { await withCheckedContinuation { occupied = $0 } }
    }

    /// Lets go who waits for a connection.
    func endWaiting() { occupied.take()?.resume() }

    // MARK: Input

    private func processInput(_ session: Session) {
        var input = session.input
        session.input = []
        let consumed = unsafe input.withUnsafeMutableBytes { unsafe process(session, $0) }
        if consumed < input.count {
            input.removeFirst(consumed)
            session.input = input
        }
    }

    /// Lets a client that sends ahead of its answers wait, or go on.
    private func limitInput(_ session: Session) {
        guard reactor.isOpen(session.id) else { return }
        let isFull = session.input.count >= ServerLimits.inputBytesMax
        if isFull, !session.inputIsPaused {
            session.inputIsPaused = true
            metrics.inputPauses += 1
            reactor.pauseReceiving(session.id)
        } else if !isFull {
            resumeInput(session)
        }
    }

    private func resumeInput(_ session: Session) {
        guard session.inputIsPaused else { return }
        session.inputIsPaused = false
        reactor.resumeReceiving(session.id)
    }
}
