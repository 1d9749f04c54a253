import Logging
import PulseFleet
import PulseJSON
import PulseReactor
import PulseWire

// MARK: WebSockets

extension ShardServer: HTTPDelegate, WebSocketDelegate {
    var webSocketPath: String { "/ws" }

    func opened(_ session: Session) {
        // Read first: the hub is being changed while the closure runs.
        let timestamp = hub.timestamp
        if session.deflates { setup.deflatingClients.enter() }
        hub.add(session.id, deflates: session.deflates) {
            setup.greeting.encode(ts: timestamp, into: &$0)
        }
        if isStopping { close(session.id, .goingAway, "the server stops") }
    }

    func received(_ session: Session, _ event: WebSocketEvent, _ payload: RawSpan) -> Bool {
        hub.noteHeard(session.id)
        switch event {
        case .text: obey(session.id, payload)
        case .binary: close(session.id, .unsupportedData, "commands are text")
        case .ping: hub.send(session.id, control: WebSocketControlFrame.pong(payload))
        case .pong: break
        case .close(let code):
            close(session.id, frame: WebSocketControlFrame.close(code: code))
        }
        return hub.hasControlRoom(session.id)
    }

    func failed(_ session: Session, _ error: WebSocketError) {
        log.debug(
            "a WebSocket was refused",
            metadata: ["why": "\(error.reason)", "client": "\(session.client.hostText)"]
        )
        close(session.id, error.closeCode, String(describing: error.reason))
    }

    func sent(_ connections: Span<ConnectionID>) -> [ConnectionID] { hub.sent(connections) }

    func tend(_ session: Session) {
        if hub.isClosing(session.id) {
            if hub.isAtRest(session.id) { http?.drain(session) }
        } else if session.isHeld, hub.hasControlRoom(session.id) {
            http?.resume(session)
        }
    }

    /// Lets dashboards go on whose input has rested until they were answered.
    func tend(_ ids: [ConnectionID]) {
        for id in ids { if let session = http?.session(id) { tend(session) } }
    }

    func closed(_ session: Session) {
        if session.deflates { setup.deflatingClients.leave() }
        hub.remove(session.id)
    }

    /// Sends a close frame; the connection ends when it has been taken.
    func close(_ id: ConnectionID, _ code: WebSocketCloseCode, _ reason: String) {
        close(id, frame: WebSocketControlFrame.close(code, reason: reason))
    }

    private func close(_ id: ConnectionID, frame: [UInt8]) {
        hub.send(id, control: frame, closing: true)
        if let session = http?.session(id) { http?.ignoreInput(session) }
    }

    /// Gives a dashboard what it has asked the fleet for.
    private func tell(_ id: ConnectionID, _ answer: Answer) {
        switch answer {
        case .history(let json): hub.reply(id, capacity: json.count) { $0.raw(json.span) }
        case .refreshed(let name):
            hub.reply(id) { writer in
                writer.fragment("{\"type\":\"refresh\",\"remote\":")
                writer.string(name)
                writer.fragment("}")
            }
        case .refused(let refusal): hub.reply(id) { refusal.encode(into: &$0) }
        case .readiness, .state, .report:
            preconditionFailure("a dashboard asks for histories and refreshes only")
        }
    }

    /// Asks the fleet for a dashboard.
    private func ask(_ question: Question, for id: ConnectionID) {
        let asker = Asker(connection: id, isToldOfTLS: false, isDashboard: true)
        if let answer = origin.ask(question, for: asker) {
            tell(id, answer)
        } else {
            hub.noteQuestion(id)
        }
    }

    /// Gives a dashboard an answer for which it has waited, and lets it ask on.
    func take(_ answer: Answer, forDashboard id: ConnectionID) {
        hub.noteAnswer(id)
        tell(id, answer)
        if let session = http?.session(id) { tend(session) }
    }

    /// Does what a dashboard asks, or says why not.
    private func obey(_ id: ConnectionID, _ text: RawSpan) {
        do throws(CommandRefusal) {
            switch try DashboardCommand(text) {
            case .subscribe(let stream, let epoch, let generation):
                let resume = epoch == setup.greeting.epochText ? generation : nil
                try watch(stream, resume, for: id)
            case .focus(let stream): try watch(stream, nil, for: id)
            case .unfocus: hub.lookAway(id)
            case .history(let query): ask(.history(query), for: id)
            case .refresh(let name): ask(.refresh(name), for: id)
            case .unsubscribe(let stream): hub.unsubscribe(id, from: stream)
            case .ping(let number):
                hub.reply(id) { writer in
                    writer.fragment("{\"type\":\"pong\",\"id\":")
                    if let number { writer.int(number) } else { writer.null() }
                    writer.fragment("}")
                }
            }
        } catch {
            hub.reply(id) { error.encode(into: &$0) }
        }
    }

    /// Subscribes a dashboard; with a resource it looks away from any other.
    private func watch(
        _ stream: StreamKey,
        _ resume: UInt64?,
        for id: ConnectionID
    ) throws(CommandRefusal) {
        if case .resource = stream { hub.lookAway(id, except: stream) }
        try hub.subscribe(id, to: stream, after: resume)
    }
}
