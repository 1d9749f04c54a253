import PulseFleet
import PulseJSON
import PulseLogging
import PulseReactor
import PulseWire

/// The routes of plain HTTP (docs/protocol.md section 3).
extension ShardServer {
    func bodyBytesMax(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Int? {
        if decoder.bodyFraming == .none { return nil }
        return takesReports(decoder, in: head) ? AgentIngest.encodedBytesMax : nil
    }

    private func takesReports(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Bool {
        if AgentIngest.takes(decoder.target.path, in: head) { return true }
        let whole = head.percentDecodedPath(decoder.target.path) ?? ""
        return AgentIngest.takes(configuration.basePath.route(whole) ?? whole)
    }

    func respond(toBody body: RawSpan, of session: Session, in head: RawSpan) -> Response? {
        let isMisdirected = isMisdirected(session.decoder.target.wantsTLS, session.forwarding)
        return finish(
            isMisdirected
                ? .response(.misdirected) : report(session.decoder, in: head, body: body),
            for: asker(session, host: session.decoder.host.map { head.string(in: $0) })
        )
    }

    func respond(to request: Request, of session: Session, in head: RawSpan) -> Response? {
        finish(
            answer(to: request, session.decoder, in: head),
            for: asker(session, host: request.host)
        )
    }

    private func asker(_ session: Session, host: @autoclosure () -> String?) -> Asker {
        Asker(
            connection: session.id,
            isToldOfTLS: isKnownToBrowsers && !Access.isLocalhost(host())
        )
    }

    private func finish(_ reply: Reply, for asker: Asker) -> Response? {
        switch reply {
        case .response(let response): finished(response, for: asker)
        case .question(let question):
            origin.ask(question, for: asker).map { finished(response(to: $0), for: asker) }
        }
    }

    /// Sends the answer to a question that was asked of another shard, if somebody still waits.
    func take(_ answer: Answer, for asker: Asker) {
        if asker.isDashboard { return take(answer, forDashboard: asker.connection) }
        http?.answer(asker.connection, finished(response(to: answer), for: asker))
    }

    private func finished(_ response: Response, for asker: Asker) -> Response {
        var response = response
        if asker.isToldOfTLS {
            response.headers.append(("Strict-Transport-Security", "max-age=15552000"))
        }
        return response
    }

    /// Whether a browser may be told to come by TLS only, for half a year.
    ///
    /// With a certificate of our own it would then refuse to let anybody in.
    private var isKnownToBrowsers: Bool { setup.tls.map { !$0.isSelfSigned } ?? false }

    /// What a route has to say: an answer, or what it has to ask the fleet for.
    private enum Reply {
        case response(Response)
        case question(Question)
    }

    private func answer(
        to request: Request,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    ) -> Reply {
        guard let path = request.path else {
            return .response(.error(.badRequest, code: "bad_path", "the path is malformed"))
        }
        if isMisdirected(request.wantsTLS, request.forwarding) { return .response(.misdirected) }
        if let reply = publicRoute(path) { return onlyRead(request, reply) }
        if AgentIngest.takes(path) { return report(decoder, in: head, body: RawSpan()) }
        // Nothing below is public, not even which paths there are.
        guard mayRead(request) else { return .response(ShardServer.notLocal) }
        if path == "/metrics" { return onlyRead(request, .response(metricsResponse())) }
        if path == "/api/history" { return onlyRead(request, historyRoute(decoder, in: head)) }
        if let reply = apiRoute(path) { return onlyRead(request, reply) }
        if path == "/api" || path.hasPrefix("/api/") {
            return .response(
                .error(.notFound, code: "not_found", "there is no \(path) in this API")
            )
        }
        if let reference = configuration.basePath.correction(of: path) {
            let query = decoder.target.query.map { "?\(head.string(in: $0))" } ?? ""
            return onlyRead(request, .response(.redirect(to: reference + query)))
        }
        if let response = pageFile(path, request, decoder, in: head) {
            return onlyRead(request, .response(response))
        }
        return .response(.text(.notFound, "there is nothing at this address; the page is at /"))
    }

    private func report(
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        body: RawSpan
    ) -> Reply {
        switch ingest.read(decoder, in: head, body: body) {
        case .report(let report): .question(.report(report))
        case .refused(let response): .response(response)
        }
    }

    /// Why a WebSocket may not be opened; the Origin is judged before anything else.
    func refusal(of request: Request) -> Response? {
        if isMisdirected(request.wantsTLS, request.forwarding) { return .misdirected }
        guard Access.isOwnOrigin(request, scheme: request.forwarding.scheme ?? setup.scheme) else {
            return .error(
                .forbidden,
                code: "foreign_origin",
                "a page of another origin may not read this server"
            )
        }
        return mayRead(request) ? nil : ShardServer.notLocal
    }

    /// Whether it may come over TLS only, and came without; a trusted proxy vouches for its own.
    private func isMisdirected(_ wantsTLS: Bool, _ forwarding: Forwarding) -> Bool {
        wantsTLS && forwarding.scheme != "https" && setup.tls == nil
    }

    /// Whoever is on this machine may read; what is invented, everybody.
    func mayRead(_ request: Request) -> Bool {
        configuration.isDemo || Access.isLocal(request)
    }

    static let notLocal = Response.error(
        .forbidden,
        code: "not_local",
        "until an administrator exists, this server can be read only from its own machine, "
            + "directly, by the name localhost, 127.0.0.1 or [::1]"
    )

    /// Turns an answer into a refusal where the method would change something.
    private func onlyRead(_ request: Request, _ reply: Reply) -> Reply {
        switch request.method {
        case .get, .head: return reply
        default: return .response(.methodNotAllowed("GET, HEAD"))
        }
    }

    // MARK: Public

    private func publicRoute(_ path: String) -> Reply? {
        switch path {
        case "/healthz": return .response(.text(.ok, "ok"))
        case "/readyz": return .question(.readiness)
        case "/api/health":
            return .response(
                .json(
                    .ok,
                    jsonBytes { writer in
                        writer.fragment("{\"status\":\"healthy\",\"uptime\":")
                        writer.uint(uptimeSeconds)
                        writer.fragment("}")
                    }
                )
            )
        case "/api/version":
            return .response(
                .json(
                    .ok,
                    jsonBytes { writer in
                        writer.fragment("{\"version\":")
                        writer.string(pulseVersion)
                        writer.fragment(",\"io\":")
                        writer.string(setup.backendName)
                        writer.fragment(",\"threads\":")
                        writer.int(Int64(configuration.threads))
                        writer.fragment("}")
                    }
                )
            )
        default: return nil
        }
    }

    /// Seconds since the server was made.
    private var uptimeSeconds: UInt64 {
        MonotonicTime.now().nanoseconds(since: setup.startedAt) / 1_000_000_000
    }

    // MARK: State

    private func apiRoute(_ path: String) -> Reply? {
        if path == "/api/state" { return .question(.state(nil)) }
        guard path.hasPrefix("/api/state/") else { return nil }
        guard let stream = StreamKey(String(path.dropFirst("/api/state/".count))) else {
            return .response(ShardServer.unknownStream)
        }
        return .question(.state(stream))
    }

    private static var unknownStream: Response {
        let names = StreamName.allCases.map(\.rawValue).joined(separator: ", ")
        return .error(
            .notFound,
            code: "unknown_stream",
            "there is no such stream; the streams are: \(names)"
        )
    }

    private func historyRoute(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Reply {
        do throws(CommandRefusal) {
            let items = decoder.target.query.map { head.queryItems(in: $0) } ?? []
            return .question(.history(try HistoryQuery(items)))
        } catch {
            return .response(.error(.badRequest, code: error.code, error.message))
        }
    }

    // MARK: Answers

    private func response(to answer: Answer) -> Response {
        switch answer {
        case .readiness(true): .text(.ok, "ready")
        case .readiness(false):
            .text(.serviceUnavailable, "starting: the first report is awaited")
        case .state(let json), .history(let json): .json(.ok, json)
        case .report(let verdict): ingest.response(to: verdict)
        // Of all that is asked for by HTTP only a stream may be unknown.
        case .refused, .refreshed: ShardServer.unknownStream
        }
    }

    // MARK: Page

    /// A file of the page; unknown paths that a browser opens are routes of the page itself.
    private func pageFile(
        _ path: String,
        _ request: Request,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    ) -> Response? {
        if let response = file(path, decoder, in: head) { return response }
        guard request.acceptsHTML, !path.hasPrefix("/assets/") else { return nil }
        let slashes = head.count(of: UInt8(ascii: "/"), in: decoder.target.path)
        let folders = slashes - 1 - (request.isBelowBase ? configuration.basePath.folderCount : 0)
        return folders <= 0 ? file("/", decoder, in: head) : setup.assets.page(inFolder: folders)
    }

    private func file(
        _ path: String,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    ) -> Response? {
        switch setup.assets {
        case .embedded(let catalog): catalog.response(path: path, decoder, in: head)
        case .folder(let folder): folder.response(path: path, decoder, in: head)
        }
    }
}
