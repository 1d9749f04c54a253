import PulseJSON

/// The beginning of one message of the stream: as much as measuring needs.
///
/// Reading stops at the first member that holds rows, so a message costs the same whatever its
/// size.
struct MessageHead: Equatable {
    enum Kind: String {
        case hello
        case snapshot
        case delta
        case heartbeat
        case pong
        case error
    }

    var kind: Kind?
    /// Milliseconds since 1970 of the intended tick.
    var ts: UInt64?
    var stream: String?
    var epoch: String?
    var generation: UInt64?
    var since: UInt64?
    /// Which part of a snapshot it is, from 1, and of how many.
    var part: UInt64?
    var parts: UInt64?
    /// Of an error.
    var code: String?

    /// Reads a message up to its rows; `nil` when that is not a message.
    init?(_ bytes: RawSpan) {
        var reader = JSONReader(bytes)
        do throws(JSONError) {
            try reader.beginObject()
            while try readMember(&reader) {}
        } catch {
            return nil
        }
        guard kind != nil else { return nil }
    }

    /// Reads the next member; `false` at the end of what is of interest.
    private mutating func readMember(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        guard let key = try reader.nextKey() else { return false }
        switch key {
        case "type":
            kind = Kind(rawValue: try reader.readString())
            return kind != nil
        case "ts": ts = try reader.readUInt64()
        case "stream": stream = try reader.readString()
        case "epoch": epoch = try reader.readString()
        case "generation":
            // A heartbeat has one for each stream.
            guard kind != .heartbeat else { return false }
            generation = try reader.readUInt64()
            return true
        case "since":
            since = try reader.readUInt64()
            return false
        case "part": part = try reader.readUInt64()
        case "parts": parts = try reader.readUInt64()
        case "code": code = try reader.readString()
        case "fields", "rows", "streams": return false
        default: try reader.skipValue()
        }
        return true
    }
}

/// What the server says first.
struct Hello: Equatable {
    var epoch = ""
    var intervalMilliseconds: UInt64 = 0
    var streams: [String] = []

    /// Reads a whole hello; `nil` when something of it is missing.
    init?(_ bytes: RawSpan) {
        var reader = JSONReader(bytes)
        do throws(JSONError) {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "epoch": epoch = try reader.readString()
                case "interval": intervalMilliseconds = try reader.readUInt64()
                case "streams":
                    try reader.beginArray()
                    while try reader.nextElement() { streams.append(try reader.readString()) }
                default: try reader.skipValue()
                }
            }
            try reader.finish()
        } catch {
            return nil
        }
        guard !epoch.isEmpty, streams.count <= LoadLimits.streamsMax else { return nil }
    }
}
