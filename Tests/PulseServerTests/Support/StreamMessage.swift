import PulseJSON

/// A message of a stream, or its state, with the values as the bytes that they are.
struct StreamMessage {
    var type = ""
    var stream = ""
    var epoch = ""
    var generation: UInt64 = 0
    /// What a heartbeat lists.
    var generations: [String: UInt64] = [:]
    var since: UInt64?
    var part: UInt64 = 1
    var parts: UInt64 = 1
    var id: UInt64?
    var rows: [UInt64: [String: [UInt8]]] = [:]
    var set: [UInt64: [String: [UInt8]]] = [:]
    var gone: [UInt64] = []

    init(_ bytes: [UInt8]) throws {
        var reader = JSONReader(bytes.span)
        var fields: [String] = []
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key.text {
            case "type": type = try reader.readString()
            case "epoch": epoch = try reader.readString()
            case "stream": stream = try reader.readString()
            case "generation":
                if try reader.peek() == .object {
                    generations = try StreamMessage.generations(&reader)
                } else {
                    generation = try reader.readUInt64()
                }
            case "since": since = try reader.readUInt64()
            case "part": part = try reader.readUInt64()
            case "parts": parts = try reader.readUInt64()
            case "id": id = try reader.readUInt64()
            case "fields":
                try reader.beginArray()
                while try reader.nextElement() { fields.append(try reader.readString()) }
            case "rows":
                try reader.beginArray()
                while try reader.nextElement() {
                    let row = try StreamMessage.row(&reader, fields, in: bytes)
                    rows[try StreamMessage.handle(row)] = row
                }
            case "set":
                try reader.beginArray()
                while try reader.nextElement() {
                    let members = try StreamMessage.members(&reader, in: bytes)
                    set[try StreamMessage.handle(members)] = members
                }
            case "gone":
                try reader.beginArray()
                while try reader.nextElement() { gone.append(try reader.readUInt64()) }
            default: try reader.skipValue()
            }
        }
        try reader.finish()
    }

    private static func generations(_ reader: inout JSONReader) throws -> [String: UInt64] {
        var generations: [String: UInt64] = [:]
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let name = key.text
            generations[name] = try reader.readUInt64()
        }
        return generations
    }

    private static func row(
        _ reader: inout JSONReader,
        _ fields: [String],
        in bytes: [UInt8]
    ) throws -> [String: [UInt8]] {
        var values: [[UInt8]] = []
        try reader.beginArray()
        while try reader.nextElement() { values.append(plain(try value(&reader, in: bytes))) }
        guard values.count == fields.count else { throw ContractError("a row of another length") }
        return Dictionary(uniqueKeysWithValues: zip(fields, values))
    }

    private static func members(
        _ reader: inout JSONReader,
        in bytes: [UInt8]
    ) throws -> [String: [UInt8]] {
        var members: [String: [UInt8]] = [:]
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let name = key.text
            members[name] = try value(&reader, in: bytes)
        }
        return members
    }

    private static func value(_ reader: inout JSONReader, in bytes: [UInt8]) throws -> [UInt8] {
        _ = try reader.peek()
        let start = reader.offset
        try reader.skipValue()
        return Array(bytes[start..<reader.offset])
    }

    /// A whole number as a state has it: deltas may write it with an exponent.
    private static func plain(_ value: [UInt8]) -> [UInt8] {
        for (end, zeros) in [("e3", "000"), ("e6", "000000")]
        where value.first != UInt8(ascii: "\"") && value.suffix(2).elementsEqual(end.utf8) {
            return value.dropLast(2) + zeros.utf8
        }
        return value
    }

    private static func handle(_ members: [String: [UInt8]]) throws -> UInt64 {
        guard let digits = members["h"],
            let handle = UInt64(String(decoding: digits, as: UTF8.self))
        else { throw ContractError("a row without a handle") }
        return handle
    }
}

/// The stream has not kept to docs/protocol.md.
struct ContractError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
