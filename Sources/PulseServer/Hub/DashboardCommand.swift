import PulseFleet
import PulseJSON

/// What a dashboard may ask for on its WebSocket (docs/protocol.md section 1).
enum DashboardCommand: Equatable {
    case subscribe(StreamName, epoch: String?, generation: UInt64?)
    case unsubscribe(StreamName)
    case ping(id: Int64?)
}

/// Why a command was refused, as its `error` message says; the connection stays.
struct CommandRefusal: Error, Equatable {
    let code: String
    let message: String
}

extension DashboardCommand {
    /// Reads one command; members that it does not know are ignored, so that clients may be newer.
    init(_ text: RawSpan) throws(CommandRefusal) {
        var type: String?
        var stream: String?
        var epoch: String?
        var generation: UInt64?
        var id: Int64?
        var reader = JSONReader(text)
        do throws(JSONError) {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "type": type = try reader.readString()
                case "stream": stream = try reader.readString()
                case "epoch": epoch = try reader.readNull() ? nil : try reader.readString()
                case "generation":
                    generation = try reader.readNull() ? nil : try reader.readUInt64()
                case "id": id = try reader.readNull() ? nil : try reader.readInt64()
                default: try reader.skipValue()
                }
            }
            try reader.finish()
        } catch {
            throw CommandRefusal(
                code: "malformed",
                message: "the message is not a JSON object of a known form (byte \(error.offset))"
            )
        }
        switch type {
        case "subscribe":
            self = .subscribe(
                try DashboardCommand.name(stream),
                epoch: epoch,
                generation: generation
            )
        case "unsubscribe": self = .unsubscribe(try DashboardCommand.name(stream))
        case "ping": self = .ping(id: id)
        case let type?:
            throw CommandRefusal(
                code: "unknown_type",
                message: "this server does not know messages of type \"\(shortened(type))\""
            )
        case nil: throw CommandRefusal(code: "malformed", message: "the message has no type")
        }
    }

    private static func name(_ text: String?) throws(CommandRefusal) -> StreamName {
        guard let text else {
            throw CommandRefusal(code: "malformed", message: "the message names no stream")
        }
        guard let name = StreamName(rawValue: text) else {
            throw CommandRefusal(
                code: "unknown_stream",
                message: "this server has no stream \"\(shortened(text))\""
            )
        }
        return name
    }
}

/// The beginning of what a client wrote, for the answer; at most 64 bytes and what a cut
/// character becomes.
///
/// Characters would be no measure: one may have any number of combining marks.
private func shortened(_ text: String) -> String {
    String(decoding: text.utf8.prefix(64), as: UTF8.self)
}
