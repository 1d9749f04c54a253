/// A server's whole answer.
package struct HTTPAnswer: Sendable, Equatable {
    package var status: Int
    /// In the order in which they came; blanks around the values are gone.
    package var fields: [HTTPField]
    /// At most as long as the request allows.
    package var body: [UInt8]

    /// An answer, for those that stand in for a server.
    package init(status: Int, fields: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The value of the first field with this name in whatever case.
    package func value(of name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
