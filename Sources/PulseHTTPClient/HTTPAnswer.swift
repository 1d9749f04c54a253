/// A server's whole answer.
package struct HTTPAnswer: Sendable, Equatable {
    package var status: Int
    /// The words after the status, where Proxmox says what went wrong; may be empty.
    package var reason: String
    /// In the order in which they came; blanks around the values are gone.
    package var fields: [HTTPField]
    /// At most as long as the request allows.
    package var body: [UInt8]

    /// An answer, for those that stand in for a server.
    package init(
        status: Int,
        reason: String = "",
        fields: [HTTPField] = [],
        body: [UInt8] = []
    ) {
        self.status = status
        self.reason = reason
        self.fields = fields
        self.body = body
    }

    /// The value of the first field with this name in whatever case.
    package func value(of name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
