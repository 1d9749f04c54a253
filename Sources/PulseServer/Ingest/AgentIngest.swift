import Logging
import PulseAgent
import PulseFleet
import PulseJSON
import PulseMonitor
import PulseReactor
import PulseWire

/// Takes the reports of agents: `POST /api/agents/agent/report` and its older name.
///
/// It speaks the protocol of Pulse's own agents: gzip or not, the token as a bearer or in
/// `X-API-Token`. A valid token is needed from everywhere, from this machine too. The shard that
/// has the connection checks, inflates and decodes; the fleet's one applies.
struct AgentIngest {
    private let tokens: AgentTokens
    private let hash = SHA256Context()
    private let log: Logger

    init(tokens: AgentTokens, log: Logger) {
        self.tokens = tokens
        self.log = log
    }

    /// The largest body on the wire, which is 24 times a usual report.
    static let encodedBytesMax = 256 * 1024

    private static let path: StaticString = "/api/agents/agent/report"
    private static let olderPath: StaticString = "/api/agents/host/report"
    private static let pathTexts = ["\(path)", "\(olderPath)"]

    /// Whether a path takes reports.
    static func takes(_ path: String) -> Bool { pathTexts.contains(path) }

    /// Whether the path that stands there, as agents write it, takes reports.
    static func takes(_ path: Range<Int>, in head: RawSpan) -> Bool {
        head.equals(self.path, in: path) || head.equals(olderPath, in: path)
    }

    /// What became of a request with a report.
    enum Intake {
        case report(HostReport)
        case refused(Response)
    }

    /// Reads a report whose body is complete.
    func read(
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        body: RawSpan
    ) -> Intake {
        guard decoder.method == .post else { return .refused(.methodNotAllowed("POST")) }
        guard isAuthorized(decoder, in: head) else { return .refused(AgentIngest.unauthorized) }
        guard decoder.bodyFraming != .none else { return .refused(AgentIngest.noBody) }
        guard AgentIngest.isJSON(decoder, in: head) else { return .refused(AgentIngest.noJSON) }
        do throws(Refusal) {
            return .report(try decode(decoder, in: head, body: body))
        } catch {
            note(error)
            return .refused(error.response)
        }
    }

    /// The answer to a report that the fleet's shard has dealt with.
    func response(to verdict: ReportVerdict) -> Response {
        switch verdict {
        case .taken(let identity): return AgentIngest.accepted(identity)
        case .invalidIdentity:
            let refusal = Refusal(
                status: .badRequest,
                code: "invalid_report",
                message: "the report's identity is empty or too long"
            )
            note(refusal)
            return refusal.response
        case .fleetFull:
            let refusal = Refusal(
                status: .serviceUnavailable,
                code: "fleet_full",
                message: "this server takes at most \(FleetLimits.hostsMax) hosts"
            )
            note(refusal)
            return refusal.response
        }
    }

    // MARK: Who

    private func isAuthorized(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Bool {
        if let value = decoder.header("authorization", in: head),
            head.hasPrefixIgnoringCase("bearer ", in: value)
        {
            let token = head.trimmed(value.lowerBound + 7..<value.upperBound)
            return tokens.contains(head.extracting(token), by: hash)
        }
        guard let value = decoder.header("x-api-token", in: head) else { return false }
        return tokens.contains(head.extracting(value), by: hash)
    }

    private static let unauthorized: Response = {
        var response = Response.error(
            .unauthorized,
            code: "unauthorized",
            "a valid agent token is needed, as \"Authorization: Bearer TOKEN\""
        )
        response.headers.append(("WWW-Authenticate", "Bearer"))
        return response
    }()

    // MARK: What

    /// Neither a length nor chunks: whoever meant to send a report has lost it on the way.
    private static let noBody = Response.error(
        .lengthRequired,
        code: "length_required",
        "a report has a body, with its Content-Length or in chunks"
    )

    private static let noJSON = Response.error(
        .unsupportedMediaType,
        code: "unsupported_type",
        "reports are application/json"
    )

    /// Whether a body calls itself JSON, or nothing at all.
    ///
    /// It is not what keeps pages of other origins out: that does the header with the token, which
    /// a browser sends only after it has asked.
    private static func isJSON(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Bool {
        guard let value = decoder.header("content-type", in: head) else { return true }
        let end = head.firstIndex(of: UInt8(ascii: ";"), in: value) ?? value.upperBound
        let type = head.trimmed(value.lowerBound..<end)
        return head.equalsIgnoringCase("application/json", in: type)
    }

    /// Why a report is refused.
    private struct Refusal: Error {
        let status: HTTPStatus
        let code: String
        let message: String

        var response: Response { .error(status, code: code, message) }
    }

    /// Reads the JSON of a body, where it lies or inflated.
    private func decode(
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        body: RawSpan
    ) throws(Refusal) -> HostReport {
        guard let coding = decoder.header("content-encoding", in: head),
            !head.equalsIgnoringCase("identity", in: coding)
        else { return try AgentIngest.decode(body) }
        guard head.equalsIgnoringCase("gzip", in: coding) else {
            throw Refusal(
                status: .unsupportedMediaType,
                code: "unsupported_encoding",
                message: "reports are taken as they are or as gzip"
            )
        }
        let json = try AgentIngest.inflate(body)
        return unsafe try AgentIngest.decode(json.span.bytes)
    }

    private static func inflate(_ body: RawSpan) throws(Refusal) -> [UInt8] {
        do throws(GunzipError) {
            return try Gunzip.inflate(body, bytesMax: ReportLimits.reportBytesMax)
        } catch {
            switch error {
            case .malformed:
                throw Refusal(
                    status: .badRequest,
                    code: "invalid_compression",
                    message: "the body is not whole gzip"
                )
            case .tooLarge(let limit):
                throw tooLarge(limit)
            }
        }
    }

    private static func decode(_ json: RawSpan) throws(Refusal) -> HostReport {
        do throws(ReportError) {
            return try decodeHostReport(json)
        } catch {
            switch error {
            case .tooLarge: throw tooLarge(ReportLimits.reportBytesMax)
            case .malformed:
                throw Refusal(
                    status: .badRequest,
                    code: "invalid_json",
                    message: error.description
                )
            default:
                throw Refusal(
                    status: .badRequest,
                    code: "invalid_report",
                    message: error.description
                )
            }
        }
    }

    private static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(
            status: .contentTooLarge,
            code: "report_too_large",
            message: "a report has at most \(limit) bytes"
        )
    }

    /// What the agents read: `success` and `agentId`; without `serverVersion`, by which they would
    /// try to update themselves.
    private static func accepted(_ identity: String) -> Response {
        .json(
            .ok,
            jsonBytes(capacity: 512) { writer in
                writer.fragment("{\"success\":true,\"agentId\":")
                writer.string(identity)
                writer.fragment(",\"lastSeen\":")
                writer.string(RFC3339.text(unixNanoseconds: Int64(WallClock.nanosecondsNow())))
                writer.fragment("}")
            }
        )
    }

    private func note(_ refusal: Refusal) {
        log.debug("a report was refused", metadata: ["why": "\(refusal.message)"])
    }
}
