import PulseFleet
import PulseJSON

/// What a dashboard may ask for on its WebSocket (docs/protocol.md section 1).
enum DashboardCommand: Equatable {
    case subscribe(StreamKey, epoch: String?, generation: UInt64?)
    case unsubscribe(StreamKey)
    /// Look at one resource, and at no other.
    case focus(StreamKey)
    case unfocus
    /// Poll the remote of this name now.
    case refresh(String)
    case ping(id: Int64?)
    case history(HistoryQuery)
}

/// Why a command was refused, as its `error` message says; the connection stays.
struct CommandRefusal: Error, Equatable {
    let code: String
    let message: String
    /// The number by which the client knows its question, where it gave one.
    var id: Int64?

    init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// There is no stream of this name.
    static func unknownStream(_ name: String) -> CommandRefusal {
        CommandRefusal(
            code: "unknown_stream",
            message: "this server has no stream \"\(shortened(name))\""
        )
    }

    /// Writes the `error` message.
    func encode(into writer: inout JSONWriter) {
        writer.fragment("{\"type\":\"error\",\"code\":")
        writer.string(code)
        writer.fragment(",\"message\":")
        writer.string(message)
        if let id {
            writer.fragment(",\"id\":")
            writer.int(id)
        }
        writer.fragment("}")
    }
}

extension CommandRefusal {
    /// Why nobody can look at a resource.
    init(_ refusal: DetailRefusal, _ id: String) {
        switch refusal {
        case .noDetails:
            self.init(
                code: "no_details",
                message: "only guests and nodes tell more than their rows"
            )
        case .unknown:
            self.init(
                code: "unknown_resource",
                message: "there is no resource \"\(shortened(id))\""
            )
        case .tooMany:
            self.init(
                code: "too_many",
                message: "\(FleetLimits.detailsMax) resources are looked at already"
            )
        }
    }
}

extension DashboardCommand {
    /// Reads one command; members that it does not know are ignored, so that clients may be newer.
    init(_ text: RawSpan) throws(CommandRefusal) {
        var members = Members()
        do throws(CommandRefusal) {
            try members.read(text)
            self = try DashboardCommand(members)
        } catch {
            var refusal = error
            refusal.id = members.id
            throw refusal
        }
    }

    /// What a message says, whichever command it is.
    private struct Members {
        var type: String?
        var stream: String?
        var epoch: String?
        var generation: UInt64?
        var id: Int64?
        var resources: [String] = []
        var metrics: [String] = []
        var range: String?
        var resource: String?
        var remote: String?

        mutating func read(_ text: RawSpan) throws(CommandRefusal) {
            var reader = JSONReader(text)
            do throws(JSONError) {
                try reader.beginObject()
                while let key = try reader.nextKey() { try read(key, from: &reader) }
                try reader.finish()
            } catch {
                throw CommandRefusal(
                    code: "malformed",
                    message:
                        "the message is not a JSON object of a known form (byte \(error.offset))"
                )
            }
        }

        private mutating func read(
            _ key: JSONKey,
            from reader: inout JSONReader
        ) throws(JSONError) {
            switch key {
            case "type": type = try reader.readString()
            case "stream": stream = try reader.readString()
            case "epoch": epoch = try reader.readNull() ? nil : try reader.readString()
            case "generation":
                generation = try reader.readNull() ? nil : try reader.readUInt64()
            case "id": id = try reader.readNull() ? nil : try reader.readInt64()
            case "resources": resources = try reader.readTexts()
            case "metrics": metrics = try reader.readTexts()
            case "range": range = try reader.readString()
            case "resource": resource = try reader.readString()
            case "remote": remote = try reader.readString()
            default: try reader.skipValue()
            }
        }
    }

    private init(_ members: Members) throws(CommandRefusal) {
        switch members.type {
        case "subscribe":
            self = .subscribe(
                try DashboardCommand.name(members.stream),
                epoch: members.epoch,
                generation: members.generation
            )
        case "unsubscribe": self = .unsubscribe(try DashboardCommand.name(members.stream))
        case "focus":
            guard let resource = members.resource, resource.isResourceIdentity else {
                throw CommandRefusal(code: "malformed", message: "the message names no resource")
            }
            self = .focus(.resource(resource))
        case "unfocus": self = .unfocus
        case "refresh":
            guard let remote = members.remote else {
                throw CommandRefusal(code: "malformed", message: "the message names no remote")
            }
            self = .refresh(remote)
        case "ping": self = .ping(id: members.id)
        case "history":
            self = .history(
                try HistoryQuery(
                    id: members.id,
                    resources: members.resources,
                    metrics: members.metrics,
                    range: members.range
                )
            )
        case let type?:
            throw CommandRefusal(
                code: "unknown_type",
                message: "this server does not know messages of type \"\(shortened(type))\""
            )
        case nil: throw CommandRefusal(code: "malformed", message: "the message has no type")
        }
    }

    private static func name(_ text: String?) throws(CommandRefusal) -> StreamKey {
        guard let text else {
            throw CommandRefusal(code: "malformed", message: "the message names no stream")
        }
        guard let key = StreamKey(text) else { throw .unknownStream(text) }
        return key
    }
}

extension HistoryQuery {
    /// A query by the words of a client; without metrics all are meant.
    init(
        id: Int64?,
        resources: [String],
        metrics: [String],
        range: String?
    ) throws(CommandRefusal) {
        guard let range = range.map({ HistoryRange(rawValue: $0) }) ?? .quarterHour else {
            throw CommandRefusal(code: "unknown_range", message: "ranges are 2m, 15m and 24h")
        }
        var known: [HistoryMetric] = []
        for word in metrics {
            guard let metric = HistoryMetric(rawValue: word) else {
                throw CommandRefusal(
                    code: "unknown_metric",
                    message: "there is no history of \"\(shortened(word))\""
                )
            }
            known.append(metric)
        }
        do throws(HistoryQuery.Refusal) {
            try self.init(
                id: id,
                resources: resources,
                metrics: metrics.isEmpty ? HistoryMetric.allCases : known,
                range: range
            )
        } catch {
            throw CommandRefusal(
                code: "too_much",
                message: "at most \(HistoryQuery.resourcesMax) resources and "
                    + "\(HistoryQuery.samplesMax) samples can be had at once"
            )
        }
    }
}

extension JSONReader {
    /// Reads an array of texts; null is an empty one.
    fileprivate mutating func readTexts() throws(JSONError) -> [String] {
        if try readNull() { return [] }
        var texts: [String] = []
        try beginArray()
        while try nextElement() { texts.append(try readString()) }
        return texts
    }
}

/// The beginning of what a client wrote, for the answer; at most 64 bytes and what a cut
/// character becomes.
///
/// Characters would be no measure: one may have any number of combining marks.
func shortened(_ text: String) -> String {
    String(decoding: text.utf8.prefix(64), as: UTF8.self)
}
