import Foundation

/// What a client breaks off for: the stream has not kept to its contract.
struct ContractError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A dashboard that knows nothing but protocol.md: it takes one snapshot, then deltas, and refuses
/// whatever does not follow from what it has.
struct ModelClient: Equatable {
    private(set) var generation = 0
    private(set) var rows: [Int: [String: Value]] = [:]
    private var fields: [String] = []

    /// Takes the parts of a snapshot, or one whole state.
    init(snapshot parts: [[UInt8]]) throws {
        for (index, bytes) in parts.enumerated() {
            let message = try Value(parsing: bytes)
            try Self.check(message["part"] == nil || message["part"]?.int == index + 1, "part")
            try Self.check(message["parts"] == nil || message["parts"]?.int == parts.count, "parts")
            let generation = try Self.unwrap(message["generation"]?.int, "generation")
            try Self.check(index == 0 || generation == self.generation, "parts of generations")
            self.generation = generation
            fields = try Self.fieldNames(message)
            for row in try Self.unwrap(message["rows"]?.elements, "rows") {
                let (handle, values) = try Self.keyed(row, by: fields)
                try Self.check(rows.updateValue(values, forKey: handle) == nil, "row twice")
            }
        }
    }

    /// Moves on by one generation.
    mutating func apply(delta bytes: [UInt8]) throws {
        let message = try Value(parsing: bytes)
        try Self.check(message["type"] == "delta", "type")
        try Self.check(message["since"]?.int == generation, "a gap before the delta")
        try Self.check(message["generation"]?.int == generation + 1, "not the next generation")
        generation += 1
        let gone = try (message["gone"]?.elements ?? []).map { try Self.unwrap($0.int, "gone") }
        let created = try takeSet(message, gone: Set(gone))
        try takeRows(message, created: created)
        for handle in gone {
            try Self.check(rows.removeValue(forKey: handle) != nil, "gone but never there")
        }
        for handle in created {
            let names = rows[handle].map { Set($0.keys) }
            try Self.check(names == Set(fields.dropFirst()), "a new resource lacks fields")
        }
    }

    private mutating func takeSet(_ message: Value, gone: Set<Int>) throws -> Set<Int> {
        var created: Set<Int> = []
        for entry in message["set"]?.elements ?? [] {
            var members = try Self.unwrap(entry.members, "set")
            let handle = try Self.unwrap(members.removeValue(forKey: "h")?.int, "h of set")
            try Self.check(!gone.contains(handle), "a handle was reused in the delta that frees it")
            try Self.check(!members.isEmpty, "an empty entry of set")
            if rows[handle] == nil {
                created.insert(handle)
            } else {
                try Self.check(members["id"] == nil, "a handle changed its resource")
                for (name, value) in members {
                    try Self.check(rows[handle]?[name] != value, "\(name) was set to what it was")
                }
            }
            rows[handle, default: [:]].merge(members) { $1 }
        }
        return created
    }

    private mutating func takeRows(_ message: Value, created: Set<Int>) throws {
        guard let list = message["rows"]?.elements else {
            return try Self.check(message["fields"] == nil, "fields without rows")
        }
        let names = try Self.fieldNames(message)
        var isChanged = Dictionary(uniqueKeysWithValues: names.dropFirst().map { ($0, false) })
        for row in list {
            let (handle, values) = try Self.keyed(row, by: names)
            let old = try Self.unwrap(rows[handle], "a row of an unknown handle")
            for (name, value) in values where old[name] != value { isChanged[name] = true }
            let isNews = created.contains(handle) || values.contains { old[$0] != $1 }
            try Self.check(isNews, "a row that changes nothing")
            rows[handle, default: [:]].merge(values) { $1 }
        }
        try Self.check(!isChanged.values.contains(false), "a column that changes in no row")
    }

    private static func fieldNames(_ message: Value) throws -> [String] {
        let names = try unwrap(message["fields"]?.elements, "fields")
            .map { try unwrap($0.text, "a field's name") }
        try check(names.first == "h", "the handle is not the first field")
        return names
    }

    private static func keyed(
        _ row: Value,
        by names: [String]
    ) throws -> (handle: Int, values: [String: Value]) {
        let values = try unwrap(row.elements, "a row")
        try check(values.count == names.count, "a row of another length than the fields")
        let handle = try unwrap(values.first?.int, "a row's handle")
        return (handle, Dictionary(uniqueKeysWithValues: zip(names, values).dropFirst()))
    }

    private static func check(_ holds: Bool, _ what: String) throws {
        guard holds else { throw ContractError(what) }
    }

    private static func unwrap<T>(_ value: T?, _ what: String) throws -> T {
        guard let value else { throw ContractError("\(what) is missing") }
        return value
    }
}
