package import PulseHTTPClient
package import PulseReactor

/// Brings reports to the server, one at a time and in order, over one connection that is kept.
///
/// What the server does not take waits in a buffer and goes first the next time.
package final class ReportSender {
    private let server: ReportServer
    private let fields: [HTTPField]
    private let trust: ServerTrust
    private let transport: any Transport
    private let now: () -> MonotonicTime
    /// What waits for the server.
    package private(set) var buffer: ReportBuffer

    /// Sends over `transport` and reads the time from `now`; `token` has no control characters.
    package init(
        to server: ReportServer,
        token: String,
        agentVersion: String,
        trust: ServerTrust,
        over transport: any Transport,
        now: @escaping () -> MonotonicTime
    ) {
        self.server = server
        // Both forms of the token, as the protocol has it: a proxy may eat the first.
        fields = [
            HTTPField("User-Agent", "pulse-agent/\(agentVersion)"),
            HTTPField("Authorization", "Bearer \(token)"),
            HTTPField("X-API-Token", token),
            HTTPField("Content-Type", "application/json"),
        ]
        self.trust = trust
        self.transport = transport
        self.now = now
        buffer = ReportBuffer()
    }

    /// Sends what waits, oldest first, and then this report; stops at the first failure.
    package func deliver(_ report: [UInt8], on shard: isolated Shard) async -> Delivery {
        var delivery = Delivery()
        while let oldest = buffer.oldest {
            guard let failure = await post(oldest, on: shard) else {
                buffer.removeOldest()
                delivery.sentCount += 1
                continue
            }
            delivery.failure = failure
            switch failure.consequence {
            case .keep:
                buffer.append(report)
                return delivery
            case .dropOne:
                buffer.removeOldest()
                delivery.refusedCount += 1
            case .dropAll:
                delivery.refusedCount += buffer.count + 1
                buffer.removeAll()
                return delivery
            }
        }
        guard let failure = await post(report, on: shard) else {
            delivery.sentCount += 1
            return delivery
        }
        delivery.failure = failure
        if failure.consequence == .keep {
            buffer.append(report)
        } else {
            delivery.refusedCount += 1
        }
        return delivery
    }

    /// Posts one report; returns why it was not taken.
    private func post(_ report: [UInt8], on shard: isolated Shard) async -> DeliveryFailure? {
        var request = HTTPRequest(.post, server.reportURL, fields: fields, body: report)
        request.trust = trust
        request.answerBytesMax = SendingLimits.answerBytesMax
        let deadline = now() + SendingLimits.answerNanoseconds
        do throws(TransportError) {
            return DeliveryFailure(
                try await transport.send(request, deadline: deadline, on: shard)
            )
        } catch {
            return .noAnswer(error)
        }
    }
}

/// What became of one attempt to deliver.
package struct Delivery: Equatable {
    /// Reports that the server has taken.
    package var sentCount = 0
    /// Reports that were given up, because the server refused them.
    package var refusedCount = 0
    /// Why it stopped, or the last refusal; `nil` when everything was taken.
    package var failure: DeliveryFailure?
}
