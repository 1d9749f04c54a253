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
/// `X-API-Token`. A valid token is needed from everywhere, from this machine too.
final class AgentIngest {
    private let fleet: FleetOwner
    private let tokens: AgentTokens
    private let log: Logger
    /// Agents whose last report was refused; one line in the log for each change.
    private var refused: Set<String> = []

    init(fleet: FleetOwner, tokens: AgentTokens, log: Logger) {
        self.fleet = fleet
        self.tokens = tokens
        self.log = log
    }

    /// The largest body on the wire, which is 24 times a usual report.
    static let encodedBytesMax = 256 * 1024

    /// Whether a path takes reports.
    static func takes(_ path: String) -> Bool {
        path == "/api/agents/agent/report" || path == "/api/agents/host/report"
    }

    /// Answers a report whose body is complete.
    ///
    /// `ownIdentity` is that of this machine, which the server reads itself and more often.
    func respond(
        to request: Request,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        body: RawSpan,
        ownIdentity: String?
    ) -> Response {
        guard request.method == .post else { return .methodNotAllowed("POST") }
        guard isAuthorized(decoder, in: head) else { return AgentIngest.unauthorized }
        do throws(Refusal) {
            let report = try AgentIngest.decode(try inflate(decoder, in: head, body: body))
            // An agent on the server's own machine has the identity under which the server reports
            // itself; the two would take turns, and the figures would jump between them.
            if report.id != ownIdentity { try apply(report) }
            return accepted(report)
        } catch {
            note(error)
            return error.response
        }
    }

    // MARK: Who

    private func isAuthorized(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Bool {
        if let value = decoder.header("authorization", in: head),
            head.hasPrefixIgnoringCase("bearer ", in: value)
        {
            let token = head.trimmed(value.lowerBound + 7..<value.upperBound)
            return tokens.contains(head.extracting(token))
        }
        guard let value = decoder.header("x-api-token", in: head) else { return false }
        return tokens.contains(head.extracting(value))
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

    /// Why a report is refused.
    private struct Refusal: Error {
        let status: HTTPStatus
        let code: String
        let message: String

        var response: Response { .error(status, code: code, message) }
    }

    /// The JSON of a body: as it came, or inflated.
    private func inflate(
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        body: RawSpan
    ) throws(Refusal) -> [UInt8] {
        let plain = unsafe body.withUnsafeBytes { unsafe Array($0) }
        guard let coding = decoder.header("content-encoding", in: head),
            !head.equalsIgnoringCase("identity", in: coding)
        else { return plain }
        guard head.equalsIgnoringCase("gzip", in: coding) else {
            throw Refusal(
                status: .unsupportedMediaType,
                code: "unsupported_encoding",
                message: "reports are taken as they are or as gzip"
            )
        }
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
                throw AgentIngest.tooLarge(limit)
            }
        }
    }

    private static func decode(_ json: [UInt8]) throws(Refusal) -> HostReport {
        do throws(ReportError) {
            return try decodeHostReport(json.span)
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

    private func apply(_ report: HostReport) throws(Refusal) {
        switch fleet.apply(report, at: .now()) {
        case .applied, .outOfOrder:
            if refused.remove(report.id) != nil {
                log.notice(
                    "an agent's reports are taken again",
                    metadata: ["agent": "\(report.id)"]
                )
            }
        case .invalidIdentity:
            throw Refusal(
                status: .badRequest,
                code: "invalid_report",
                message: "the report's identity is empty or too long"
            )
        case .fleetFull:
            if refused.count < FleetLimits.hostsMax, refused.insert(report.id).inserted {
                log.warning("the fleet is full", metadata: ["agent": "\(report.id)"])
            }
            throw Refusal(
                status: .serviceUnavailable,
                code: "fleet_full",
                message: "this server takes at most \(FleetLimits.hostsMax) hosts"
            )
        }
    }

    /// What the agents read: `success` and `agentId`; without `serverVersion`, by which they would
    /// try to update themselves.
    private func accepted(_ report: HostReport) -> Response {
        .json(
            .ok,
            jsonBytes(capacity: 512) { writer in
                writer.fragment("{\"success\":true,\"agentId\":")
                writer.string(report.id)
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
