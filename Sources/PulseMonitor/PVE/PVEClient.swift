package import PulseHTTPClient
import PulseJSON
package import PulseReactor

/// Asks one endpoint of Proxmox VE, and turns whatever goes wrong into words.
package final class PVEClient {
    private let settings: RemoteSettings
    private let transport: any Transport
    private let now: () -> MonotonicTime

    /// Asks over `transport`; the time is read from `now`.
    package init(
        _ settings: RemoteSettings,
        over transport: any Transport,
        now: @escaping () -> MonotonicTime
    ) {
        self.settings = settings
        self.transport = transport
        self.now = now
    }

    /// Sends `GET /api2/json` with `path` behind it and decodes the answer.
    ///
    /// `decode` returns `nil` for an answer without data.
    func get<Value>(
        _ path: String,
        withinNanoseconds: UInt64,
        on shard: isolated Shard,
        decode: ([UInt8]) throws(JSONError) -> Value?
    ) async throws(PollError) -> Value {
        let answer = try await answer(path, withinNanoseconds: withinNanoseconds, on: shard)
        do throws(JSONError) {
            if let value = try decode(answer.body) { return value }
        } catch {
            throw pollError(error, answer)
        }
        throw withoutData(answer)
    }

    /// One type of `GET /cluster/resources`: node, vm or storage; `read` takes one entry.
    ///
    /// A large list is decoded over several turns of the reactor.
    func list<Row>(
        _ type: String,
        on shard: isolated Shard,
        _ read: (inout JSONReader, inout PVERows<Row>) throws(JSONError) -> Void
    ) async throws(PollError) -> [Row] {
        let answer = try await answer(
            "/cluster/resources?type=\(type)",
            withinNanoseconds: PVELimits.roundNanoseconds,
            on: shard
        )
        var decoder = PVEListDecoder<Row>()
        while true {
            do throws(JSONError) {
                let isAtEnd = try decoder.read(
                    answer.body.span,
                    byteCountMax: PVELimits.sliceBytes,
                    read
                )
                if isAtEnd { break }
            } catch {
                throw pollError(error, answer)
            }
            // What is due already is done at the begin of the next turn.
            do { try await shard.sleep(until: .now()) } catch { throw .noAnswer(.cancelled) }
        }
        guard decoder.hasList else { throw withoutData(answer) }
        return decoder.list.rows
    }

    /// The answer with status 200.
    private func answer(
        _ path: String,
        withinNanoseconds: UInt64,
        on shard: isolated Shard
    ) async throws(PollError) -> HTTPAnswer {
        var request = HTTPRequest(.get, settings.endpoint.url + "/api2/json" + path)
        request.fields = [settings.token.field]
        request.trust = settings.trust
        request.answerBytesMax = PVELimits.answerBytesMax
        let answer: HTTPAnswer
        do throws(TransportError) {
            let deadline = now() + withinNanoseconds
            answer = try await transport.send(request, deadline: deadline, on: shard)
        } catch {
            throw pollError(error)
        }
        guard answer.status == 200 else { throw pollError(answer) }
        return answer
    }

    // MARK: Words

    /// What is wrong with an answer that is JSON but says nothing of what was asked for.
    private func withoutData(_ answer: HTTPAnswer) -> PollError {
        if let message = PVEEnvelope.message(of: answer.body) {
            return .refused(status: answer.status, reason: settings.token.scrubbed(message))
        }
        return .unexpected(origin: settings.endpoint.origin, offset: 0)
    }

    private func pollError(_ error: TransportError) -> PollError {
        if case .wrongFingerprint(let origin, let seen) = error,
            case .fingerprint(let expected) = settings.trust
        {
            return .certificate(origin: origin, expected: expected, seen: seen)
        }
        return .noAnswer(error)
    }

    private func pollError(_ error: JSONError, _ answer: HTTPAnswer) -> PollError {
        let origin = settings.endpoint.origin
        if answer.body.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
            return .notProxmox(origin: origin)
        }
        switch error {
        case .unexpectedEnd: return .truncated(origin: origin, bytes: answer.body.count)
        case .typeMismatch(let at), .numberOutOfRange(let at):
            return .unexpected(origin: origin, offset: at)
        case .unexpectedByte(let at), .tooDeep(let at), .invalidEscape(let at),
            .invalidUTF8(let at):
            return .garbage(origin: origin, offset: at)
        }
    }

    private func pollError(_ answer: HTTPAnswer) -> PollError {
        // The reason phrase is the only text of older versions.
        let text = answer.reason.isEmpty ? PVEEnvelope.message(of: answer.body) : answer.reason
        let reason = settings.token.scrubbed(ReportText.cut(text ?? ""))
        switch answer.status {
        case 401: return .tokenRefused(token: settings.token.id, reason: reason)
        case 403:
            return .notPermitted(
                reason: reason.isEmpty ? "Permission check failed" : reason,
                advice: "on a node run: \(settings.token.grantLine)"
            )
        case 595...599: return .nodeUnreachable(status: answer.status, reason: reason)
        case 300..<400, 404: return .notProxmox(origin: settings.endpoint.origin)
        default: return .refused(status: answer.status, reason: reason)
        }
    }
}

/// Bounds of what a monitor asks, each with its reason.
package enum PVELimits {
    /// 0.4 KB for each of 50,000 guests, and room.
    static let answerBytesMax = 32 << 20
    /// What is decoded of a list in one turn: about 1,400 guests, 2 ms.
    static let sliceBytes = 512 << 10
    /// Rows of a list that are applied in one turn: half a millisecond where all guests have
    /// changed, and several where all are new (`script/bench apply`).
    static let rowsAtOnce = 500
    /// A cluster with 1,000 guests answers within 0.1 s; one that hangs is to be shown as such.
    static let roundNanoseconds: UInt64 = 5_000_000_000
    /// A per-node call may have to wait for another node, which PVE gives up after 30 s.
    static let detailNanoseconds: UInt64 = 10_000_000_000
    /// A detail that could not be had is not asked for again before this.
    static let retryNanoseconds: UInt64 = 60_000_000_000
    /// Membership and quorum change within seconds.
    static let clusterNanoseconds: UInt64 = 15_000_000_000
    /// Load, swap and available memory of a node.
    static let nodeNanoseconds: UInt64 = 20_000_000_000
    /// Storages change every 10 s at most, and slowly.
    static let storageNanoseconds: UInt64 = 30_000_000_000
    /// Somebody may have taken something away.
    static let permissionsNanoseconds: UInt64 = 600_000_000_000
    /// Somebody may have granted what is missing, and waits for it to show.
    static let missingNanoseconds: UInt64 = 30_000_000_000
    /// Updates are rare.
    static let versionNanoseconds: UInt64 = 3_600_000_000_000
    /// Nodes asked in one go of the details lane, so that 30 nodes are asked every 20 s and no more
    /// than 2 requests a second are made.
    static let nodesAtOnce = 4
}
