/// What a client of several streams knows of each of them.
struct DashboardModel {
    private(set) var streams: [StreamModel]
    private var asked: UInt64 = 0
    private var answered: UInt64 = 0
    private(set) var heartbeatCount = 0

    init(_ names: [String]) { streams = names.map { StreamModel($0) } }

    /// Of each kind some, and the first always; `random` is a number of the test's.
    init(random: Int) {
        let others = DashboardModel.others
        let chosen = others.indices.filter { random >> $0 & 1 == 1 }.map { others[$0] }
        self.init(["hosts"] + chosen)
    }

    /// What may be had beside the hosts: all that `RandomHosts` brings about.
    static let others = [
        "guests", "guests@lab", "guests@far", "nodes", "nodes@lab", "storage@far", "remotes",
        "events", "problems", "summary", "resource/guest:lab/100", "resource/node:far/pve1",
    ]

    /// Whether the server has answered the newest command.
    var isSettled: Bool { answered == asked }

    var snapshotCount: Int { streams.reduce(0) { $0 + $1.snapshotCount } }
    var deltaCount: Int { streams.reduce(0) { $0 + $1.deltaCount } }

    /// Whether it has what its streams were then, and nothing is on its way.
    func isCaughtUp(to generations: [String: UInt64]) -> Bool {
        isSettled
            && streams.allSatisfy { model in
                guard model.isWanted else { return true }
                return generations[model.stream].map { model.isCaughtUp(to: $0) } ?? false
            }
    }

    // MARK: Commands

    /// Asks for a stream.
    mutating func subscribe(_ index: Int, resuming: Bool) -> [String] {
        if streams[index].isOfResource {
            for other in streams.indices where other != index && streams[other].isOfResource {
                streams[other].leave()
            }
        }
        return [streams[index].subscribe(resuming: resuming), ping()]
    }

    /// Asks for all of them, in their order.
    mutating func subscribeAll() -> [String] {
        streams.indices.flatMap { subscribe($0, resuming: true) }
    }

    mutating func unsubscribe(_ index: Int) -> [String] { [streams[index].unsubscribe(), ping()] }

    /// A ping whose answer tells that everything before it was obeyed.
    private mutating func ping() -> String {
        asked += 1
        return "{\"type\":\"ping\",\"id\":\(asked)}"
    }

    /// The connection is another one: nothing is on its way any more.
    mutating func reconnect() {
        for index in streams.indices { streams[index].reconnect() }
        answered = asked
    }

    // MARK: Messages

    mutating func take(_ bytes: [UInt8]) throws {
        let message = try StreamMessage(bytes)
        switch message.type {
        case "hello": break
        case "pong":
            guard let id = message.id, id > answered, id <= asked else {
                throw ContractError("a pong that nobody waits for")
            }
            answered = id
        case "heartbeat":
            heartbeatCount += 1
            if isSettled { for model in streams { try model.compare(message.generations) } }
        default:
            guard let index = streams.firstIndex(where: { $0.stream == message.stream }) else {
                throw ContractError("a \(message.type) of stream \(message.stream)")
            }
            do {
                try streams[index].take(message, isSettled: isSettled)
            } catch {
                throw ContractError("\(message.stream): \(error)")
            }
        }
    }
}
