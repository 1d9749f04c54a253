import PulseReactor
import PulseWire

/// Who answers the requests of a listener.
protocol HTTPResponder: AnyObject {
    /// Answers a request; `nil` leaves the client waiting for good.
    func respond(to request: APIRequest) -> APIAnswer?
}

/// HTTP/1.1 as pveproxy speaks it: one request at a time, 100 on a connection, 5 s between two.
final class HTTPConnections: ConnectionService {
    private let reactor: Reactor
    private weak var responder: (any HTTPResponder)?
    private var sessions: [HTTPSession?] = []
    private(set) var count = 0

    init(reactor: Reactor, responder: any HTTPResponder) {
        self.reactor = reactor
        self.responder = responder
    }

    // MARK: ConnectionService

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        let slot = Int(connection.slot)
        while sessions.count <= slot { sessions.append(nil) }
        sessions[slot] = HTTPSession(connection, now: reactor.now)
        count += 1
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        guard let session = session(connection), session.phase != .draining else { return }
        unsafe session.input.append(contentsOf: bytes)
        process(session)
        if session.input.count >= SimulatorLimits.inputBytesMax, !session.inputIsPaused {
            session.inputIsPaused = true
            reactor.pauseReceiving(connection)
        }
    }

    func inputEnded(_ connection: ConnectionID) {
        guard let session = session(connection) else { return }
        // A client may end its side and still read what is on its way.
        session.inputEnded = true
        if session.phase != .answering { reactor.close(connection) }
    }

    func sent(_ connection: ConnectionID) {
        guard let session = session(connection), session.phase == .answering else { return }
        if session.inputEnded {
            reactor.close(connection)
        } else if session.closesBehindAnswer {
            session.phase = .draining
            session.deadline = reactor.now + SimulatorLimits.drainNanoseconds
            session.input = []
            reactor.endOutput(connection)
        } else {
            session.phase = .head
            session.decoder.reset()
            session.deadline = reactor.now + SimulatorLimits.keepAliveNanoseconds
            process(session)
        }
        if session.inputIsPaused {
            session.inputIsPaused = false
            reactor.resumeReceiving(connection)
        }
    }

    func closed(_ connection: ConnectionID) {
        guard session(connection) != nil else { return }
        sessions[Int(connection.slot)] = nil
        count -= 1
    }

    private func session(_ connection: ConnectionID) -> HTTPSession? {
        let slot = Int(connection.slot)
        guard slot < sessions.count, let session = sessions[slot], session.id == connection else {
            return nil
        }
        return session
    }

    // MARK: Time and end

    /// Sends the answers whose delay is over, and ends the connections whose time is up.
    func sweep(at now: MonotonicTime) {
        for case let session? in sessions {
            guard let deadline = session.deadline, deadline <= now else { continue }
            if session.phase == .delayed { send(session) } else { reactor.close(session.id) }
        }
    }

    /// Ends every connection at once.
    func closeAll() {
        for case let session? in sessions { reactor.close(session.id) }
    }

    // MARK: Requests

    private func process(_ session: HTTPSession) {
        while !session.input.isEmpty, reactor.isOpen(session.id) {
            let input = session.input
            let consumed: Int?
            switch session.phase {
            case .head: consumed = unsafe takeHead(session, input.span.bytes)
            case .body: consumed = unsafe dropBody(session, input.span.bytes)
            case .delayed, .silent, .answering, .draining: return
            }
            guard let consumed else { return }
            if !session.input.isEmpty { session.input.removeFirst(consumed) }
        }
    }

    private func takeHead(_ session: HTTPSession, _ bytes: RawSpan) -> Int? {
        do throws(HTTPError) {
            guard let byteCount = try session.decoder.decodeHead(bytes) else {
                session.deadline = reactor.now + SimulatorLimits.requestNanoseconds
                return nil
            }
            var request = APIRequest(session.decoder, in: bytes)
            let body = try HTTPBodyDecoder(
                session.decoder.bodyFraming,
                bytesMax: SimulatorLimits.bodyBytesMax
            )
            request.hasContent = !body.isDone
            if body.isDone {
                answer(session, request)
            } else {
                session.bodyDecoder = body
                session.request = request
                session.phase = .body
                session.deadline = reactor.now + SimulatorLimits.requestNanoseconds
            }
            return byteCount
        } catch {
            refuse(session, error)
            return nil
        }
    }

    private func dropBody(_ session: HTTPSession, _ bytes: RawSpan) -> Int? {
        guard var decoder = session.bodyDecoder else { return nil }
        do throws(HTTPError) {
            let step = try decoder.step(bytes)
            session.bodyDecoder = decoder
            if decoder.isDone, let request = session.request {
                session.bodyDecoder = nil
                session.request = nil
                answer(session, request)
            }
            return step.consumed > 0 || decoder.isDone ? step.consumed : nil
        } catch {
            refuse(session, error)
            return nil
        }
    }

    // MARK: Answers

    private func refuse(_ session: HTTPSession, _ error: HTTPError) {
        session.closesBehindAnswer = true
        let status = error.status
        let answer = APIAnswer(Int(status.rawValue), String(describing: status.reasonPhrase))
        session.answer = answer.encoded(.http11, keepsConnection: false, omitsBody: false)
        send(session)
    }

    private func answer(_ session: HTTPSession, _ request: APIRequest) {
        guard let answer = responder?.respond(to: request) else {
            session.phase = .silent
            session.deadline = nil
            return
        }
        session.requestsLeft -= 1
        session.closesBehindAnswer =
            answer.closes || session.requestsLeft == 0 || !session.decoder.keepAlive
        session.answer = answer.encoded(
            session.decoder.version,
            keepsConnection: !session.closesBehindAnswer,
            omitsBody: request.method == "HEAD"
        )
        if answer.delayMilliseconds > 0 {
            session.phase = .delayed
            session.deadline = reactor.now + UInt64(answer.delayMilliseconds) * 1_000_000
        } else {
            send(session)
        }
    }

    private func send(_ session: HTTPSession) {
        let bytes = session.answer
        session.answer = []
        session.phase = .answering
        session.deadline = reactor.now + SimulatorLimits.answerNanoseconds
        reactor.send(session.id, bytes: bytes)
    }
}

extension APIRequest {
    /// Copies what the API looks at out of a decoded head.
    fileprivate init(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) {
        let path = head.string(in: decoder.target.path)
        let query = decoder.target.query.map { "?" + head.string(in: $0) } ?? ""
        self.init(method: String(describing: decoder.method.name), path + query)
        authorization = decoder.header("authorization", in: head).map { head.string(in: $0) }
        cookie = decoder.header("cookie", in: head).map { head.string(in: $0) }
    }
}

extension APIAnswer {
    /// The answer on the wire, with the header fields of pveproxy in their order.
    fileprivate func encoded(
        _ version: HTTPVersion,
        keepsConnection: Bool,
        omitsBody: Bool
    ) -> [UInt8] {
        // A client of HTTP/1.0 knows no chunks.
        let chunkBytesMax = version == .http10 ? nil : chunkBytesMax
        let date = HTTPDate(secondsSince1970: Int64(WallClock.nanosecondsNow() / 1_000_000_000))
        var head = """
            HTTP/1.1 \(status) \(reason)\r
            Cache-Control: max-age=0\r
            Connection: \(keepsConnection ? "Keep-Alive" : "close")\r
            Date: \(date.text)\r
            Pragma: no-cache\r
            Server: pve-api-daemon/3.0\r

            """
        // An answer without a body has no length either: its end is that of the connection.
        if !body.isEmpty {
            head +=
                chunkBytesMax == nil
                ? "Content-Length: \(body.count)\r\n" : "Transfer-Encoding: chunked\r\n"
        }
        if let contentType { head += "Content-Type: \(contentType)\r\n" }
        head += "Expires: \(date.text)\r\n\r\n"
        if omitsBody || body.isEmpty { return Array(head.utf8) }
        let content = chunkBytesMax.map { HTTPChunks.encode(body, bytesMax: $0) } ?? body
        return Array(head.utf8) + content
    }
}
