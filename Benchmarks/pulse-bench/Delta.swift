import FoundationEssentials

/// As much of a delta as it takes to count what it changes.
struct Delta: Decodable {
    let rows: [[Double?]]

    init(parsing bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Delta.self, from: Data(bytes))
    }
}
