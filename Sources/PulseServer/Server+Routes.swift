import PulseFleet
import PulseJSON
import PulseLogging
import PulseWire

/// The routes of plain HTTP (docs/protocol.md section 3).
extension Server {
    func bodyBytesMax(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Int? {
        let path = head.percentDecodedPath(decoder.target.path) ?? ""
        return AgentIngest.takes(path) ? AgentIngest.encodedBytesMax : nil
    }

    func respond(
        to request: Request,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        body: RawSpan
    ) -> Response {
        var response = answer(to: request, decoder, in: head, body: body)
        if isKnownToBrowsers, !Access.isLocalhost(request) {
            response.headers.append(("Strict-Transport-Security", "max-age=15552000"))
        }
        return response
    }

    /// Whether a browser may be told to come by TLS only, for half a year.
    ///
    /// With a certificate of our own it would then refuse to let anybody in.
    private var isKnownToBrowsers: Bool { tls.map { !$0.isSelfSigned } ?? false }

    private func answer(
        to request: Request,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        body: RawSpan
    ) -> Response {
        guard let path = request.path else {
            return .error(.badRequest, code: "bad_path", "the path is malformed")
        }
        if let response = publicRoute(path) { return onlyRead(request, response) }
        if AgentIngest.takes(path) {
            return ingest.respond(
                to: request,
                decoder,
                in: head,
                body: body,
                ownIdentity: ownIdentity
            )
        }
        // Nothing below is public, not even which paths there are.
        guard mayRead(request) else { return Server.notLocal }
        if path == "/metrics" { return onlyRead(request, metricsResponse()) }
        if let response = apiRoute(path) { return onlyRead(request, response) }
        if path == "/api" || path.hasPrefix("/api/") {
            return .error(.notFound, code: "not_found", "there is no \(path) in this API")
        }
        if let response = pageFile(path, request, decoder, in: head) {
            return onlyRead(request, response)
        }
        return .text(.notFound, "there is nothing at this address; the page is at /")
    }

    /// Why a WebSocket may not be opened; the Origin is judged before anything else.
    func refusal(of request: Request) -> Response? {
        guard Access.isOwnOrigin(request, scheme: scheme) else {
            return .error(
                .forbidden,
                code: "foreign_origin",
                "a page of another origin may not read this server"
            )
        }
        return mayRead(request) ? nil : Server.notLocal
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
    func onlyRead(_ request: Request, _ response: Response) -> Response {
        switch request.method {
        case .get, .head: return response
        default: return .methodNotAllowed("GET, HEAD")
        }
    }

    // MARK: Public

    private func publicRoute(_ path: String) -> Response? {
        switch path {
        case "/healthz":
            return .text(.ok, "ok")
        case "/readyz":
            return isReady
                ? .text(.ok, "ready")
                : .text(.serviceUnavailable, "starting: the first report is awaited")
        case "/api/health":
            return .json(
                .ok,
                jsonBytes { writer in
                    writer.fragment("{\"status\":\"healthy\",\"uptime\":")
                    writer.uint(uptimeSeconds)
                    writer.fragment("}")
                }
            )
        case "/api/version":
            return .json(
                .ok,
                jsonBytes { writer in
                    writer.fragment("{\"version\":")
                    writer.string(pulseVersion)
                    writer.fragment("}")
                }
            )
        default: return nil
        }
    }

    // MARK: State

    private func apiRoute(_ path: String) -> Response? {
        if path == "/api/state" {
            let capacity = StreamName.allCases.reduce(64) {
                $0 + fleet.stateByteCountMax(of: $1) + 64
            }
            return .json(.ok, jsonBytes(capacity: capacity) { encodeAllStreams(into: &$0) })
        }
        guard path.hasPrefix("/api/state/") else { return nil }
        guard let stream = StreamName(rawValue: String(path.dropFirst("/api/state/".count))) else {
            let names = StreamName.allCases.map(\.rawValue).joined(separator: ", ")
            return .error(
                .notFound,
                code: "unknown_stream",
                "there is no such stream; the streams are: \(names)"
            )
        }
        return .json(
            .ok,
            jsonBytes(capacity: fleet.stateByteCountMax(of: stream)) { writer in
                fleet.encodeState(of: stream, ts: hub.timestamp, into: &writer)
            }
        )
    }

    private func encodeAllStreams(into writer: inout JSONWriter) {
        writer.fragment("{\"streams\":{")
        var isFirst = true
        for stream in StreamName.allCases {
            if !isFirst { writer.fragment(",") }
            isFirst = false
            writer.string(stream.rawValue)
            writer.fragment(":")
            fleet.encodeState(of: stream, ts: hub.timestamp, into: &writer)
        }
        writer.fragment("}}")
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
        return file("/", decoder, in: head)
    }

    private func file(
        _ path: String,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    ) -> Response? {
        switch assets {
        case .embedded(let catalog): catalog.response(path: path, decoder, in: head)
        case .folder(let folder): folder.response(path: path, decoder, in: head)
        }
    }
}
