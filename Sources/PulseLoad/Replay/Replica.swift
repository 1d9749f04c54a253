import PulseJSON

/// One stream as a client that replays every message has it: rows by handle, each value as it
/// stands in the JSON.
struct Replica {
    /// The generation that it has; `nil` until the first snapshot is whole.
    private(set) var generation: UInt64?
    private(set) var columns: [String] = []
    private(set) var rows: [UInt64: [[UInt8]]] = [:]
    private var partsMissing: UInt64 = 0

    private static let null = Array("null".utf8)

    /// Applies a snapshot, a part of one, a delta, or the answer to `GET /api/state`; `false` when
    /// it does not fit.
    mutating func apply(_ bytes: [UInt8]) -> Bool {
        var message = Message()
        guard message.read(bytes.span) else { return false }
        return message.since == nil ? applySnapshot(message) : applyDelta(message)
    }

    private mutating func applySnapshot(_ message: Message) -> Bool {
        guard let newGeneration = message.generation, !message.fields.isEmpty else { return false }
        if message.part == 1 {
            rows = [:]
            columns = message.fields
            partsMissing = message.parts
        }
        guard partsMissing > 0, message.part == 1 + message.parts - partsMissing,
            put(message.rows, message.fields)
        else { return false }
        partsMissing -= 1
        generation = partsMissing == 0 ? newGeneration : nil
        return true
    }

    private mutating func applyDelta(_ message: Message) -> Bool {
        guard let since = message.since, since == generation, let new = message.generation,
            new > since
        else { return false }
        for resource in message.set {
            guard let handle = Replica.handle(of: resource, \.key, \.value) else { return false }
            var row = rows[handle] ?? columns.map { _ in Replica.null }
            for (name, value) in resource {
                guard let column = columns.firstIndex(of: name) else { return false }
                row[column] = value
            }
            rows[handle] = row
        }
        guard put(message.rows, message.fields) else { return false }
        for handle in message.gone {
            guard rows.removeValue(forKey: handle) != nil else { return false }
        }
        generation = new
        return true
    }

    /// Puts rows of some columns in; the first is the handle.
    private mutating func put(_ values: [[[UInt8]]], _ fields: [String]) -> Bool {
        guard !values.isEmpty else { return true }
        var places: [Int] = []
        for field in fields {
            guard let place = columns.firstIndex(of: field) else { return false }
            places.append(place)
        }
        guard fields.first == "h" else { return false }
        for value in values {
            guard value.count == places.count, let handle = Replica.number(value[0]) else {
                return false
            }
            for (index, place) in places.enumerated() {
                rows[handle, default: columns.map { _ in Replica.null }][place] = value[index]
            }
        }
        return true
    }

    private static func handle<Member>(
        of resource: [Member],
        _ key: (Member) -> String,
        _ value: (Member) -> [UInt8]
    ) -> UInt64? {
        resource.first { key($0) == "h" }.flatMap { number(value($0)) }
    }

    private static func number(_ text: [UInt8]) -> UInt64? {
        UInt64(String(decoding: text, as: UTF8.self))
    }

    /// Where two differ, in words; `nil` when they are the same.
    func difference(from other: Replica) -> String? {
        guard columns == other.columns else { return "the fields are \(columns), \(other.columns)" }
        guard rows.count == other.rows.count else {
            return "\(rows.count) rows, and the server has \(other.rows.count)"
        }
        for (handle, row) in rows {
            guard let theirs = other.rows[handle] else { return "row \(handle) is gone" }
            for (index, value) in row.enumerated() where value != theirs[index] {
                return "\(columns[index]) of row \(handle) is "
                    + String(decoding: value.prefix(60), as: UTF8.self) + ", and the server has "
                    + String(decoding: theirs[index].prefix(60), as: UTF8.self)
            }
        }
        return nil
    }
}

/// One message, taken apart.
private struct Message {
    var generation: UInt64?
    var since: UInt64?
    var part: UInt64 = 1
    var parts: UInt64 = 1
    var fields: [String] = []
    var rows: [[[UInt8]]] = []
    var set: [[(key: String, value: [UInt8])]] = []
    var gone: [UInt64] = []

    /// Reads a whole message; `false` when it is not one.
    mutating func read(_ bytes: Span<UInt8>) -> Bool {
        var reader = JSONReader(bytes)
        do throws(JSONError) {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "generation": generation = try reader.readUInt64()
                case "since": since = try reader.readUInt64()
                case "part": part = try reader.readUInt64()
                case "parts": parts = try reader.readUInt64()
                case "fields":
                    try reader.beginArray()
                    while try reader.nextElement() { fields.append(try reader.readString()) }
                case "rows": try readRows(&reader, bytes)
                case "set": try readSet(&reader, bytes)
                case "gone":
                    try reader.beginArray()
                    while try reader.nextElement() { gone.append(try reader.readUInt64()) }
                default: try reader.skipValue()
                }
            }
            try reader.finish()
            return true
        } catch {
            return false
        }
    }

    private mutating func readRows(
        _ reader: inout JSONReader,
        _ bytes: Span<UInt8>
    ) throws(JSONError) {
        try reader.beginArray()
        while try reader.nextElement() {
            var row: [[UInt8]] = []
            row.reserveCapacity(fields.count)
            try reader.beginArray()
            while try reader.nextElement() {
                row.append(Self.plain(try Self.value(&reader, bytes)))
            }
            rows.append(row)
        }
    }

    private mutating func readSet(
        _ reader: inout JSONReader,
        _ bytes: Span<UInt8>
    ) throws(JSONError) {
        try reader.beginArray()
        while try reader.nextElement() {
            var members: [(key: String, value: [UInt8])] = []
            try reader.beginObject()
            while let name = try Self.name(&reader) {
                members.append((name, try Self.value(&reader, bytes)))
            }
            set.append(members)
        }
    }

    private static func name(_ reader: inout JSONReader) throws(JSONError) -> String? {
        guard let key = try reader.nextKey() else { return nil }
        return key.text
    }

    /// A whole number without an exponent: `5369e6`, as deltas have it, is 5369000000 in a state.
    private static func plain(_ value: [UInt8]) -> [UInt8] {
        guard value.first.map({ $0 == 0x2D || (0x30...0x39).contains($0) }) == true,
            let mark = value.lastIndex(of: UInt8(ascii: "e")), !value.contains(UInt8(ascii: ".")),
            let zeros = Int(String(decoding: value[(mark + 1)...], as: UTF8.self)),
            (0...15).contains(zeros)
        else { return value }
        return Array(value[..<mark]) + repeatElement(UInt8(ascii: "0"), count: zeros)
    }

    /// The next value as it stands there.
    private static func value(
        _ reader: inout JSONReader,
        _ bytes: Span<UInt8>
    ) throws(JSONError) -> [UInt8] {
        let start = reader.offset
        try reader.skipValue()
        let range = start..<reader.offset
        let text = range.map { bytes[$0] }
        return Array(text.drop { $0 == 0x20 || $0 == 0x0A })
    }
}
