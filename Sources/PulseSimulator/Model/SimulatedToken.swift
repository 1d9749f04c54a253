/// An API token and what it may read.
package struct SimulatedToken: Sendable, Equatable {
    /// "user@realm!name".
    package let id: String
    package let secret: String
    let privileges: Set<Privilege>
    /// Where the privileges hold, and below.
    let path: String

    /// Whether the token has a privilege on a path.
    func allows(_ privilege: Privilege, on wanted: String) -> Bool {
        privileges.contains(privilege)
            && (path == "/" || wanted == path || wanted.hasPrefix(path + "/"))
    }

    /// A version 4 UUID drawn from a seed.
    static func secret(_ random: inout SeededRandom) -> String {
        let digits = Array("0123456789abcdef")
        return String(
            "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".map { place in
                place == "x" ? digits[Int(random.next() >> 60)] : place
            }
        )
    }
}
