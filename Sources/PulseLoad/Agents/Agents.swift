import PulseReactor
import PulseWire

/// What the agents of a run have seen.
struct AgentFigures {
    /// Reports that were answered with 200.
    var accepted: UInt64 = 0
    /// Other answers, by status.
    var refused: [UInt16: Int] = [:]
    /// Reports that got no answer.
    var lost: UInt64 = 0
    /// Reports that were left out because the one before had no answer yet.
    var late: UInt64 = 0
    var connections: UInt64 = 0
    /// From a report's time to its answer.
    var latencies = Latencies()
}

/// Agents that post reports of hosts that are not there, each on a connection that it keeps.
final class Agents: ConnectionService {
    private final class Agent {
        var host: InventedHost
        var id: ConnectionID?
        var isConnected = false
        /// When the report in flight was due; `nil` = none is.
        var postedAt: MonotonicTime?
        var due: MonotonicTime
        var input: [UInt8] = []
        var response = HTTPResponseDecoder()
        /// Bytes of the answer's body that are still to come; `nil` before its head.
        var bodyLeft: Int?

        init(_ host: InventedHost, due: MonotonicTime) {
            self.host = host
            self.due = due
        }
    }

    private let options: LoadOptions
    private let reactor: Reactor
    private let tls: TLSClientContext?
    private let agents: [Agent]
    private var bySlot: [Int] = []
    private(set) var figures = AgentFigures()

    init(
        _ options: LoadOptions,
        _ reactor: Reactor,
        _ tls: TLSClientContext?,
        begin: MonotonicTime
    ) {
        self.options = options
        self.reactor = reactor
        self.tls = tls
        let run = UInt64.random(in: 0...UInt64.max)
        // Spread over the interval, as agents that started at any time are.
        let gap = options.agentIntervalNanoseconds / UInt64(max(1, options.agents))
        agents = (0..<options.agents).map {
            Agent(InventedHost(index: $0, run: run), due: begin + UInt64($0) * gap)
        }
    }

    /// Sends the reports whose time has come.
    func step(at now: MonotonicTime) {
        for (index, agent) in agents.enumerated() where agent.due <= now {
            let due = agent.due
            agent.due = due + options.agentIntervalNanoseconds
            guard agent.postedAt == nil else {
                figures.late += 1
                continue
            }
            agent.postedAt = due
            if agent.isConnected { post(agent) } else { connect(agent, index) }
        }
    }

    private func connect(_ agent: Agent, _ index: Int) {
        do throws(SystemError) {
            let id = try reactor.connect(
                to: options.address,
                from: LoadPlan.source(of: options.clients + index, for: options.address),
                service: self,
                tls: tls
            )
            while bySlot.count <= Int(id.slot) { bySlot.append(-1) }
            bySlot[Int(id.slot)] = index
            agent.id = id
            agent.input = []
            agent.response = HTTPResponseDecoder()
            agent.bodyLeft = nil
        } catch {
            lose(agent)
        }
    }

    private func post(_ agent: Agent) {
        guard let id = agent.id, !reactor.isSending(id) else { return }
        let body = agent.host.nextReport(
            unixSeconds: WallClock.nanosecondsNow() / 1_000_000_000,
            intervalSeconds: max(1, options.agentIntervalNanoseconds / 1_000_000_000)
        )
        let token = options.agentToken.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let head = """
            POST /api/agents/agent/report HTTP/1.1\r
            Host: \(options.host)\r
            \(token)Content-Type: application/json\r
            Content-Length: \(body.count)\r
            \r

            """
        reactor.send(id, bytes: Array(head.utf8) + body)
    }

    private func lose(_ agent: Agent) {
        if agent.postedAt.take() != nil { figures.lost += 1 }
    }

    // MARK: ConnectionService

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        preconditionFailure("an agent listens nowhere")
    }

    func connected(_ connection: ConnectionID) {
        guard let agent = agent(connection) else { return }
        figures.connections += 1
        agent.isConnected = true
        post(agent)
    }

    func connectFailed(_ connection: ConnectionID, _ error: ConnectError) {
        if let agent = agent(connection) { lose(agent) }
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        guard let agent = agent(connection) else { return }
        unsafe agent.input.append(contentsOf: bytes)
        if !takeAnswer(agent) { reactor.close(connection) }
    }

    func inputEnded(_ connection: ConnectionID) { reactor.close(connection) }

    func sent(_ connection: ConnectionID) {}

    func closed(_ connection: ConnectionID) {
        guard let agent = agent(connection) else { return }
        lose(agent)
        agent.id = nil
        agent.isConnected = false
        bySlot[Int(connection.slot)] = -1
    }

    private func agent(_ connection: ConnectionID) -> Agent? {
        let slot = Int(connection.slot)
        guard slot < bySlot.count, bySlot[slot] >= 0 else { return nil }
        let agent = agents[bySlot[slot]]
        return agent.id == connection ? agent : nil
    }

    /// Takes what came of an answer; `false` when it cannot be understood.
    private func takeAnswer(_ agent: Agent) -> Bool {
        if agent.bodyLeft == nil {
            let bytes = agent.input
            guard let count = try? unsafe agent.response.decodeHead(bytes.span.bytes) else {
                // `try?` makes one of "more is needed" and of an error; a head has its limit.
                return bytes.count < HTTPLimits.standard.headBytesMax
            }
            agent.input.removeFirst(count)
            switch agent.response.bodyFraming {
            case .length(let length): agent.bodyLeft = length
            case HTTPBodyFraming.none?: agent.bodyLeft = 0
            case .chunked, nil: return false
            }
        }
        guard let left = agent.bodyLeft else { return true }
        let count = min(left, agent.input.count)
        agent.input.removeFirst(count)
        agent.bodyLeft = left - count
        guard left == count else { return true }
        finish(agent)
        return agent.input.isEmpty
    }

    private func finish(_ agent: Agent) {
        let status = agent.response.status
        agent.bodyLeft = nil
        agent.response = HTTPResponseDecoder()
        guard let due = agent.postedAt.take() else { return }
        if status == 200 {
            figures.accepted += 1
            figures.latencies.record(MonotonicTime.now().nanoseconds(since: due) / 1000)
        } else {
            figures.refused[status, default: 0] += 1
        }
    }
}
