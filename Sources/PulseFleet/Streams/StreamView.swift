/// A stream as the fleet finds it: a table, or those of its rows that are of one scope.
package struct StreamView: Sendable, Hashable {
    /// The place of the table.
    let table: Int
    /// `nil` for all of the table.
    let scope: Int?
    /// What it is called on the wire.
    package let name: String

    init(table: Int, scope: Int?, name: String) {
        self.table = table
        self.scope = scope
        self.name = name
    }

    /// All of a stream.
    package static func whole(_ stream: StreamName) -> StreamView {
        StreamView(table: stream.index, scope: nil, name: stream.rawValue)
    }
}
